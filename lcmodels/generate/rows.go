package generate

import (
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/lcmodels"
)

// take makes a state of rows of other states, which it consumes. Rows are numbered through all of them. A row may be
// taken several times or not at all.
func (r *Reader) take(rows []int32, from ...*lcmodels.State) (*lcmodels.State, error) {
	slots, used := 0, 0
	for _, s := range from {
		slots, used = max(slots, s.Slots), max(used, s.Used)
	}
	inputs := []*tensors.Tensor{tensors.FromValue(rows)}
	for _, s := range from {
		if s.HasSlots() {
			if err := r.makeRoom(s, slots-s.Used); err != nil {
				return nil, err
			}
		}
		inputs = append(inputs, s.Tensors...)
	}
	if r.taker == nil {
		var err error
		if r.taker, err = newExecutor(r, r.takeGraph); err != nil {
			return nil, err
		}
	}
	out, err := r.taker.Exec(inputs...)
	if err != nil {
		return nil, fmt.Errorf("make a batch of %d with %s: %w", len(rows), r.model.Name, err)
	}
	if err := free(inputs); err != nil {
		return nil, err
	}
	for _, s := range from {
		s.Tensors = nil
	}
	return &lcmodels.State{Specs: from[0].Specs, Tensors: out, Batch: len(rows), Slots: slots, Used: used}, nil
}

// takeGraph is the graph of take. in: the numbers of the rows, int32 [rows], then the states.
func (r *Reader) takeGraph(in []*Node) []*Node {
	specs := lcmodels.StateOf(r.model.Architecture)
	rows, states := in[0], slices.Collect(slices.Chunk(in[1:], len(specs)))
	out := make([]*Node, len(specs))
	for i, spec := range specs {
		var all []*Node
		for _, s := range states {
			all = append(all, s[i])
		}
		if spec.Shared { // slots in use: as many as in the state that uses most
			out[i] = all[0]
			for _, x := range all[1:] {
				out[i] = Max(out[i], x)
			}
			continue
		}
		x := all[0]
		if len(all) > 1 {
			x = Concatenate(all, 0)
		}
		dims := x.Shape().Clone().Dimensions
		flat := Reshape(x, dims[0], -1) // the pure-Go backend gathers no scalars
		dims[0] = rows.Shape().Dim(0)
		out[i] = Reshape(Gather(flat, ExpandAxes(rows, -1)), dims...)
	}
	return out
}
