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

// Checkpoint is an open set of tensors. It is safe for concurrent use until Close.
type Checkpoint struct {
	path    string // as given to Open
	folder  string // of config.json
	tensors map[string]Tensor
	files   []string // of weights
	release []func() error
	digest  func() string
}

// Open opens a folder as the Hugging Face hub lays it out, a single file (.safetensors, .bin, .pt, .pth) or the
// index of a sharded checkpoint. It checks the position, type and shape of every tensor and reads no values.
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

// read maps a file and returns its tensors. The file's first bytes decide its format, not its name.
func (c *Checkpoint) read(path string) ([]Tensor, error) {
	c.files = append(c.files, path)
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

// Tensor returns the tensor of that name. The error names the tensor and the checkpoint.
func (c *Checkpoint) Tensor(name string) (Tensor, error) {
	t, ok := c.tensors[name]
	if !ok {
		return Tensor{}, fmt.Errorf("checkpoint %s has no tensor %q", c.path, name)
	}
	return t, nil
}

// Has reports whether there is a tensor of that name.
func (c *Checkpoint) Has(name string) bool {
	_, ok := c.tensors[name]
	return ok
}

// Float32 returns the values of a tensor, row by row, converted to float32. Values of F64 and of wide integers are
// rounded, all others are exact.
func (c *Checkpoint) Float32(name string) ([]float32, error) {
	t, err := c.Tensor(name)
	if err != nil {
		return nil, err
	}
	return t.Float32(), nil
}

// Equal reports whether both tensors exist and have the same type, shape and bytes. Tied weights are equal whether
// the file stores them once or twice.
func (c *Checkpoint) Equal(a, b string) bool {
	return c.Has(a) && c.Has(b) && c.tensors[a].equal(c.tensors[b])
}

// Bytes returns the size of all tensors in bytes. Values that several names share, such as tied embeddings in
// PyTorch's files, count once.
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

// MainType returns the type in which most values are stored.
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

// Close unmaps the files. Slices that Tensor.Bytes returned must not be used afterwards.
func (c *Checkpoint) Close() error {
	var errs []error
	for _, release := range c.release {
		errs = append(errs, release())
	}
	c.release, c.tensors = nil, nil
	return errors.Join(errs...)
}
