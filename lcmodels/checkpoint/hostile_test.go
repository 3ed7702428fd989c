package checkpoint

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// refused checks that Open returns an error of one line that contains every one of want, within a second and with at
// most 8 MB allocated.
func refused(t *testing.T, path string, want ...string) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	c, err := Open(path)
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if err == nil {
		c.Close()
		t.Fatal("opens")
	}
	for _, part := range want {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error does not say %q: %v", part, err)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("error has several lines: %v", err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 || took > time.Second {
		t.Errorf("took %v and %d bytes", took, used)
	}
}

func TestHostileFilesAreRefused(t *testing.T) {
	for _, row := range []struct{ file, want string }{
		{"duplicate-key.safetensors", `tensor "w" is named twice`},
		{"empty.safetensors", "is empty"},
		{"header-length-huge.safetensors", "header of 4611686018427387904 bytes in a file of 89"},
		{"header-not-json.safetensors", "safetensors header: invalid character"},
		{"index-path-escape.safetensors.index.json", `tensor "w": file "../llama/model.safetensors" is not in the folder of the index`},
		{"negative-shape.safetensors", `tensor "w": impossible shape [-2 -2]`},
		{"offset-mismatch-shape.safetensors", `tensor "w": shape [1073741824 1073741824] has too many values`},
		{"offset-past-end.safetensors", `tensor "w": data_offsets [0, 1099511627776] are outside`},
		{"offsets-hole.safetensors", `tensor "b": data begins at 24, the tensor before it ends at 16`},
		{"offsets-overlap.safetensors", `tensor "b": data begins at 8, the tensor before it ends at 16`},
		{"unknown-dtype.safetensors", `tensor "w": unknown dtype "F13"`},
		{"pickle-eval.bin", `refuses "__builtin__.eval"`},
		{"pickle-os-system.bin", `refuses "posix.system"`},
		{"pickle-missing-storage.bin", `storage "0" is not in the file`},
		{"pickle-storage-too-short.bin", `storage "0" has 8 bytes, too few for 16 values of F32`},
		{"truncated-zip.bin", "truncated or damaged"},
	} {
		t.Run(row.file, func(t *testing.T) {
			refused(t, filepath.Join("testdata/hostile", row.file), row.file, row.want)
		})
	}
	for _, good := range []string{"good.bin", "good.safetensors"} {
		c := open(t, filepath.Join("testdata/hostile", good))
		values, err := c.Float32("w")
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			if v != 0 {
				t.Errorf("%s: w holds %v", good, v)
			}
		}
	}
}

// torchZip writes a PyTorch file of a pickle and one storage "0" of values bytes.
func torchZip(t *testing.T, pickle string, values int, method uint16) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pytorch_model.bin")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(f)
	for _, entry := range []struct{ name, text string }{
		{"archive/data.pkl", pickle},
		{"archive/data/0", strings.Repeat("\x00", values)},
	} {
		// Torch's entries have no data descriptor; sizes stand in front.
		e, err := w.CreateHeader(&zip.FileHeader{Name: entry.name, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Write([]byte(entry.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// integer, text: pickle instructions for constants.
func integer(v int) string {
	return "\x8a\x08" + string(binary.LittleEndian.AppendUint64(nil, uint64(v)))
}
func text(s string) string { return "U" + string(rune(len(s))) + s }

// pickled is the pickle of {"w": tensor}, the tensor a view of n float32 values.
func pickled(n, offset int, shape, strides []int) string {
	ints := func(values []int) string {
		s := "("
		for _, v := range values {
			s += integer(v)
		}
		return s + "t"
	}
	id := "(" + text("storage") + "ctorch\nFloatStorage\n" + text("0") + text("cpu") + integer(n) + "tQ"
	return "\x80\x02}" + text("w") + "ctorch._utils\n_rebuild_tensor_v2\n(" + id + integer(offset) + ints(shape) + ints(strides) +
		"\x89ccollections\nOrderedDict\n)RtRs."
}

func TestViewsOutsideTheirStorageAreRefused(t *testing.T) {
	const huge = 1 << 40
	for _, row := range []struct {
		name           string
		n, offset      int
		shape, strides []int
		want           string // empty: opens
	}{
		{"whole", 16, 0, []int{4, 4}, []int{4, 1}, ""},
		{"last value", 16, 15, []int{1}, []int{1}, ""},
		{"stride of a dimension of one does not matter", 16, 0, []int{1, 16}, []int{huge, 1}, ""},
		{"repeated by stride zero", 16, 0, []int{3, 16}, []int{0, 1}, ""},
		{"nothing at the end", 16, 16, []int{0}, []int{1}, ""},
		{"one too far", 16, 1, []int{4, 4}, []int{4, 1}, "outside"},
		{"stride too wide", 16, 0, []int{4, 4}, []int{5, 1}, "outside"},
		{"stride that overflows", 16, 0, []int{3}, []int{1 << 62}, "outside"},
		{"negative stride", 16, 3, []int{4}, []int{-1}, "stride -1 is negative"},
		{"negative offset", 16, -1, []int{1}, []int{1}, "offset -1 is outside"},
		{"offset at the end", 16, 16, []int{1}, []int{1}, "outside"},
		{"one stride for two dimensions", 16, 0, []int{4, 4}, []int{4}, "1 strides for 2 dimensions"},
		{"one value repeated without end", 16, 0, []int{huge}, []int{0}, "its storage has 16"},
		{"more values than there are numbers", 16, 0, []int{huge, huge}, []int{0, 0}, "too many values"},
		{"negative shape", 16, 0, []int{-4}, []int{1}, "impossible shape"},
		{"storage that claims more", huge, 0, []int{4}, []int{1}, "too few"},
		{"storage of a negative size", -1, 0, []int{4}, []int{1}, "not that of a storage"},
	} {
		t.Run(row.name, func(t *testing.T) {
			path := torchZip(t, pickled(row.n, row.offset, row.shape, row.strides), 64, zip.Store)
			if row.want != "" {
				refused(t, path, row.want)
				return
			}
			c := open(t, path)
			w, err := c.Tensor("w")
			if err != nil {
				t.Fatal(err)
			}
			if len(w.Float32()) != w.Size() {
				t.Errorf("%d values, want %d", len(w.Float32()), w.Size())
			}
		})
	}
}

func TestPicklesThatBehaveBadlyAreRefused(t *testing.T) {
	bomb := "}q\x00" // each dictionary holds the one before it twice
	for i := range 60 {
		bomb += fmt.Sprintf("}%sh%c%sh%cq%cu", "("+text("a"), i, text("b"), i, i+1)
	}
	state := strings.TrimSuffix(pickled(16, 0, []int{1}, []int{1})[2:], ".")
	deep := strings.Repeat("}"+text("a"), 10_000) + "}" + strings.Repeat("s", 10_000)
	for _, row := range []struct{ name, pickle, want string }{
		{"empty", "", "unexpected end of data"},
		{"a list", "].", "not a dictionary of tensors"},
		{"a dictionary of nothing", "}.", "has no tensors"},
		{"a dictionary that holds itself", "}q\x00" + text("a") + "h\x00s.", "has no tensors"},
		{"dictionaries that double", bomb + ".", "has no tensors"},
		{"dictionaries in dictionaries", deep + ".", "has no tensors"},
		{"a stack that is empty", "0.", "pops more values"},
		{"a mark that is not there", "t.", "no mark"},
		{"items below a mark", "](Ns.", "pops more values"},
		{"a string past the end", "X\xff\xff\xff\x7fabc.", "unexpected end of data"},
		{"a memo that was never filled", "j\xff\xff\xff\xff.", "memo 4294967295 is empty"},
		{"a class that is called", "ctorch\nFloatStorage\n)R.", "not a function"},
		{"a string that is called", text("a") + ")R.", "not a function"},
		{"arguments of another kind", "ctorch._utils\n_rebuild_tensor_v2\n(NNNNNNtR.", "wants a storage"},
		{"too few arguments", "ctorch._utils\n_rebuild_tensor_v2\n)R.", "0 arguments"},
		{"a parameter of nothing", "ctorch._utils\n_rebuild_parameter\n(NNNtR.", "wants a tensor"},
		{"a persistent id of another kind", text("a") + "Q.", "not a tuple"},
		{"an empty persistent id", ")Q.", "not that of a storage"},
		{"a global from the stack", text("os") + text("system") + "\x93.", `refuses "os.system"`},
		{"an instance by class", "(ios\nsystem\n.", "instruction 0x69"},
		{"an object by extension code", "\x82\x01.", "instruction 0x82"},
		{"a protocol of the future", "\x80\x09.", "unknown protocol 9"},
		{"several states", "}" + text("a") + state + "s" + text("b") + state + "s.", `several dictionaries of tensors: ["a" "b"]`},
	} {
		t.Run(row.name, func(t *testing.T) {
			refused(t, torchZip(t, row.pickle, 64, zip.Store), row.want)
		})
	}
}

func TestCompressedEntriesAreRefused(t *testing.T) {
	refused(t, torchZip(t, pickled(16, 0, []int{4}, []int{1}), 64, zip.Deflate), "compressed")
}

func TestFilesOfOtherKindsAreRefused(t *testing.T) {
	for _, row := range []struct{ name, content, want string }{
		{"page.bin", "<!DOCTYPE html><html>sign in</html>", `begins with "<!DOCTYPE html><"`},
		{"pointer.bin", "version https://git-lfs.github.com/spec/v1\n", "begins with"},
		{"short.safetensors", "abc", "3 bytes are too few"},
		{"list.safetensors", "\x02\x00\x00\x00\x00\x00\x00\x00[]", "not a JSON object"},
		{"tail.safetensors", "\x03\x00\x00\x00\x00\x00\x00\x00{}x", "1 bytes after the JSON object"},
		{"stops.safetensors", "\x05\x00\x00\x00\x00\x00\x00\x00{\"a\":", "unexpected end of JSON"},
		{"loose.safetensors", "\x02\x00\x00\x00\x00\x00\x00\x00{}xyz", "3 bytes of data, the tensors end at 0"},
		{"latin.safetensors", "\x06\x00\x00\x00\x00\x00\x00\x00{\"\xff\":1", "not UTF-8"},
		{"pytorch_model.bin.index.json", "<html>", "invalid character"},
		{"model.safetensors.index.json", "{}", "no weight_map"},
	} {
		t.Run(row.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), row.name)
			if err := os.WriteFile(path, []byte(row.content), 0o644); err != nil {
				t.Fatal(err)
			}
			refused(t, path, row.name, row.want)
		})
	}
}
