package study

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"longseq/data"
	"longseq/internal/durable"
)

func exampleRecord() Record {
	return Record{Cell: "0f3a", Sample: 17, Model: "mamba2", Task: "recall", Length: 4096, Depth: 0,
		Format: "essay-word-number", Seed: 42, Prompt: "ab12", Answer: []string{"<7>"}, Prediction: "7\n",
		Score: 1, LogProb: -0.5, Rank: 1, PromptTokens: 4090, Prefill: 1500 * time.Millisecond,
		Host: "n1", Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Variant: "d_state=16", Extend: "rope=yarn:4", TrainSeed: 3, SampleVariant: "filled",
		ComputedBy: ComputedBy{Backend: "xla:cpu", Device: "cpu", Dots: "f32", Native: true},
		Extra:      map[string]json.RawMessage{"later": json.RawMessage(`[1,2]`)}}
}

func TestARecordIsOneFlatLineAndComesBack(t *testing.T) {
	record := exampleRecord()
	line, err := json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"v":2,"cell":"0f3a","sample":17,"model":"mamba2","variant":"d_state=16","task":"recall","length":4096,"depth":0,` +
		`"format":"essay-word-number","extend":"rope=yarn:4","seed":42,"train_seed":3,"prompt":"ab12","answer":["\u003c7\u003e"],` +
		`"prediction":"7\n","score":1,"sample_variant":"filled","logprob":-0.5,"rank":1,"prompt_tokens":4090,"prefill_s":1.5,"decode_s":0,` +
		`"computed_by":{"backend":"xla:cpu","device":"cpu","dots":"f32","native":true},` +
		`"host":"n1","time":"2026-01-02T03:04:05Z","later":[1,2],"crc32c":"CRC"}`
	want = strings.Replace(want, "CRC", fmt.Sprintf("%08x", crc32.Checksum([]byte(want[:strings.Index(want, `"crc32c"`)]), crc32.MakeTable(crc32.Castagnoli))), 1)
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
	checked := func(object string) string { return string(withChecksum([]byte(object))) }
	for line, want := range map[string]string{
		`{"cell":"a","sample":1,"score":1}`:                                   "no schema version",
		`{"v":2,"cell":"a","sample":1,"score":1}`:                             "no checksum",
		checked(`{"v":3,"cell":"a","sample":1,"score":1`):                     "schema version 3",
		`{"v":1,"sample":1,"score":1}`:                                        "no cell",
		`{"v":1,"Cell":"a","sample":1,"score":1}`:                             "no cell",
		`{"v":1,"cell":"a","score":1}`:                                        "no sample number",
		`{"v":1,"cell":"a","sample":-1,"score":1}`:                            "no sample number",
		`{"v":1,"cell":"a","sample":1}`:                                       "no score",
		`{"v":1,"cell":"a","sample":1,"score":100}`:                           "no score",
		`{"v":1,"cell":"a","sample":1,"score":1,"depth":-3}`:                  "depth -3 is not a percent",
		`{"v":1,"cell":"a","sample":"x","score":1}`:                           "is not a whole number",
		`{"v":1,"cell":"a","sample":1,"score":1,"score":0}`:                   `"score" is there twice`,
		`{"v":1,"cell":"a","sample":1,"score":1,"x":0,"x":0}`:                 "it is there twice",
		`{"v":1,"cell":"a","sample":1,"score":1,"x":[}`:                       "not JSON",
		`{"v":1,"cell":"a","sample":1,"score":1,"crc32c":"0","x":1}`:          "not the last key",
		`{"v":1,"cell":"a","sample":1,"score":1,"crc32c":"01234567"}`:         "checksum does not fit",
		"{\"v\":1,\"cell\":\"a\",\"sample\":1,\"score\":1,\"host\":\"\xff\"}": "not UTF-8",
		`{"v":1,"cell":"a","sample":1,"score":1}}`:                            "no comma",
		`{"v":1,"cell":"a","sample":1,"score":1,}`:                            "no key",
		`[]`: "not a whole JSON object",
	} {
		var r Record
		if _, err := new(recordReader).read([]byte(line)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", line, err, want)
		}
		if err := json.Unmarshal([]byte(line), &r); err == nil {
			t.Errorf("%s is a record", line)
		}
	}
}

func TestARecordOfVersion1IsReadAndHasTheDigestOfItsSuccessor(t *testing.T) {
	const old = `{"v":1,"cell":"0f3a","sample":17,"model":"mamba2","task":"vt","length":64,"seed":42,"answer":null,"prediction":"7",` +
		`"score":0.5,"variant":"filled","prefill_s":1,"decode_s":0,"host":"n1","time":"2026-01-02T03:04:05Z"}`
	var first, second Record
	if err := json.Unmarshal([]byte(old), &first); err != nil {
		t.Fatal(err)
	}
	if first.SampleVariant != "filled" || first.Variant != "" {
		t.Errorf("the sample's variant is %q, the model's %q", first.SampleVariant, first.Variant)
	}
	line, err := json.Marshal(first)
	if err != nil || !strings.HasPrefix(string(line), `{"v":2,`) {
		t.Fatalf("%s, %v", line, err)
	}
	if err := json.Unmarshal(line, &second); err != nil {
		t.Fatal(err)
	}
	second.ComputedBy = ComputedBy{Backend: "go"}
	a, b := &Store{Records: []Record{first}}, &Store{Records: []Record{second}}
	if err := Equal(a, b); err != nil {
		t.Error(err)
	}
	const before = "f4758fb1d1384872eced" // as the program wrote it that knew version 1 alone
	if a.Digest() != before || b.Digest() != before {
		t.Errorf("digests %s and %s, want %s", a.Digest(), b.Digest(), before)
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
	full, err := durable.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skip("this system has no /dev/full: skipped")
	}
	w := &writer{file: full, full: maxRecordFile}
	err = w.append([]Record{exampleRecord()})
	if err == nil || !strings.Contains(err.Error(), "no space left on device; what was finished before is kept") {
		t.Errorf("got %v", err)
	}
}

func TestAFullRecordFileIsFollowedByAnother(t *testing.T) {
	w := newWriter(t.TempDir(), Shard{}, "h")
	w.full = 1000
	const blocks = 7
	for i := range blocks {
		r := exampleRecord()
		r.Sample = i
		if err := w.append([]Record{r}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(w.prefix)
	files, _ := recordFiles(dir)
	store, err := OpenStore(dir)
	if err != nil || len(store.Records) != blocks || len(files) < 3 || len(files) == blocks {
		t.Errorf("%d records in %d files, %v", len(store.Records), len(files), err)
	}
}

func TestARecordFileThatIsNoFileIsAnError(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink("/dev/zero", filepath.Join(dir, "records-0-h-1.jsonl")); err != nil {
		t.Skip(err)
	}
	if _, err := OpenStore(dir); err == nil || !strings.Contains(err.Error(), "is not a regular file") {
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
		n := strings.Count(text, "\n") + 1
		all := &lines{names: []string{"f"}, first: []int{0, n}, records: make([]Record, n), what: make([]lineKind, n)}
		all.faults = all.read(0, []byte(text))
		store, err := all.store("", nil)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("error of several lines: %q", err)
			}
			return
		}
		for _, fault := range store.Faults {
			if strings.Contains(fault.String(), "\n") {
				t.Errorf("reason of several lines: %q", fault)
			}
		}
		for _, r := range store.Records {
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
