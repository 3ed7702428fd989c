package checkpoint

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// Tensor is a named array of a checkpoint. As in PyTorch, it is a view of a storage, with an offset and a stride for
// each dimension. Several tensors may share a storage.
type Tensor struct {
	Name  string
	DType DType
	// Shape holds the dimensions. It is empty for a scalar.
	Shape []int

	storage []byte
	offset  int   // of the first value, in values
	strides []int // in values, one for each dimension
}

// NewTensor returns a tensor of values in memory: little-endian, row by row. It is an error if their number is not
// that of the shape. The tensor uses the slice, it does not copy it.
func NewTensor(name string, dtype DType, shape []int, values []byte) (Tensor, error) {
	if dtype.Bytes() == 0 {
		return Tensor{}, fmt.Errorf("tensor %q: unknown dtype %q", name, dtype)
	}
	n, err := volume(shape)
	if err != nil {
		return Tensor{}, fmt.Errorf("tensor %q: %w", name, err)
	}
	if len(values)%dtype.Bytes() != 0 || len(values)/dtype.Bytes() != n {
		return Tensor{}, fmt.Errorf("tensor %q: %d bytes are not the %d values of %s of shape %v", name, len(values), n, dtype, shape)
	}
	return Tensor{Name: name, DType: dtype, Shape: slices.Clone(shape), storage: values, strides: rowMajor(shape)}, nil
}

// NewFloat32 returns a tensor with a copy of the values, which are in row-by-row order.
func NewFloat32(name string, shape []int, values []float32) (Tensor, error) {
	raw := make([]byte, 0, 4*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return NewTensor(name, F32, shape, raw)
}

// Size returns the number of values.
func (t Tensor) Size() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// Bytes returns the values row by row, little-endian, in the stored type. If the storage has them in this order, as
// it nearly always does, the result is a part of the mapped file: it must not be written to, and is invalid after
// the checkpoint is closed.
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
		for ; axis >= 0; axis-- { // advance the index of the row, last axis first
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

// contiguous reports whether the storage has the values row by row. The stride of a dimension of 1 does not matter.
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

// shares reports whether two tensors are the same view of the same storage.
func (t Tensor) shares(u Tensor) bool {
	return len(t.storage) > 0 && len(u.storage) > 0 && &t.storage[0] == &u.storage[0] &&
		t.offset == u.offset && t.DType == u.DType && slices.Equal(t.Shape, u.Shape) && slices.Equal(t.strides, u.strides)
}

// equal reports whether two tensors have the same type, shape and bytes.
func (t Tensor) equal(u Tensor) bool {
	return t.shares(u) || t.DType == u.DType && slices.Equal(t.Shape, u.Shape) && bytes.Equal(t.Bytes(), u.Bytes())
}

// check returns an error for a tensor that reaches outside its storage. A view may repeat values of the storage
// (stride 0), but not in a tensor of more than maxRepeated values: a hostile file could ask for any amount of memory.
func (t Tensor) check() error {
	const maxRepeated = 1 << 24
	n, err := volume(t.Shape)
	if err != nil {
		return err
	}
	if len(t.strides) != len(t.Shape) {
		return fmt.Errorf("%d strides for %d dimensions", len(t.strides), len(t.Shape))
	}
	stored := len(t.storage) / t.DType.Bytes()
	if t.offset < 0 || t.offset > stored {
		return fmt.Errorf("offset %d is outside a storage of %d values", t.offset, stored)
	}
	if n > stored && n > maxRepeated {
		return fmt.Errorf("shape %v has %d values, its storage has %d", t.Shape, n, stored)
	}
	if n == 0 {
		return nil
	}
	outside := fmt.Errorf("shape %v with strides %v at %d reaches outside a storage of %d values", t.Shape, t.strides, t.offset, stored)
	if t.offset == stored {
		return outside
	}
	left := stored - 1 - t.offset // values after the first
	for i, d := range t.Shape {
		switch stride := t.strides[i]; {
		case stride < 0:
			return fmt.Errorf("stride %d is negative", stride)
		case stride > 0 && d-1 > left/stride:
			return outside
		default:
			left -= (d - 1) * stride
		}
	}
	return nil
}

// volume returns the number of values of a shape. A negative dimension, and more values than a file can have, is an
// error.
func volume(shape []int) (int, error) {
	const maxValues = 1 << 48
	if slices.ContainsFunc(shape, func(d int) bool { return d < 0 || d > maxValues }) {
		return 0, fmt.Errorf("impossible shape %v", shape)
	}
	if slices.Contains(shape, 0) {
		return 0, nil
	}
	n := 1
	for _, d := range shape {
		if n > maxValues/d {
			return 0, fmt.Errorf("shape %v has too many values", shape)
		}
		n *= d
	}
	return n, nil
}

// rowMajor returns the strides of values in row-by-row order.
func rowMajor(shape []int) []int {
	strides := make([]int, len(shape))
	next := 1
	for i := len(shape) - 1; i >= 0; i-- {
		strides[i] = next
		next *= shape[i]
	}
	return strides
}
