package ruler

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"longseq/data/corpus"
)

// smallBatch is every kind of task at two short lengths from built-in texts.
func smallBatch(dir string, workers int) Batch {
	base := Default(Task{}, 0)
	base.Samples = 2
	return Batch{Dir: dir, Tasks: Tasks(), Lengths: []int{1024, 2048}, Base: base, FillStuck: true, Workers: workers, Inputs: map[string]string{"tokenizer": "words"}}
}

func builtInSources(t testing.TB) *Sources {
	t.Helper()
	sources, err := OpenSources("", "")
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

func TestABatchIsTheSameForAnyNumberOfWorkers(t *testing.T) {
	var texts [2][]byte
	for i, workers := range []int{1, 7} {
		dir := t.TempDir()
		if _, err := smallBatch(dir, workers).Make(context.Background(), WhiteSpace{}, builtInSources(t)); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dir, ManifestName))
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = text
	}
	if !bytes.Equal(texts[0], texts[1]) {
		t.Error("the manifests differ")
	}
}

func TestAStoppedBatchGoesOnAndKeepsWhatIsWhole(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	stopped := smallBatch(dir, 1)
	stopped.Done = func(done, _ int) {
		if done == 5 {
			cancel()
		}
	}
	if _, err := stopped.Make(ctx, WhiteSpace{}, builtInSources(t)); err == nil {
		t.Fatal("no error from a stopped batch")
	}
	first := filepath.Join(dir, "1024", "niah_single_1", "validation.jsonl")
	before, err := os.Stat(first)
	if err != nil {
		t.Fatal(err)
	}
	spoilt := filepath.Join(dir, "1024", "niah_single_2", "validation.jsonl")
	if err := os.WriteFile(spoilt, []byte("half"), 0o666); err != nil {
		t.Fatal(err)
	}
	manifest, err := smallBatch(dir, 2).Make(context.Background(), WhiteSpace{}, builtInSources(t))
	if err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(first)
	if err != nil {
		t.Fatal(err)
	}
	if !before.ModTime().Equal(after.ModTime()) {
		t.Error("a whole file was made again")
	}
	for _, file := range manifest.Files {
		if got := digestOf(filepath.Join(dir, file.Path)); got != file.SHA256 || file.Error != "" {
			t.Errorf("%s: digest %s, want %s; error %q", file.Path, got, file.SHA256, file.Error)
		}
	}
}

func TestABatchOfOtherOptionsIsRefused(t *testing.T) {
	dir := t.TempDir()
	small := smallBatch(dir, 2)
	small.Tasks, small.Lengths = small.Tasks[:1], small.Lengths[:1]
	if _, err := small.Make(context.Background(), WhiteSpace{}, builtInSources(t)); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Batch){
		"seed":           func(b *Batch) { b.Base.Seed = 7 },
		"fill":           func(b *Batch) { b.FillStuck = false },
		"task parameter": func(b *Batch) { b.Tasks[0].Keys = 2 },
		"input":          func(b *Batch) { b.Inputs = map[string]string{"tokenizer": "other"} },
	} {
		other := small
		other.Tasks = slices.Clone(small.Tasks)
		change(&other)
		if _, err := other.Make(context.Background(), WhiteSpace{}, builtInSources(t)); err == nil || !strings.Contains(err.Error(), dir) {
			t.Errorf("another %s: error %v, want one that names the folder", name, err)
		}
	}
}

func TestABatchGrowsByLengths(t *testing.T) {
	dir := t.TempDir()
	small := smallBatch(dir, 2)
	small.Tasks = small.Tasks[:1]
	for _, lengths := range [][]int{{1024}, {2048}} {
		small.Lengths = lengths
		if _, err := small.Make(context.Background(), WhiteSpace{}, builtInSources(t)); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, ManifestName))
	if err != nil {
		t.Fatal(err)
	}
	var manifest Manifest
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, file := range manifest.Files {
		paths = append(paths, file.Path)
	}
	if want := []string{"2048/niah_single_1/validation.jsonl", "1024/niah_single_1/validation.jsonl"}; !slices.Equal(paths, want) {
		t.Errorf("files %v, want %v", paths, want)
	}
}

func TestFilledSamplesFitAndSayThatTheyAreNotRULERs(t *testing.T) {
	for _, length := range []int{384, 512, 1024, 4096} {
		for _, task := range Tasks() {
			opts := Default(task, length)
			opts.Samples, opts.Fill = 3, true
			samples, err := Generate(context.Background(), opts, WhiteSpace{}, builtInSources(t))
			if err != nil {
				t.Errorf("%s at %d: %v", task.Name, length, err)
				continue
			}
			for _, s := range samples {
				if s.Length > length || float64(s.Length) < 0.9*float64(length) {
					t.Errorf("%s at %d: a sample of %d", task.Name, length, s.Length)
				}
				if got := (WhiteSpace{}).Count(s.Prompt()) + task.Budget; got != s.Length {
					t.Errorf("%s at %d: length %d, counted %d", task.Name, length, s.Length, got)
				}
				var record struct{ RULER *bool }
				if err := json.Unmarshal(s.AppendJSON(nil), &record); err != nil {
					t.Fatal(err)
				}
				if record.RULER == nil || *record.RULER {
					t.Errorf("%s at %d: the record does not say that it is not RULER's", task.Name, length)
				}
			}
		}
	}
}

// RULER of 2024 takes a short text once, whatever the length.
func TestFilledSamplesRepeatAShortText(t *testing.T) {
	short := builtInSources(t).WithHaystack(corpus.Corpus{Text: "One sentence only. Another one."})
	for _, version := range []Version{Head, V2024} {
		opts := Default(tasks[1], 1024)
		opts.Samples, opts.Version, opts.Fill = 1, version, true
		samples, err := Generate(context.Background(), opts, WhiteSpace{}, short)
		if err != nil || samples[0].Length < 1000 {
			t.Errorf("version %s: a sample of %d tokens, error %v", version, samples[0].Length, err)
		}
	}
}
