package study

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"longseq/data"
)

func exampleRecord() Record {
	return Record{Cell: "0f3a", Sample: 17, Model: "mamba2", Task: "recall", Length: 4096, Depth: 0,
		Format: "essay-word-number", Seed: 42, Prompt: "ab12", Answer: []string{"<7>"}, Prediction: "7\n",
		Score: 1, LogProb: -0.5, Rank: 1, PromptTokens: 4090, Prefill: 1500 * time.Millisecond,
		Host: "n1", Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Extra: map[string]json.RawMessage{"later": json.RawMessage(`[1,2]`)}}
}

func TestARecordIsOneFlatLineAndComesBack(t *testing.T) {
	record := exampleRecord()
	line, err := json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"v":1,"cell":"0f3a","sample":17,"model":"mamba2","task":"recall","length":4096,"depth":0,` +
		`"format":"essay-word-number","seed":42,"prompt":"ab12","answer":["\u003c7\u003e"],"prediction":"7\n","score":1,` +
		`"logprob":-0.5,"rank":1,"prompt_tokens":4090,"prefill_s":1.5,"decode_s":0,"host":"n1","time":"2026-01-02T03:04:05Z","later":[1,2]}`
	if string(line) != want {
		t.Errorf("got  %s\nwant %s", line, want)
	}
	var back Record
	if err := json.Unmarshal(line, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(record, back); diff != "" {
		t.Error(diff)
	}
	record.Depth, record.LogProb = data.AnyDepth, math.NaN()
	line, err = json.Marshal(record)
	if err != nil || bytes.Contains(line, []byte("depth")) || bytes.Contains(line, []byte("logprob")) {
		t.Errorf("what is unknown is not left out: %s, %v", line, err)
	}
	if err := json.Unmarshal(line, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(record, back, cmpopts.EquateNaNs()); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsNoRecordIsRefused(t *testing.T) {
	for line, want := range map[string]string{
		`{"cell":"a","sample":1,"score":1}`:                  "no schema version",
		`{"v":2,"cell":"a","sample":1,"score":1}`:            "schema version 2",
		`{"v":1,"sample":1,"score":1}`:                       "no cell",
		`{"v":1,"cell":"a","score":1}`:                       "no sample number",
		`{"v":1,"cell":"a","sample":-1,"score":1}`:           "no sample number",
		`{"v":1,"cell":"a","sample":1}`:                      "no score",
		`{"v":1,"cell":"a","sample":1,"score":100}`:          "no score",
		`{"v":1,"cell":"a","sample":1,"score":1,"depth":-3}`: "depth -3 is not a percent",
		`{"v":1,"cell":"a","sample":"x","score":1}`:          "cannot unmarshal",
		`[]`: "cannot unmarshal",
	} {
		var r Record
		if err := json.Unmarshal([]byte(line), &r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", line, err, want)
		}
	}
}

func TestDuplicatesAreDroppedAndDisagreementIsCounted(t *testing.T) {
	dir := t.TempDir()
	first, again, other := exampleRecord(), exampleRecord(), exampleRecord()
	again.Host, again.Prefill, again.Time = "n2", 1, time.Time{}
	other.Prediction = "8"
	for i, r := range []Record{first, again, other} {
		line, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, "records-"+string(rune('0'+i))+"-h-1.jsonl")
		os.WriteFile(name, append(line, '\n'), 0o600)
	}
	store, err := OpenStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(store.Records) != 1 || store.Records[0].Host != "n1" || store.Disagreeing != 1 {
		t.Errorf("%d records, %d disagree", len(store.Records), store.Disagreeing)
	}
}

func TestAFullDiskIsOneLine(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skip("this system has no /dev/full: skipped")
	}
	w := &writer{file: full}
	err = w.append([]Record{exampleRecord()})
	if err == nil || !strings.Contains(err.Error(), "no space left on device; what was finished before is kept") {
		t.Errorf("got %v", err)
	}
}

func FuzzRecord(f *testing.F) {
	line, err := json.Marshal(exampleRecord())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(line) + "\n")
	f.Add("{\"v\":1,\"cell\":\"a\",\"sample\":0,\"score\":0.5,\"depth\":1e1,\"x\":{}}\n\n{")
	f.Fuzz(func(t *testing.T, text string) {
		records, err := parseRecords([]byte(text))
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("error of several lines: %q", err)
			}
			return
		}
		for _, r := range records {
			line, err := json.Marshal(r)
			if err != nil {
				t.Fatalf("a record that was read cannot be written: %v", err)
			}
			var back Record
			if err := json.Unmarshal(line, &back); err != nil {
				t.Fatalf("what was written cannot be read: %v\n%s", err, line)
			}
			if !r.same(back) {
				t.Errorf("%s changed when written and read", line)
			}
		}
	})
}
