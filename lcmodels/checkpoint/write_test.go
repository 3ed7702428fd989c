package checkpoint

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// all returns every tensor, in a fixed order that is not the writer's.
func all(t *testing.T, c *Checkpoint) []Tensor {
	t.Helper()
	var tensors []Tensor
	for _, name := range c.Names() {
		tensor, err := c.Tensor(name)
		if err != nil {
			t.Fatal(err)
		}
		tensors = append(tensors, tensor)
	}
	slices.Reverse(tensors)
	return tensors
}

func TestWrittenFilesAreThoseOfSafetensorsOwnWriter(t *testing.T) {
	for _, row := range []struct {
		source, golden string
		metadata       map[string]string
	}{
		{"views.bin", "views.safetensors", map[string]string{"format": "pt"}},
		{"dtypes.bin", "dtypes.safetensors", nil},
	} {
		want, err := os.ReadFile(filepath.Join("testdata/formats", row.golden))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "model.safetensors")
		if err := WriteSafetensors(path, all(t, open(t, filepath.Join("testdata/formats", row.source))), row.metadata); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s written is not %s:\n%q\n%q", row.source, row.golden, got, want)
		}
	}
}

func TestAFailedWriteLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	w, err := NewFloat32("w", []int{2}, []float32{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "model.safetensors")
	if err := WriteSafetensors(path, []Tensor{w, w}, nil); err == nil || !strings.Contains(err.Error(), `"w" is given twice`) {
		t.Errorf("error %v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
	if err := WriteSafetensors(filepath.Join(dir, "none", "model.safetensors"), []Tensor{w}, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("writing into a folder that is not there: error %v", err)
	}
}

func TestTensorsThatContradictThemselvesAreRefused(t *testing.T) {
	for _, row := range []struct {
		dtype  DType
		shape  []int
		values int
		want   string
	}{
		{F32, []int{2}, 8, ""},
		{F32, nil, 4, ""},
		{F32, []int{0, 3}, 0, ""},
		{F32, []int{2}, 7, "7 bytes are not the 2 values of F32"},
		{F32, []int{-2}, 8, "impossible shape"},
		{"F13", []int{2}, 8, "unknown dtype"},
	} {
		_, err := NewTensor("w", row.dtype, row.shape, make([]byte, row.values))
		if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
			t.Errorf("%v: error %v, want %q", row, err, row.want)
		}
	}
}
