package samplefile

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longseq/data/ruler"
	"longseq/internal/durable/powerloss"
)

func TestABatchIsWholeWheneverPowerIsLost(t *testing.T) {
	batch := func(dir string) Batch {
		b := smallBatch(dir, 1)
		b.Tasks, b.Lengths, b.Base.Samples = []ruler.Task{b.Tasks[0], b.Tasks[8]}, []int{512}, 1
		return b
	}
	sources := builtInSources(t)
	root := t.TempDir()
	log := powerloss.Watch(t, root)
	b := batch(root)
	b.Done = func(int, int) { log.Mark() } // before the first file, and after each
	if _, err := b.Make(context.Background(), ruler.WhiteSpace{}, sources); err != nil {
		t.Fatal(err)
	}
	log.Mark()
	states, all := log.States(t)
	t.Logf("%d states, %d of them different", all, len(states))
	want := tree(t, root)
	for _, s := range states {
		dir := t.TempDir()
		s.Write(t, dir)
		whole := 0
		for path, content := range tree(t, dir) {
			switch filepath.Base(path) {
			case "validation.jsonl":
				if content != want[path] {
					t.Errorf("after %d marks %s is not whole", s.Marks, path)
				}
				whole++
			case ManifestName:
				var m Manifest
				if err := json.Unmarshal([]byte(content), &m); err != nil {
					t.Errorf("after %d marks the manifest: %v", s.Marks, err)
				}
			}
		}
		if whole < min(s.Marks-1, len(b.Tasks)) {
			t.Errorf("after %d files %d are there", s.Marks-1, whole)
		}
		if diff := cmp.Diff(want, tree(t, dir)); s.Marks == 4 && diff != "" {
			t.Errorf("the finished batch differs (-want +got):\n%.500s", diff)
		}
		if _, err := batch(dir).Make(context.Background(), ruler.WhiteSpace{}, sources); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, tree(t, dir)); diff != "" {
			t.Errorf("the batch that goes on differs (-want +got):\n%.500s", diff)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
			t.Errorf("%v is left, error %v", entries, err)
		}
	}
}
