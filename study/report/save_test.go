package report

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"longseq/study/stats"
)

func TestSaveWritesATableInEveryFormatAndReturnsThePaths(t *testing.T) {
	table := Table{Caption: "Score", Columns: []string{"model", "64"}, Note: "4 samples",
		Rows: []TableRow{{Name: "llama", Values: []TableValue{{Value: Value{Interval: stats.Wilson(2, 4, 0.95), Seeds: 1}}}}}}
	dir := filepath.Join(t.TempDir(), "a", "b")
	paths, err := table.Save(dir, "by-length")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{filepath.Join(dir, "by-length.txt"), filepath.Join(dir, "by-length.md"), filepath.Join(dir, "by-length.tex"), filepath.Join(dir, "by-length.csv")}
	if !slices.Equal(paths, want) {
		t.Fatalf("paths %v, want %v", paths, want)
	}
	for i, text := range []string{table.Text(), table.Markdown(), table.LaTeX(), table.CSV()} {
		if got, err := os.ReadFile(paths[i]); err != nil || string(got) != text {
			t.Errorf("%s holds %q (%v), want %q", paths[i], got, err, text)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != len(paths) {
		t.Errorf("%d files in the folder, %d paths", len(entries), len(paths))
	}
	file := filepath.Join(dir, "by-length.txt")
	if _, err := table.Save(file, "x"); err == nil {
		t.Error("a table was saved in a file's place")
	}
}
