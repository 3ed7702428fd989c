package checkpoint

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// seed adds the fixtures whose names contain part.
func seed(f *testing.F, part string) {
	f.Helper()
	for _, folder := range []string{"formats", "hostile"} {
		entries, err := os.ReadDir(filepath.Join("testdata", folder))
		if err != nil {
			f.Fatal(err)
		}
		for _, entry := range entries {
			if strings.Contains(entry.Name(), part) {
				data, err := os.ReadFile(filepath.Join("testdata", folder, entry.Name()))
				if err != nil {
					f.Fatal(err)
				}
				f.Add(data)
			}
		}
	}
}

// readable reads every value of what was accepted.
func readable(t *testing.T, tensors []Tensor, err error) {
	t.Helper()
	if err != nil {
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("error has several lines: %v", err)
		}
		return
	}
	for _, tensor := range tensors {
		if n := len(tensor.Float32()); n != tensor.Size() {
			t.Errorf("%q of shape %v has %d values", tensor.Name, tensor.Shape, n)
		}
	}
}

func FuzzSafetensors(f *testing.F) {
	seed(f, ".safetensors")
	f.Fuzz(func(t *testing.T, data []byte) {
		tensors, err := readSafetensors(data)
		readable(t, tensors, err)
	})
}

func FuzzTorchZip(f *testing.F) {
	seed(f, ".bin")
	f.Fuzz(func(t *testing.T, data []byte) {
		tensors, err := readTorchZip(data)
		readable(t, tensors, err)
	})
}

func FuzzTorchLegacy(f *testing.F) {
	seed(f, "legacy")
	f.Fuzz(func(t *testing.T, data []byte) {
		tensors, err := readTorchLegacy(data)
		readable(t, tensors, err)
	})
}

// FuzzPickle tests the pickle machine alone, which a fuzzer seldom reaches through the checksum of a zip. Every
// storage of up to 64 KB exists.
func FuzzPickle(f *testing.F) {
	f.Add([]byte(pickled(16, 0, []int{4, 4}, []int{4, 1})))
	f.Add([]byte("ccollections\nOrderedDict\n)R(" + text("w") + "NuNb."))
	f.Add([]byte("}q\x00" + text("a") + "h\x00s."))
	f.Fuzz(func(t *testing.T, data []byte) {
		root, _, err := unpickle(data, func(id tuple) (any, error) {
			_, s, err := parseStorageID(id)
			if err == nil && s.size < 64<<10 {
				s.data = make([]byte, s.size*s.dtype.Bytes())
			}
			return s, err
		})
		if err != nil {
			return
		}
		tensors, err := stateDict(root)
		readable(t, tensors, err)
	})
}
