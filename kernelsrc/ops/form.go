package ops

import (
	"fmt"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/backend"
)

// Form is how a recurrence is computed. All forms give the same values, up to rounding.
type Form int

const (
	// Auto chooses by device and length what is fastest with its gradient.
	Auto Form = iota
	// Native calls a kernel in C where there is one and the backend can call it, and is Auto elsewhere. It is the
	// fastest on a CPU without a gradient: that one computes everything anew.
	Native
	// Loop goes step by step, in a loop inside the graph. It needs a backend with loops.
	Loop
	// Chunked computes many steps at once, by matrix products or by a tree of pairs.
	Chunked
)

// String returns the form's name.
func (f Form) String() string {
	switch f {
	case Auto:
		return "auto"
	case Native:
		return "native"
	case Loop:
		return "loop"
	case Chunked:
		return "chunked"
	}
	return fmt.Sprintf("Form(%d)", int(f))
}

// loops says whether to go step by step in a graph.
func (f Form) loops(g *Graph) bool {
	if f == Auto || f == Native {
		return backend.LoopsPay(g)
	}
	if b, ok := g.Backend().(*backend.Backend); f == Loop && (!ok || !b.HasLoops()) {
		panic(fmt.Errorf("the loop form was asked for, and the backend %s has no loops", g.Backend().Name()))
	}
	return f == Loop
}

// native says whether to call a kernel on inputs of the given type of computation.
func (f Form) native(g *Graph, compute dtypes.DType) bool {
	return f == Native && compute == dtypes.Float32 && backend.HasNative(g)
}

// likeGradient gives outputs of inputs the gradient of another form of the same, which is computed for it.
func likeGradient(inputs, outputs []*Node, form func(in []*Node) []*Node) []*Node {
	return backend.CustomGradient(inputs, outputs, func(v []*Node) []*Node {
		// Apart from the rest of the graph: an input may come from another, and v from an output, whose share is
		// counted outside.
		in := make([]*Node, len(inputs))
		for i, input := range inputs {
			in[i] = Identity(StopGradient(input))
		}
		total := Scalar(in[0].Graph(), in[0].DType(), 0)
		for i, output := range form(in) {
			total = Add(total, ReduceAllSum(Mul(output, StopGradient(v[i]))))
		}
		return Gradient(total, in...)
	})
}

// computeType is the type that a recurrence over inputs of the given type is computed in.
func computeType(input dtypes.DType) dtypes.DType {
	if input == dtypes.Float64 {
		return input
	}
	return dtypes.Float32
}

// convertAll converts every node to the type.
func convertAll(to dtypes.DType, nodes ...*Node) []*Node {
	converted := make([]*Node, len(nodes))
	for i, node := range nodes {
		converted[i] = ConvertDType(node, to)
	}
	return converted
}
