package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"

	"longseq/internal/output"
)

// Float32File writes a safetensors file of one float32 tensor in parts, so that the tensor need not fit in memory.
// The file appears under its name with Commit; see [output.CreateSeekable].
type Float32File struct {
	path   string
	f      *output.File
	header int // bytes before the values
	values int
	buffer []byte
}

// CreateFloat32 creates the file. Values that are not written are zero. It is an error if the folder of path does
// not exist, or if path is a folder.
func CreateFloat32(path, name string, shape []int, metadata map[string]string) (*Float32File, error) {
	n, err := volume(shape)
	if err == nil && n > math.MaxInt/4 {
		err = fmt.Errorf("shape %v has too many values", shape)
	}
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, fmt.Errorf("write %s: it is a folder", path)
	}
	header, err := safetensorsHeader([]entry{{name, F32, shape}}, metadata)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	f, err := output.CreateSeekable(path, 0o644)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	if _, err = f.Write(header); err == nil {
		err = f.Truncate(int64(len(header)) + 4*int64(n))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("write %s: %w", path, err), f.Close())
	}
	return &Float32File{path: path, f: f, header: len(header), values: n, buffer: make([]byte, 0, 1<<16)}, nil
}

// WriteAt writes values at position at of the tensor, counted in values row by row.
func (w *Float32File) WriteAt(values []float32, at int) error {
	if at < 0 || at > w.values-len(values) {
		return fmt.Errorf("write %s: values %d to %d are outside the tensor's %d", w.path, at, at+len(values)-1, w.values)
	}
	offset := int64(w.header) + 4*int64(at)
	for len(values) > 0 {
		n := min(len(values), cap(w.buffer)/4)
		raw := w.buffer[:0]
		for _, v := range values[:n] {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
		if _, err := w.f.WriteAt(raw, offset); err != nil {
			return fmt.Errorf("write %s: %w", w.path, err)
		}
		values, offset = values[n:], offset+int64(len(raw))
	}
	return nil
}

// Commit closes the file and moves it to its path.
func (w *Float32File) Commit() error {
	if err := w.f.Commit(); err != nil {
		return fmt.Errorf("write %s: %w", w.path, err)
	}
	return nil
}

// Close removes a file that is not committed. After Commit it does nothing.
func (w *Float32File) Close() error { return w.f.Close() }
