package checkpoint

import (
	"os"
	"path/filepath"
	"strings"
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
	for _, c := range []struct{ name, data, want string }{
		{"empty", "", "x.safetensors is not a safetensors file"},
		{"short", "\x10\x00\x00\x00\x00\x00\x00\x00{}", "x.safetensors is truncated"},
		{"huge", "\xff\xff\xff\xff\xff\xff\xff\x7f{}", "x.safetensors is not a safetensors file"},
		{"no JSON", "\x02\x00\x00\x00\x00\x00\x00\x00xx", "invalid character 'x'"},
	} {
		path := filepath.Join(t.TempDir(), "x.safetensors")
		if err := os.WriteFile(path, []byte(c.data), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadMetadata(path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %s", c.name, err, c.want)
		}
	}
}
