package checkpoint

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// Tensor is one named array of a checkpoint. Its values lie in a storage, which other tensors may
// share, at an offset and with strides, as PyTorch keeps them.
type Tensor struct {
	Name  string
	DType DType
	// Shape holds the dimensions, none for a scalar.
	Shape []int

	storage []byte
	offset  int   // of the first value, in values
	strides []int // in values, one a dimension
}

// NewTensor makes a tensor of values in memory: little-endian, row by row. It fails if their number does not
// follow from the shape.
func NewTensor(name string, dtype DType, shape []int, values []byte) (Tensor, error) {
	if dtype.Bytes() == 0 {
		return Tensor{}, fmt.Errorf("tensor %q: dtype %q is not known", name, dtype)
	}
	n, err := volume(shape)
	if err != nil {
		return Tensor{}, fmt.Errorf("tensor %q: %w", name, err)
	}
	if len(values)%dtype.Bytes() != 0 || len(values)/dtype.Bytes() != n {
		return Tensor{}, fmt.Errorf("tensor %q: %d bytes are not the %d values of %s that shape %v asks for", name, len(values), n, dtype, shape)
	}
	return Tensor{Name: name, DType: dtype, Shape: slices.Clone(shape), storage: values, strides: rowMajor(shape)}, nil
}

// NewFloat32 makes a tensor of float32 values in memory.
func NewFloat32(name string, shape []int, values []float32) (Tensor, error) {
	raw := make([]byte, 0, 4*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return NewTensor(name, F32, shape, raw)
}

// Size is the number of values.
func (t Tensor) Size() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// Bytes returns the values row by row, little-endian, in the stored type. Where they lie so in the file, as
// they nearly always do, this is the mapped file itself: not to be written to, and gone when the
// checkpoint is closed.
func (t Tensor) Bytes() []byte {
	size, n := t.DType.Bytes(), t.Size()
	if n == 0 {
		return nil
	}
	if t.contiguous() {
		return t.storage[t.offset*size : (t.offset+n)*size]
	}
	out := make([]byte, 0, n*size)
	index := make([]int, len(t.Shape))
	last := len(index) - 1
	for at := t.offset; ; {
		for i := range t.Shape[last] {
			from := (at + i*t.strides[last]) * size
			out = append(out, t.storage[from:from+size]...)
		}
		axis := last - 1
		for ; axis >= 0; axis-- { // the odometer's next row
			index[axis]++
			at += t.strides[axis]
			if index[axis] < t.Shape[axis] {
				break
			}
			at -= index[axis] * t.strides[axis]
			index[axis] = 0
		}
		if axis < 0 {
			return out
		}
	}
}

// Float32 returns the values row by row as float32.
func (t Tensor) Float32() []float32 { return t.DType.widen(t.Bytes()) }

// contiguous says whether the values lie row by row. Strides of dimensions of one do not matter.
func (t Tensor) contiguous() bool {
	next := 1
	for i := len(t.Shape) - 1; i >= 0; i-- {
		if t.Shape[i] != 1 && t.strides[i] != next {
			return false
		}
		next *= t.Shape[i]
	}
	return true
}

// shares says whether two tensors are the same view of the same storage.
func (t Tensor) shares(u Tensor) bool {
	return len(t.storage) > 0 && len(u.storage) > 0 && &t.storage[0] == &u.storage[0] &&
		t.offset == u.offset && t.DType == u.DType && slices.Equal(t.Shape, u.Shape) && slices.Equal(t.strides, u.strides)
}

// equal says whether two tensors have the same type, shape and bytes.
func (t Tensor) equal(u Tensor) bool {
	return t.shares(u) || t.DType == u.DType && slices.Equal(t.Shape, u.Shape) && bytes.Equal(t.Bytes(), u.Bytes())
}

// check refuses a tensor that reaches outside its storage, and one that repeats the values of a
// storage far beyond what a model would.
func (t Tensor) check() error {
	const repeated = 1 << 24 // values
	n, err := volume(t.Shape)
	if err != nil {
		return err
	}
	if len(t.strides) != len(t.Shape) {
		return fmt.Errorf("%d strides for %d dimensions", len(t.strides), len(t.Shape))
	}
	held := len(t.storage) / t.DType.Bytes()
	if t.offset < 0 || t.offset > held {
		return fmt.Errorf("offset %d is outside a storage of %d values", t.offset, held)
	}
	if n > held && n > repeated {
		return fmt.Errorf("shape %v has %d values, its storage holds %d", t.Shape, n, held)
	}
	if n == 0 {
		return nil
	}
	outside := fmt.Errorf("shape %v with strides %v at %d reaches outside a storage of %d values", t.Shape, t.strides, t.offset, held)
	if t.offset == held {
		return outside
	}
	room := held - 1 - t.offset // values behind the first
	for i, d := range t.Shape {
		switch stride := t.strides[i]; {
		case stride < 0:
			return fmt.Errorf("stride %d is negative", stride)
		case stride > 0 && d-1 > room/stride:
			return outside
		default:
			room -= (d - 1) * stride
		}
	}
	return nil
}

// volume multiplies dimensions, refusing negative ones and more values than a file could hold.
func volume(shape []int) (int, error) {
	const most = 1 << 48
	if slices.ContainsFunc(shape, func(d int) bool { return d < 0 || d > most }) {
		return 0, fmt.Errorf("shape %v is not possible", shape)
	}
	if slices.Contains(shape, 0) {
		return 0, nil
	}
	n := 1
	for _, d := range shape {
		if n > most/d {
			return 0, fmt.Errorf("shape %v has too many values", shape)
		}
		n *= d
	}
	return n, nil
}

// rowMajor returns the strides of values that lie row by row.
func rowMajor(shape []int) []int {
	strides := make([]int, len(shape))
	next := 1
	for i := len(shape) - 1; i >= 0; i-- {
		strides[i] = next
		next *= shape[i]
	}
	return strides
}
