package samplefile

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"longseq/data/ruler"
	"longseq/data/ruler/texts"
)

// smallBatch is every kind of task at two short lengths from built-in texts.
func smallBatch(dir string, workers int) Batch {
	base := ruler.Default(ruler.Task{}, 0)
	base.Samples = 2
	return Batch{Dir: dir, Tasks: ruler.Tasks(), Lengths: []int{1024, 2048}, Base: base, FillStuck: true, Workers: workers, Inputs: map[string]string{"tokenizer": "words"}}
}

func builtInSources(t testing.TB) *texts.Sources {
	t.Helper()
	sources, err := texts.Open("", "")
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

func TestABatchIsTheSameForAnyNumberOfWorkers(t *testing.T) {
	var texts [2][]byte
	for i, workers := range []int{1, 7} {
		dir := t.TempDir()
		if _, err := smallBatch(dir, workers).Make(context.Background(), ruler.WhiteSpace{}, builtInSources(t)); err != nil {
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
	if _, err := stopped.Make(ctx, ruler.WhiteSpace{}, builtInSources(t)); err == nil {
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
	manifest, err := smallBatch(dir, 2).Make(context.Background(), ruler.WhiteSpace{}, builtInSources(t))
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
	if _, err := small.Make(context.Background(), ruler.WhiteSpace{}, builtInSources(t)); err != nil {
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
		if _, err := other.Make(context.Background(), ruler.WhiteSpace{}, builtInSources(t)); err == nil || !strings.Contains(err.Error(), dir) {
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
		if _, err := small.Make(context.Background(), ruler.WhiteSpace{}, builtInSources(t)); err != nil {
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

func TestTheSecondBatchInAFolderSaysSo(t *testing.T) {
	dir := t.TempDir()
	first := smallBatch(dir, 1)
	first.Tasks, first.Lengths = first.Tasks[:2], first.Lengths[:1]
	second := first
	first.Done = func(done, _ int) {
		if done != 1 {
			return
		}
		_, err := second.Make(context.Background(), ruler.WhiteSpace{}, builtInSources(t))
		if err == nil || !strings.Contains(err.Error(), "another process makes samples in "+dir) {
			t.Errorf("the second: %v", err)
		}
	}
	manifest, err := first.Make(context.Background(), ruler.WhiteSpace{}, builtInSources(t))
	if err != nil || len(manifest.Files) != 2 {
		t.Fatalf("the first: %d files, %v", len(manifest.Files), err)
	}
	if _, err := second.Make(context.Background(), ruler.WhiteSpace{}, builtInSources(t)); err != nil {
		t.Errorf("after the first has ended: %v", err)
	}
}

func TestAFailureLeavesNoFolder(t *testing.T) {
	dir := t.TempDir()
	task, err := ruler.TaskNamed("niah_single_1")
	if err != nil {
		t.Fatal(err)
	}
	options := ruler.Default(task, task.Budget+1)
	if _, err := WriteFile(context.Background(), filepath.Join(dir, "a", "b", "c"), options, ruler.WhiteSpace{}, builtInSources(t)); err == nil {
		t.Fatal("a length of one token has samples")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("left %v, %v", entries, err)
	}
	batch := Batch{Dir: filepath.Join(dir, "all", "samples"), Tasks: ruler.Tasks(), Base: options, Lengths: []int{0}, Workers: 1}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := batch.Make(ctx, ruler.WhiteSpace{}, builtInSources(t)); err == nil {
		t.Fatal("an interrupted batch succeeds")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("an interrupted batch left %v, %v", entries, err)
	}
}
