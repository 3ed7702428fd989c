package lcmodels

import (
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/shapes"
	"github.com/gomlx/gomlx/pkg/core/tensors"
)

// StateSpec describes one tensor of what a model carries from one chunk of tokens to the next. At the start it holds
// zeros.
type StateSpec struct {
	Name string
	// Dims are the dimensions for one sequence. The tensor has the batch in front, unless it is Shared.
	Dims []int
	// Slots says that one of Dims is the room of a KV cache. It is 0 in Dims, since the owner of a state chooses it.
	Slots bool
	// Shared says that the tensor has no batch axis.
	Shared bool
	// Integer says that the tensor is int32, not float32.
	Integer bool
	// bookkeeping marks tensors that count positions and hold nothing of the text.
	bookkeeping bool
	// inputs marks the last inputs of a convolution or a token shift.
	inputs bool
	// window is the number of keys of a layer of local attention.
	window int
}

// InLayer returns the specs as those of a layer's state, under its number. In the graph Chunk.Layer(i) reads and
// writes them.
func InLayer(i int, specs ...StateSpec) []StateSpec {
	out := make([]StateSpec, len(specs))
	for j, spec := range specs {
		spec.Name = layerName(i, spec.Name)
		out[j] = spec
	}
	return out
}

// StateOf lists the whole state of an architecture: positions first, then that of the layers.
func StateOf(a Architecture) []StateSpec {
	specs := []StateSpec{{Name: tokensRead, Integer: true, bookkeeping: true}}
	layers := a.LayerState()
	if slices.ContainsFunc(layers, func(s StateSpec) bool { return s.Slots }) {
		specs = append(specs,
			StateSpec{Name: slotsUsed, Shared: true, Integer: true, bookkeeping: true},
			StateSpec{Name: slotPosition, Dims: []int{0}, Slots: true, Integer: true, bookkeeping: true})
	}
	window := 0
	for _, s := range layers {
		if s.window > 0 && window > 0 && s.window != window {
			panic(fmt.Errorf("%s has layers with windows of %d and %d: they must have the same", a.Name(), window, s.window))
		}
		window = max(window, s.window)
	}
	if window > 0 {
		specs = append(specs, StateSpec{Name: windowPosition, Dims: []int{window}, Integer: true, bookkeeping: true})
	}
	return append(specs, layers...)
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
	return axis + 1 // the batch is axis 0
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

// State is the state of a model outside a graph, for a batch of sequences: the tensors that StateOf lists, in order. To
// read a chunk consumes a State and makes a new one. A fork of it can be kept.
type State struct {
	Specs   []StateSpec
	Tensors []*tensors.Tensor
	// Batch is the number of sequences, Slots the room of the KV caches in tokens, and Used how much of that is in
	// use.
	Batch, Slots, Used int
}

// NewState is the state before the first token. slots is the room of KV caches, for models that have some.
func NewState(a Architecture, batch, slots int) *State {
	s := &State{Specs: StateOf(a), Batch: batch, Slots: slots}
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
