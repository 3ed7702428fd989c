package generate

import (
	"context"
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
)

// Ask answers questions that follow what a state has read, one sequence for each question, and returns the state as it
// was. An answer ends with a token of stop.
func (r *Reader) Ask(ctx context.Context, questions []Question, s *lcmodels.State, stop ...int32) ([]Answer, *lcmodels.State, error) {
	if len(questions) == 0 {
		return nil, s, nil
	}
	m, err := r.mark(s, longest(questions)+r.chunk)
	if err != nil {
		return nil, nil, err
	}
	answers, s, err := r.follow(ctx, questions, s, stop)
	if err != nil {
		return nil, nil, err
	}
	s, err = r.rewind(m, s, anyNotFinite(answers))
	return answers, s, err
}

// A mark is what brings a state back to where it stood, once it has read more. KV caches are not copied: what was read
// later stands in slots behind, which are free again when the state's positions say so.
type mark struct {
	copied []*tensors.Tensor // all of the state but the KV caches
	used   int
}

// kept says that a tensor of the state is the same after rewinding: KV caches are.
func kept(spec lcmodels.StateSpec) bool { return spec.Slots && !spec.Integer }

// mark marks where a state stands that is about to read at most n tokens.
func (r *Reader) mark(s *lcmodels.State, n int) (mark, error) {
	if err := r.makeRoom(s, n); err != nil { // now, since what is copied has the room of the KV caches too
		return mark{}, err
	}
	var rest []*tensors.Tensor
	for i, spec := range s.Specs {
		if !kept(spec) {
			rest = append(rest, s.Tensors[i])
		}
	}
	copied, err := r.copies.Exec(rest...)
	if err != nil {
		return mark{}, fmt.Errorf("copy the state of %s: %w", r.model.Name, err)
	}
	return mark{copied, s.Used}, nil
}

// rewind takes a state back to the mark. It consumes both. spoilt says that the tokens read since may have left numbers
// that are not finite: a free slot weighs 0, and 0 times such a number is NaN.
func (r *Reader) rewind(m mark, s *lcmodels.State, spoilt bool) (*lcmodels.State, error) {
	back := *s
	back.Tensors, back.Used = slices.Clone(s.Tensors), m.used
	var later []*tensors.Tensor
	for i, spec := range s.Specs {
		if !kept(spec) {
			later, back.Tensors[i], m.copied = append(later, s.Tensors[i]), m.copied[0], m.copied[1:]
		}
	}
	s.Tensors = nil
	if err := free(later); err != nil {
		return nil, err
	}
	if !spoilt || !back.HasSlots() {
		return &back, nil
	}
	return r.clean(&back)
}

// clean sets the free slots of KV caches to 0. It consumes the state.
func (r *Reader) clean(s *lcmodels.State) (*lcmodels.State, error) {
	if r.cleaner == nil {
		var err error
		r.cleaner, err = backend.NewExecutor(r.b, r.cleanGraph, func(int) bool { return true })
		if err != nil {
			return nil, fmt.Errorf("read with %s: %w", r.model.Name, err)
		}
	}
	out, err := r.cleaner.Exec(s.Tensors...)
	if err != nil {
		return nil, fmt.Errorf("clear the KV caches of %s: %w", r.model.Name, err)
	}
	clean := *s
	clean.Tensors, s.Tensors = out, nil
	return &clean, nil
}

// cleanGraph is the graph of clean, from the state to the state.
func (r *Reader) cleanGraph(in []*Node) []*Node {
	specs := lcmodels.StateOf(r.model.Architecture)
	at := slices.IndexFunc(specs, func(s lcmodels.StateSpec) bool { return s.Slots && s.Integer })
	taken := GreaterThan(in[at], ZerosLike(in[at])) // [B, slots]
	out := slices.Clone(in)
	for i, spec := range specs {
		if !kept(spec) {
			continue
		}
		dims := in[i].Shape().Dimensions
		each := make([]int, len(dims))
		for axis := range each {
			each[axis] = 1
		}
		each[0], each[spec.SlotAxis()] = dims[0], dims[spec.SlotAxis()]
		out[i] = Where(BroadcastToDims(Reshape(taken, each...), dims...), in[i], ZerosLike(in[i]))
	}
	return out
}
