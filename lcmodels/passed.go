package lcmodels

import (
	"fmt"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
)

// PassedState lists the state that sequences of a training may begin with, and that they end with: all but keys and values,
// which say what was read and not what was kept of it. An architecture that keeps nothing else is an error.
func PassedState(a Architecture) ([]StateSpec, error) {
	var specs []StateSpec
	recurrent := false
	for _, s := range a.LayerState() {
		if !s.Slots && s.window == 0 && !s.Integer {
			specs = append(specs, s)
			recurrent = recurrent || !s.inputs
		}
	}
	if !recurrent {
		return nil, fmt.Errorf("%s has no recurrent state: it carries keys and values alone", a.Name())
	}
	return specs, nil
}

// Recurrent reports whether the tensor is the state of a recurrence, and not one of last inputs, of a convolution or a token
// shift, or of keys and values.
func (s StateSpec) Recurrent() bool {
	return !s.Slots && s.window == 0 && !s.Integer && !s.inputs
}

// PassedSize is how many values the listed state has for one sequence.
func PassedSize(specs []StateSpec) int {
	n := 0
	for _, s := range specs {
		n += s.size(0)
	}
	return n
}

// CutPassed makes the state of a graph from one vector, float32 [batch·PassedSize], spec after spec.
func CutPassed(specs []StateSpec, batch int, vector *Node) (*Carry, error) {
	nodes := make([]*Node, len(specs))
	from := 0
	for i, s := range specs {
		shape := s.Shape(batch, 0, dtypes.Float32)
		nodes[i] = Reshape(Slice(vector, AxisRange(from, from+shape.Size())), shape.Dimensions...)
		from += shape.Size()
	}
	return NewCarry(specs, nodes)
}

// JoinPassed is the inverse of CutPassed. Gradients do not go through it.
func JoinPassed(c *Carry) *Node {
	var flat []*Node
	for _, n := range c.Nodes() {
		flat = append(flat, Reshape(StopGradient(n), n.Shape().Size()))
	}
	return Concatenate(flat, 0)
}
