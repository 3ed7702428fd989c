package ops

import (
	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/backend"
)

// LinearInputs are the inputs of Linear.
type LinearInputs struct {
	A     *Node // decays [B, T, E]
	B     *Node // what is added [B, T, E]
	Start *Node // the state before the first token [B, E]
}

// Linear is the recurrence of one number a channel (Griffin's RG-LRU, De et al. 2024, eq. 4):
//
//	h[t] = a[t] h[t-1] + b[t]
//
// It returns h [B, T, E] and its last value [B, E].
func Linear(in LinearInputs, form Form) (h, last *Node) {
	dims := in.B.Shape().Dimensions
	B, T, E := dims[0], dims[1], dims[2]
	in.A.AssertDims(B, T, E)
	in.Start.AssertDims(B, E)

	outputType := in.B.DType()
	n := convertAll(computeType(outputType), in.A, in.B, in.Start)
	in = LinearInputs{n[0], n[1], n[2]}
	if T == 1 { // a pair of one
		h, last = linearParallel(in)
		return ConvertDType(h, outputType), last
	}
	switch form.choose(in.B.Graph(), in.B.DType() == dtypes.Float32, true) {
	case Native:
		h, last = linearNative(in, form == Inference)
	case Loop:
		h, last = linearLoop(in)
	default:
		h, last = linearParallel(in)
	}
	return ConvertDType(h, outputType), last
}

// linearNative is Linear by a kernel, with the gradient of linearLoop by another one.
func linearNative(in LinearInputs, inference bool) (h, last *Node) {
	inputs := []*Node{in.A, in.B, in.Start}
	out := backend.CallNative("longseq_linear", inputs, in.B.Shape(), in.Start.Shape())
	if inference {
		return out[0], out[1]
	}
	hs := out[0]
	out = backend.CustomGradient(inputs, out, func(v []*Node) []*Node {
		return backend.CallNative("longseq_linear_backward", []*Node{in.A, hs, in.Start, v[0], v[1]},
			in.A.Shape(), in.B.Shape(), in.Start.Shape())
	})
	return out[0], out[1]
}

// linearParallel is Linear by a tree of pairs.
func linearParallel(in LinearInputs) (h, last *Node) {
	dims := in.B.Shape().Dimensions
	B, T, E := dims[0], dims[1], dims[2]
	decay, h := pairs(in.A, in.B)
	h = Add(h, Mul(decay, InsertAxes(in.Start, 1)))
	return h, Reshape(SliceAxis(h, 1, AxisElem(T-1)), B, E)
}

// pairs returns for every t the product of a[0..t] and the h[t] that begins with h[-1] = 0, both [B, T, E].
// Neighbours are joined two by two, which halves the length (Blelloch 1990): 2T products in all.
func pairs(a, b *Node) (decay, h *Node) {
	dims := a.Shape().Dimensions
	B, T, E := dims[0], dims[1], dims[2]
	if T == 1 {
		return a, b
	}
	if T%2 == 1 { // the last step on its own
		decay, h = pairs(SliceAxis(a, 1, AxisRange(0, T-1)), SliceAxis(b, 1, AxisRange(0, T-1)))
		lastA, lastB := SliceAxis(a, 1, AxisElem(T-1)), SliceAxis(b, 1, AxisElem(T-1))
		decay = Concatenate([]*Node{decay, Mul(lastA, SliceAxis(decay, 1, AxisElem(T-2)))}, 1)
		h = Concatenate([]*Node{h, Add(lastB, Mul(lastA, SliceAxis(h, 1, AxisElem(T-2))))}, 1)
		return decay, h
	}
	step := func(x *Node, odd int) *Node {
		return Reshape(SliceAxis(Reshape(x, B, T/2, 2, E), 2, AxisElem(odd)), B, T/2, E)
	}
	evenA, oddA, evenB, oddB := step(a, 0), step(a, 1), step(b, 0), step(b, 1)
	oddDecay, oddH := pairs(Mul(evenA, oddA), Add(oddB, Mul(oddA, evenB)))
	evenDecay, evenH := evenA, evenB
	if T > 2 {
		evenDecay = Mul(evenA, ShiftWithScalar(oddDecay, 1, ShiftDirRight, 1, 1))
		evenH = Add(evenB, Mul(evenA, ShiftWithScalar(oddH, 1, ShiftDirRight, 1, 0)))
	}
	interleave := func(even, odd *Node) *Node { return Reshape(Stack([]*Node{even, odd}, 2), B, T, E) }
	return interleave(evenDecay, oddDecay), interleave(evenH, oddH)
}
