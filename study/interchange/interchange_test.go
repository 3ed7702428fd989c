package interchange

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"longseq/data"
	"longseq/internal/release"
	"longseq/study"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

// small is a store of two models with graded and 0/1 scores, with and without depth.
func small() *study.Store {
	s := &study.Store{}
	add := func(model, task, format string, depth float64, scores ...float64) {
		for i, score := range scores {
			s.Records = append(s.Records, study.Record{Cell: "cell of " + model + " " + task, Sample: i, Model: model, Task: task, Length: 4096, Depth: depth, Format: format,
				Seed: 42, Prompt: "abc", Answer: []string{"1234", "567"}, Prediction: "1234 \"and\"", Score: score, Failure: "absent", LogProb: math.NaN(),
				PromptTokens: 4000, TokensRead: 2100, Time: time.Unix(1e9, 0)})
		}
	}
	add("state-spaces/mamba2-2.7b", "vt", "", data.AnyDepth, 0.2, 0.4, 1, 0.8)
	add("state-spaces/mamba2-2.7b", "niah_single", "essay-word-number", 50, 1, 1, 0)
	add("tiny", "vt", "", data.AnyDepth, 1, 1)
	return s
}

// golden compares the files below a folder with one of testdata.
func golden(t *testing.T, dir, name string) {
	t.Helper()
	var all bytes.Buffer
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		below, _ := filepath.Rel(dir, path)
		all.WriteString("-- " + filepath.ToSlash(below) + " --\n" + strings.ReplaceAll(string(text), release.Version(), "VERSION"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, all.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(all.Bytes(), want) {
		t.Errorf("%s differs from %s:\n%s", dir, path, all.Bytes())
	}
}

func TestLMEvalsFilesAreTheGoldensAndComeBack(t *testing.T) {
	dir := t.TempDir()
	written, err := LMEval(dir, small())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, dir, "lm-eval.txt")
	var samples []string
	for _, path := range written {
		if strings.HasPrefix(filepath.Base(path), "samples_") {
			samples = append(samples, path)
		}
	}
	back, err := Read(samples)
	if err != nil {
		t.Fatal(err)
	}
	want := small().Records
	if len(back) != len(want) {
		t.Fatalf("%d records, want %d", len(back), len(want))
	}
	for _, r := range back {
		if !slices.ContainsFunc(want, func(w study.Record) bool {
			return w.Model == r.Model && w.Task == r.Task && w.Cell == r.Cell && w.Sample == r.Sample && w.Score == r.Score && w.Depth == r.Depth && w.Format == r.Format &&
				w.Length == r.Length && w.Prediction == r.Prediction && slices.Equal(w.Answer, r.Answer)
		}) {
			t.Errorf("%+v is no record that was written", r)
		}
	}
}

func TestEveryEvalsFilesAreTheGoldens(t *testing.T) {
	dir := t.TempDir()
	plan := study.Resolved{Models: []study.PinnedModel{{Pinned: study.Pinned{Name: "tiny", Version: "digest"}, Architecture: "llama"}}}
	written, err := EveryEval(dir, small(), plan)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, dir, "every-eval-ever.txt")
	for _, path := range written {
		if filepath.Ext(path) != ".json" {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Results []struct {
				Details struct {
					Score       float64
					Uncertainty struct {
						Interval struct{ Lower, Upper float64 } `json:"confidence_interval"`
					}
				} `json:"score_details"`
			} `json:"evaluation_results"`
		}
		if err := json.Unmarshal(text, &file); err != nil || len(file.Results) == 0 {
			t.Fatalf("%d results, %v", len(file.Results), err)
		}
		for _, r := range file.Results {
			if i := r.Details.Uncertainty.Interval; !(i.Lower <= r.Details.Score && r.Details.Score <= i.Upper && i.Lower < i.Upper) {
				t.Errorf("score %v in [%v, %v]", r.Details.Score, i.Lower, i.Upper)
			}
		}
	}
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOthersResultsBecomeAStore(t *testing.T) {
	needle := write(t, "needle.json", `{"model": "gpt", "context_length": 1000, "depth_percent": 50.0, "version": 1, "needle": "eat a sandwich", "model_response": "a sandwich", "score": 10}`)
	harness := write(t, "org__model/samples_niah_single_1_2026-01-02T03-04-05.jsonl",
		`{"doc_id": 0, "doc": {"outputs": ["1"], "max_length": 4096}, "target": ["1"], "filtered_resps": ["1"], "metrics": ["8192", "4096"], "8192": -1, "4096": 1.0, "prompt_hash": "x"}`+"\n")
	ruler := write(t, "mamba2/synthetic/4096/pred/vt.jsonl",
		`{"index": 0, "pred": "VAR", "input": "the prompt", "outputs": ["VAR", "OTHER"], "others": {}, "truncation": -1, "length": 4000}`+"\n")
	records, err := Read([]string{needle, harness, ruler})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "store")
	for range 2 { // twice is once
		if _, err := Write(dir, records); err != nil {
			t.Fatal(err)
		}
	}
	store, err := study.OpenStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, r := range store.Records {
		got[r.Model+" "+r.Task] = r.Score
	}
	want := map[string]float64{"gpt needle": 1, "org/model niah_single_1": 1, "mamba2 vt": 0.5}
	for k, v := range want {
		if got[k] != v || len(got) != len(want) || len(store.Records) != 3 {
			t.Errorf("%v in %d records, want %v", got, len(store.Records), want)
		}
	}
	planned := t.TempDir()
	if err := os.WriteFile(filepath.Join(planned, study.ResolvedFile), []byte("digest: x\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(planned, records); err == nil || !strings.Contains(err.Error(), "is the store of a plan") {
		t.Errorf("error %v", err)
	}
}

func TestBadFilesAreOneLine(t *testing.T) {
	for want, path := range map[string]string{
		"line 1: no score from 0 to 1":              write(t, "m/samples_vt_1.jsonl", `{"doc_id": 0, "metrics": ["x"]}`+"\n"),
		"line 2: invalid character":                 write(t, "m/samples_vt_2.jsonl", "\nno JSON\n"),
		"result 1: want model, context_length":      write(t, "a.json", `{"model": "x"}`),
		"result 1: score 11; want 1 to 10":          write(t, "b.json", `[{"model": "x", "context_length": 1, "depth_percent": 0, "score": 11}]`),
		"result 1: depth_percent -1; want 0 to 100": write(t, "c.json", `{"model": "x", "context_length": 1, "depth_percent": -1, "score": 1}`),
		"no results in the files":                   write(t, "d.json", `[]`),
		"no such file":                              "nowhere.json",
	} {
		if _, err := Read([]string{path}); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v, want one line that says %s", err, want)
		}
	}
}

func FuzzReadSample(f *testing.F) {
	f.Add([]byte(`{"doc_id": 0, "doc": {"outputs": ["1"], "max_length": 4096}, "metrics": ["4096"], "4096": 1.0}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		if r, err := readSample(line); err == nil && !(r.Score >= 0 && r.Score <= 1) {
			t.Errorf("score %v", r.Score)
		}
	})
}
