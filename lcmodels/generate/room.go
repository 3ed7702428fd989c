package generate

import (
	"fmt"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
)

// minSlots is the least room that KV caches begin with, so that small chunks do not lead to many graphs.
const minSlots = 64

// Start is the state before the first token, for a batch of sequences. The room of its KV caches doubles as it is
// used up, so that few graphs are compiled and a query is compared with at most twice as many slots as there
// are keys.
func (r *Reader) Start(batch int) *lcmodels.State {
	return lcmodels.NewState(r.model.Architecture, batch, firstRoom(r.chunk))
}

// maxSpare is the largest state, in bytes, whose KV caches have more room than they need, and are kept for other sequences.
const maxSpare = 128 << 20

// StartFor is Start for sequences of at most length tokens, answers included, which are padded to whole chunks. Where the
// kernel of attention skips free slots, their caches begin with the room that they will need, and small ones with that of
// the longest sequence so far: so one graph is compiled for all lengths. What a model computes does not depend on the room.
func (r *Reader) StartFor(batch, length int) *lcmodels.State {
	a := r.model.Architecture
	s := &lcmodels.State{Specs: lcmodels.StateOf(a)}
	if r.b.Native() != nil || !s.HasSlots() {
		return r.Start(batch)
	}
	slots := roomFor(r.chunk, length)
	if room := max(slots, r.room); int64(batch)*lcmodels.StateRoom(a, room) <= maxSpare {
		r.room, slots = room, room
	}
	if s := r.spare; s != nil && s.Batch == batch && s.Slots == slots {
		r.spare, s.Used = nil, 0
		return s
	}
	return lcmodels.NewState(a, batch, slots)
}

// finish frees a state. If its KV caches may serve other sequences, they are kept. spoilt says that they may hold numbers that
// are not finite.
func (r *Reader) finish(s *lcmodels.State, spoilt bool) error {
	small := int64(s.Batch)*lcmodels.StateRoom(r.model.Architecture, s.Slots) <= maxSpare
	if r.b.Native() != nil || !s.HasSlots() || !small || spoilt {
		return s.Free()
	}
	for i, spec := range s.Specs {
		if kept(spec) {
			continue
		}
		if err := s.Tensors[i].FinalizeAll(); err != nil {
			return fmt.Errorf("free state: %w", err)
		}
		s.Tensors[i] = tensors.FromShape(spec.Shape(s.Batch, s.Slots, dtypes.Float32))
	}
	before := r.spare
	if r.spare = s; before != nil {
		return before.Free()
	}
	return nil
}

func firstRoom(chunk int) int { return max(2*chunk, minSlots) }

// roomFor is the room of caches after length tokens, the last of them read as a chunk.
func roomFor(chunk, length int) int {
	slots := firstRoom(chunk)
	for slots < length+chunk-1 {
		slots *= 2
	}
	return slots
}

// makeRoom doubles the room of the state's KV caches until n more tokens fit.
func (r *Reader) makeRoom(s *lcmodels.State, n int) error {
	for s.HasSlots() && s.Used+n > s.Slots {
		grow, err := r.grower(s.Slots)
		if err != nil {
			return err
		}
		out, err := grow.Exec(s.Tensors...)
		if err != nil {
			return fmt.Errorf("make room for %d tokens in the KV caches of %s, a batch of %d: %w", 2*s.Slots, r.model.Name, s.Batch, err)
		}
		if err := free(s.Tensors); err != nil {
			return err
		}
		s.Tensors, s.Slots = out, 2*s.Slots
	}
	return nil
}

// grower returns the executor that doubles the room of slots tokens.
func (r *Reader) grower(slots int) (*backend.Executor, error) {
	if g := r.growers[slots]; g != nil {
		return g, nil
	}
	specs := lcmodels.StateOf(r.model.Architecture)
	g, err := newExecutor(r, func(state []*Node) []*Node {
		out := make([]*Node, len(state))
		for i, x := range state {
			out[i] = x
			if axis := specs[i].SlotAxis(); axis > 0 {
				dims := x.Shape().Clone().Dimensions
				dims[axis] = slots
				out[i] = Concatenate([]*Node{x, Zeros(x.Graph(), shapes.Make(x.DType(), dims...))}, axis)
			}
		}
		return out
	})
	if err != nil {
		return nil, err
	}
	r.growers[slots] = g
	return g, nil
}

func free(all []*tensors.Tensor) error {
	for _, t := range all {
		if err := t.FinalizeAll(); err != nil {
			return fmt.Errorf("free tensors: %w", err)
		}
	}
	return nil
}
