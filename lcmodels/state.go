package lcmodels

import (
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/shapes"
	"github.com/gomlx/gomlx/pkg/core/tensors"
)

// StateSpec describes one tensor of what a model carries from one chunk of tokens to the next. All
// begin as zeros.
type StateSpec struct {
	Name string
	// Dims of one sequence; the tensor has the batch in front, unless Shared.
	Dims []int
	// Slots is set if one of Dims is the room of a KV cache, which the state's owner chooses: it is 0 in Dims.
	Slots bool
	// Shared tensors have no batch axis.
	Shared bool
	// Integer tensors are int32, the others float32.
	Integer bool
	// bookkeeping is what counts positions: no memory of the text.
	bookkeeping bool
}

// Shape is the tensor's shape for a batch and a KV cache with room for slots tokens.
func (s StateSpec) Shape(batch, slots int, compute dtypes.DType) shapes.Shape {
	var dims []int
	if !s.Shared {
		dims = append(dims, batch)
	}
	dims = append(dims, s.Dims...)
	if s.Slots {
		dims[s.SlotAxis()] = slots
	}
	dtype := compute
	if s.Integer {
		dtype = dtypes.Int32
	}
	return shapes.Make(dtype, dims...)
}

// SlotAxis is the axis of the tensor that is the room of its KV cache, -1 if there is none.
func (s StateSpec) SlotAxis() int {
	axis := slices.Index(s.Dims, 0)
	if !s.Slots || axis < 0 {
		return -1
	}
	return axis + 1 // the batch stands in front
}

// size counts the values of one sequence that has read length tokens.
func (s StateSpec) size(length int) int {
	n := 1
	for _, d := range s.Dims {
		if d == 0 && s.Slots {
			d = length
		}
		n *= d
	}
	return n
}

// State is what a model has read so far, outside a graph: the tensors that Architecture.State lists, in
// order, for a batch of sequences. It is a value: it can be forked, and read on from more than once. Reading a
// chunk uses a State up and gives a new one.
type State struct {
	Specs   []StateSpec
	Tensors []*tensors.Tensor
	// Batch is the number of sequences; Slots the room of the KV caches, in tokens; Used what of it
	// is taken.
	Batch, Slots, Used int
}

// NewState is the state before the first token. slots is the room for KV caches, which a model
// without any ignores.
func NewState(a Architecture, batch, slots int) *State {
	s := &State{Specs: a.State(), Batch: batch, Slots: slots}
	for _, spec := range s.Specs {
		s.Tensors = append(s.Tensors, tensors.FromShape(spec.Shape(batch, slots, dtypes.Float32)))
	}
	return s
}

// HasSlots says whether the state holds KV caches, whose room is limited.
func (s *State) HasSlots() bool {
	return slices.ContainsFunc(s.Specs, func(spec StateSpec) bool { return spec.Slots })
}

// Free releases the tensors; the state must not be used afterwards.
func (s *State) Free() error {
	for _, t := range s.Tensors {
		if err := t.FinalizeAll(); err != nil {
			return fmt.Errorf("free state: %w", err)
		}
	}
	s.Tensors = nil
	return nil
}

// Values returns a float tensor of the state by name, row by row, with its shape.
func (s *State) Values(name string) ([]float32, []int, error) {
	for i, spec := range s.Specs {
		if spec.Name == name && !spec.Integer {
			values, err := tensors.CopyFlatData[float32](s.Tensors[i])
			return values, s.Tensors[i].Shape().Dimensions, err
		}
	}
	return nil, nil, fmt.Errorf("the state has no float tensor %q", name)
}
