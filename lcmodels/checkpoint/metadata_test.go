package checkpoint

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMetadataIsReadBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.safetensors")
	tensor, err := NewFloat32("x", []int{1}, []float32{1})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"step": "7", "note": "ä \"quoted\""}
	if err := WriteSafetensors(path, []Tensor{tensor}, want); err != nil {
		t.Fatal(err)
	}
	got, err := ReadMetadata(path)
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("metadata %v, %v; want %v", got, err, want)
	}
}

func TestMetadataOfWhatIsNoSafetensorsFileIsRefused(t *testing.T) {
	for name, data := range map[string]string{
		"empty": "", "short": "\x10\x00\x00\x00\x00\x00\x00\x00{}", "huge": "\xff\xff\xff\xff\xff\xff\xff\x7f{}", "no JSON": "\x02\x00\x00\x00\x00\x00\x00\x00xx",
	} {
		path := filepath.Join(t.TempDir(), "x.safetensors")
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadMetadata(path); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
