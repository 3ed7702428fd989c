package checkpoint

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Checkpoint is an open set of tensors. It may be read from several goroutines.
type Checkpoint struct {
	path    string // as given to Open
	folder  string // where config.json lies
	tensors map[string]Tensor
	release []func() error
	digest  func() string
}

// Open opens a folder in hub form, a single file (.safetensors, .bin, .pt, .pth) or the index of
// a sharded checkpoint. Every tensor's place, type and shape is checked, no value is read.
func Open(path string) (*Checkpoint, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open checkpoint: %w", err)
	}
	c := &Checkpoint{path: path, folder: path, tensors: make(map[string]Tensor)}
	c.digest = sync.OnceValue(c.hash)
	file := path
	if info.IsDir() {
		if file, err = weightsFile(path); err != nil {
			return nil, err
		}
	} else {
		c.folder = filepath.Dir(path)
	}
	if strings.HasSuffix(file, indexSuffix) {
		err = c.addShards(file)
	} else {
		err = c.addFile(file)
	}
	if err != nil {
		c.Close() // the first error is the one that matters
		return nil, err
	}
	return c, nil
}

// addFile maps a file and adds its tensors.
func (c *Checkpoint) addFile(path string) error {
	tensors, err := c.read(path)
	for _, t := range tensors {
		c.tensors[t.Name] = t
	}
	return err
}

// read maps a file and returns its tensors. What a file is, its first bytes say, not its name.
func (c *Checkpoint) read(path string) ([]Tensor, error) {
	data, release, err := mapFile(path)
	if err != nil {
		return nil, fmt.Errorf("read checkpoint: %w", err)
	}
	c.release = append(c.release, release)
	var tensors []Tensor
	switch {
	case looksLikeZip(data):
		tensors, err = readTorchZip(data)
	case looksLikeTorchLegacy(data):
		tensors, err = readTorchLegacy(data)
	case looksLikeSafetensors(data) || strings.HasSuffix(path, ".safetensors"):
		tensors, err = readSafetensors(data)
	default:
		err = fmt.Errorf("neither safetensors nor PyTorch: begins with %q", data[:min(len(data), 16)])
	}
	if err != nil {
		return nil, fmt.Errorf("read checkpoint %s: %w", path, err)
	}
	return tensors, nil
}

// Names returns the tensors' names, sorted.
func (c *Checkpoint) Names() []string { return slices.Sorted(maps.Keys(c.tensors)) }

// Tensor returns a tensor by its name; the error says where it was looked for.
func (c *Checkpoint) Tensor(name string) (Tensor, error) {
	t, ok := c.tensors[name]
	if !ok {
		return Tensor{}, fmt.Errorf("checkpoint %s has no tensor %q", c.path, name)
	}
	return t, nil
}

// Has says whether there is a tensor of that name.
func (c *Checkpoint) Has(name string) bool {
	_, ok := c.tensors[name]
	return ok
}

// Float32 returns the values of a tensor row by row, widened (or, from f64 and integers, rounded) to float32.
func (c *Checkpoint) Float32(name string) ([]float32, error) {
	t, err := c.Tensor(name)
	if err != nil {
		return nil, err
	}
	return t.Float32(), nil
}

// Equal says whether both names are there with the same type, shape and values, bit by bit. Tied tensors are
// equal whether the file holds them once or twice.
func (c *Checkpoint) Equal(a, b string) bool {
	return c.Has(a) && c.Has(b) && c.tensors[a].equal(c.tensors[b])
}

// Bytes is the size of all tensors, in bytes; values that several names share, as tied embeddings do
// in PyTorch's form, count once.
func (c *Checkpoint) Bytes() int64 {
	var total int64
	var counted []Tensor
	for _, name := range c.Names() {
		t := c.tensors[name]
		if !slices.ContainsFunc(counted, t.shares) {
			total += int64(t.Size()) * int64(t.DType.Bytes())
			counted = append(counted, t)
		}
	}
	return total
}

// MainType is the type in which most values are stored.
func (c *Checkpoint) MainType() DType {
	values := make(map[DType]int)
	for _, t := range c.tensors {
		values[t.DType] += t.Size()
	}
	var main DType
	for dtype, n := range values {
		if n > values[main] || n == values[main] && dtype < main {
			main = dtype
		}
	}
	return main
}

// Close lets go of the files. What Tensor.Bytes returned must not be used afterwards.
func (c *Checkpoint) Close() error {
	var errs []error
	for _, release := range c.release {
		errs = append(errs, release())
	}
	c.release, c.tensors = nil, nil
	return errors.Join(errs...)
}
