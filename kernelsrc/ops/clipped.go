package ops

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/backend"
)

// ClippedSSD is SSD in which each step clips the state of a head [P, N] to a Frobenius norm of at most limit, before it is
// read (Chen et al. 2025, "Stuffed Mamba"). Clipped states are no linear recurrence: it goes step by step,
// in a loop where the backend has loops. It has no gradient.
func ClippedSSD(in SSDInputs, limit float64) (y, last *Node) {
	outputType := in.X.DType()
	in = ssdInputs(convertAll(computeType(outputType), in.nodes()...))
	one := func(x *Node) *Node { return InsertAxes(x, 1) }
	y, last = stepByStep([]*Node{in.X, in.Dt, in.LogA, in.B, in.C}, in.Start, func(state *Node, now []*Node) (next, y *Node) {
		_, next = ssdStep(SSDInputs{X: one(now[0]), Dt: one(now[1]), LogA: one(now[2]), B: one(now[3]), C: one(now[4]), Start: state})
		next = clip(next, limit)
		d := next.Shape().Dimensions
		B, H, P, N, G := d[0], d[1], d[2], d[3], now[4].Shape().Dim(1)
		read := Mul(Reshape(next, B, G, H/G, P, N), Reshape(now[4], B, G, 1, 1, N))
		return next, Reshape(ReduceSum(read, -1), B, H, P)
	})
	return ConvertDType(y, outputType), last
}

// ClippedWKV6 is WKV6 in which each step clips the state of a head [K, P] to a Frobenius norm of at most limit, by the idea
// of ClippedSSD. The state that a token reads is the clipped one of the token before. It has no gradient.
func ClippedWKV6(in WKV6Inputs, limit float64) (y, last *Node) {
	outputType := in.R.DType()
	n := convertAll(computeType(outputType), in.R, in.K, in.V, in.LogW, in.U, in.Start)
	r, k, v, w, u, start := n[0], n[1], n[2], Exp(n[3]), n[4], n[5]
	bonus := ReduceAndKeep(Mul(Mul(r, k), InsertAxes(u, 0, 0)), ReduceSum, -1)
	y, last = stepByStep([]*Node{r, k, v, w}, start, func(state *Node, now []*Node) (next, y *Node) {
		y = ReduceSum(Mul(InsertAxes(now[0], -1), state), 2)
		return clip(decayAndAdd(state, now[1], now[2], now[3]), limit), y
	})
	return ConvertDType(Add(y, Mul(bonus, v)), outputType), last
}

// clip multiplies a state [B, H, ., .] of a head whose Frobenius norm is above the limit, so that it has that norm.
func clip(state *Node, limit float64) *Node {
	norm := Sqrt(ReduceAndKeep(ReduceAndKeep(Square(state), ReduceSum, 3), ReduceSum, 2))
	return Mul(state, Reciprocal(MaxScalar(DivScalar(norm, limit), 1)))
}

// stepByStep goes through the steps of inputs [B, T, ...]. It returns the outputs, stacked along T, and the last state.
func stepByStep(inputs []*Node, start *Node, step func(state *Node, now []*Node) (next, y *Node)) (y, last *Node) {
	if b, ok := start.Graph().Backend().(*backend.Backend); ok && b.Loops() == nil && inputs[0].Shape().Dim(1) > 1 {
		loop := backend.Loop{Inputs: inputs, Axis: 1, Carry: []*Node{start}}
		lasts, ys := loop.Run(func(carry, in []*Node) (next, outputs []*Node) {
			after, y := step(carry[0], in)
			return []*Node{after}, []*Node{y}
		})
		return ys[0], lasts[0]
	}
	var all []*Node
	last = start
	for t := range inputs[0].Shape().Dim(1) {
		now := make([]*Node, len(inputs))
		for i, x := range inputs {
			now[i] = Squeeze(SliceAxis(x, 1, AxisElem(t)), 1)
		}
		var y *Node
		last, y = step(last, now)
		all = append(all, y)
	}
	return Stack(all, 1), last
}
