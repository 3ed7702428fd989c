package checkpoint

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestATensorWrittenInPiecesReadsBackWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.safetensors")
	const rows, width = 3, 40_000 // a row is more than the writer's buffer
	f, err := CreateFloat32(path, "logits", []int{rows, width}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want := make([]float32, rows*width)
	for i := range want {
		want[i] = float32(i) / 7
	}
	for _, row := range []int{2, 0, 1} {
		if err := f.WriteAt(want[row*width:(row+1)*width], row*width); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.WriteAt(make([]float32, 2), rows*width-1); err == nil || !strings.Contains(err.Error(), "values 119999 to 120000 are outside the tensor's 120000") {
		t.Errorf("writing behind the end: error %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the file is there before it is whole")
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	got, err := open(t, path).Float32("logits")
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("read back otherwise (%v)", err)
	}
}

func TestAFileThatIsNotCommittedLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	f, err := CreateFloat32(filepath.Join(dir, "out.safetensors"), "x", []int{4}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%s is left", left[0].Name())
	}
	for path, want := range map[string]string{dir: "it is a folder", filepath.Join(dir, "no", "folder"): "no such file or directory"} {
		if _, err := CreateFloat32(path, "x", []int{4}, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("creating %s: error %v", path, err)
		}
	}
}
