package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"

	"github.com/google/renameio/v2"
)

// Float32File is a safetensors file of one float32 tensor that is written piece by piece, so that
// no more than a piece is ever in memory. It appears under its name whole, by Commit, or not at all.
type Float32File struct {
	path   string
	f      *renameio.PendingFile
	header int // bytes before the values
	values int
	buffer []byte
}

// CreateFloat32 begins the file; what is not written is zero. It fails where the file could not be put
// in its place later: where its folder is missing, or a folder has its name.
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
	f, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o644))
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", path, err)
	}
	if _, err = f.Write(header); err == nil {
		err = f.Truncate(int64(len(header)) + 4*int64(n))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("write %s: %w", path, err), f.Cleanup())
	}
	return &Float32File{path: path, f: f, header: len(header), values: n, buffer: make([]byte, 0, 1<<16)}, nil
}

// WriteAt writes values from the tensor's value number at on, counted row by row.
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

// Commit puts the file in its place.
func (w *Float32File) Commit() error {
	if err := w.f.CloseAtomicallyReplace(); err != nil {
		return fmt.Errorf("write %s: %w", w.path, err)
	}
	return nil
}

// Close removes a file that was not committed, and does nothing otherwise.
func (w *Float32File) Close() error { return w.f.Cleanup() }
