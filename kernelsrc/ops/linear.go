package ops

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"
)

// Linear is the recurrence of one number a channel (Griffin's RG-LRU, De et al. 2024, eq. 4):
//
//	h[t] = a[t] h[t-1] + b[t]
//
// b, a: [B, T, D]; h0: [B, D]. It returns h [B, T, D] and last [B, D].
func Linear(b, a, h0 *Node, form Form) (h, last *Node) {
	dims := b.Shape().Dimensions
	B, T, D := dims[0], dims[1], dims[2]
	a.AssertDims(B, T, D)
	h0.AssertDims(B, D)

	outputType := b.DType()
	n := convertAll(computeType(outputType), b, a, h0)
	b, a, h0 = n[0], n[1], n[2]
	if form.loops(b.Graph()) && T > 1 {
		h, last = linearLoop(b, a, h0)
		return ConvertDType(h, outputType), last
	}
	decay, h := pairs(a, b)
	h = Add(h, Mul(decay, InsertAxes(h0, 1)))
	last = Reshape(SliceAxis(h, 1, AxisElem(T-1)), B, D)
	return ConvertDType(h, outputType), last
}

// pairs returns for every t the product of a[0..t] and the h[t] that begins with h[-1] = 0, both [B, T, D].
// Neighbours are joined two by two, which halves the length (Blelloch 1990): 2T products in all.
func pairs(a, b *Node) (decay, h *Node) {
	dims := a.Shape().Dimensions
	B, T, D := dims[0], dims[1], dims[2]
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
		return Reshape(SliceAxis(Reshape(x, B, T/2, 2, D), 2, AxisElem(odd)), B, T/2, D)
	}
	evenA, oddA, evenB, oddB := step(a, 0), step(a, 1), step(b, 0), step(b, 1)
	oddDecay, oddH := pairs(Mul(evenA, oddA), Add(oddB, Mul(oddA, evenB)))
	evenDecay, evenH := evenA, evenB
	if T > 2 {
		evenDecay = Mul(evenA, ShiftWithScalar(oddDecay, 1, ShiftDirRight, 1, 1))
		evenH = Add(evenB, Mul(evenA, ShiftWithScalar(oddH, 1, ShiftDirRight, 1, 0)))
	}
	weave := func(even, odd *Node) *Node { return Reshape(Stack([]*Node{even, odd}, 2), B, T, D) }
	return weave(evenDecay, oddDecay), weave(evenH, oddH)
}
