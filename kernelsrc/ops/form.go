package ops

import (
	"fmt"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/backend"
)

// Form is how an operation is computed. All forms give the same values, up to rounding.
//
// Auto and Inference choose by backend, type and shape. A form that is named is the one that is built; where it
// cannot be, building the graph panics.
type Form int

const (
	// Auto is the fastest form of which the gradient may be taken.
	Auto Form = iota
	// Inference is the fastest form where no gradient is taken. What it builds may have none.
	Inference
	// Native is a kernel in C (package native), as is its gradient: float32, on a CPU, for all but Matmul.
	Native
	// Loop goes step by step, or head by head in Attention, in a loop inside the graph. The backend must have loops.
	Loop
	// Parallel computes many steps, or all heads, at once by matrix products or by a tree of pairs.
	Parallel
)

// String returns the form's name.
func (f Form) String() string {
	switch f {
	case Auto:
		return "auto"
	case Inference:
		return "inference"
	case Native:
		return "native"
	case Loop:
		return "loop"
	case Parallel:
		return "parallel"
	}
	return fmt.Sprintf("Form(%d)", int(f))
}

// choose returns the form that is built for f: Native, Loop or Parallel. hasKernel tells whether there is a native
// kernel for the inputs' type, loopPays whether a loop is faster than Parallel on a backend where loops pay.
func (f Form) choose(g *Graph, hasKernel, loopPays bool) Form {
	switch f {
	case Inference, Auto:
		if hasKernel && backend.HasNative(g) {
			return Native
		}
		if loopPays && backend.LoopsPay(g) {
			return Loop
		}
		return Parallel
	case Native:
		if !hasKernel {
			panic(fmt.Errorf("the native form was asked for, and there is no kernel for this operation and type"))
		}
		if !backend.HasNative(g) {
			panic(fmt.Errorf("the native form was asked for, and the backend %s calls no native kernels", g.Backend().Name()))
		}
	case Loop:
		if b, ok := g.Backend().(*backend.Backend); !ok || b.Loops() != nil {
			panic(fmt.Errorf("the loop form was asked for, and the backend %s has no loops", g.Backend().Name()))
		}
	case Parallel:
	default:
		panic(fmt.Errorf("there is no form %s", f))
	}
	return f
}

// chooseWithoutLoop is choose for an operation that has no Loop.
func (f Form) chooseWithoutLoop(g *Graph, hasKernel bool, operation string) Form {
	form := f.choose(g, hasKernel, false)
	if form == Loop {
		panic(fmt.Errorf("the loop form was asked for, and %s has none", operation))
	}
	return form
}

// withGradientOf gives outputs that were computed from the inputs the gradient of another form of the same, which is
// computed for it. All nodes have the same type.
func withGradientOf(inputs, outputs []*Node, form func(in []*Node) []*Node) []*Node {
	return backend.CustomGradient(inputs, outputs, func(v []*Node) []*Node {
		// The other form is built apart from the rest of the graph: an input may be computed from another one, and v from
		// an output, and the gradient through those is taken outside.
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

// computeType is the type in which an operation on inputs of the given type is computed.
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
