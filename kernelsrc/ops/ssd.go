package ops

import (
	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"longseq/kernelsrc/backend"
)

// ssdChunk is the length of a chunk, in tokens.
const ssdChunk = 64

// SSDInputs are the inputs of SSD. Head h uses the B and C of group floor(h/R).
type SSDInputs struct {
	X     *Node // [B, T, H, P]
	Dt    *Node // step sizes Δ [B, T, H], at least 0
	LogA  *Node // Δ·A [B, T, H], at most 0
	B, C  *Node // [B, T, G, N]
	Start *Node // the state before the first token [B, H, P, N]
}

// SSD is the state space of Mamba-2, with one decay a head and step (Dao & Gu 2024, listing 1):
//
//	h[t] = exp(logA[t]) h[t-1] + dt[t] x[t] ⊗ b[t]
//	y[t] = h[t] · c[t]
//
// It returns y [B, T, H, P] and the last state [B, H, P, N]. The skip term D·x is not part of it. Loop goes chunk by
// chunk, not step by step; Auto takes it where states are large.
func SSD(in SSDInputs, form Form) (y, last *Node) {
	dims := in.X.Shape().Dimensions
	B, T, H, P := dims[0], dims[1], dims[2], dims[3]
	G, N := in.B.Shape().Dim(2), in.B.Shape().Dim(3)
	in.Dt.AssertDims(B, T, H)
	in.LogA.AssertDims(B, T, H)
	in.B.AssertDims(B, T, G, N)
	in.C.AssertDims(B, T, G, N)
	in.Start.AssertDims(B, H, P, N)

	outputType := in.X.DType()
	in = ssdInputs(convertAll(computeType(outputType), in.nodes()...))
	if T == 1 {
		y, last = ssdStep(in)
		return ConvertDType(y, outputType), last
	}
	large := H*P*N >= minLoopState && T > ssdChunk
	switch form.choose(in.X.Graph(), in.X.DType() == dtypes.Float32, large) {
	case Native:
		y, last = ssdNative(in, form == Inference)
	case Loop:
		y, last = ssdLoop(in, ssdChunk)
	default:
		y, last = ssdParallel(in, ssdChunk)
	}
	return ConvertDType(y, outputType), last
}

// nodes lists the inputs in order.
func (in SSDInputs) nodes() []*Node { return []*Node{in.X, in.Dt, in.LogA, in.B, in.C, in.Start} }

// ssdInputs undoes nodes.
func ssdInputs(n []*Node) SSDInputs {
	return SSDInputs{X: n[0], Dt: n[1], LogA: n[2], B: n[3], C: n[4], Start: n[5]}
}

// ssdNative is SSD by a kernel. Unless no gradient is taken, the kernel also returns the states before each chunk, which the
// kernel of the gradient begins with.
func ssdNative(in SSDInputs, inference bool) (y, last *Node) {
	if inference {
		results := backend.CallNative("longseq_ssd", in.nodes(), in.X.Shape(), in.Start.Shape())
		return results[0], results[1]
	}
	B, T, H, P := in.X.Shape().Dim(0), in.X.Shape().Dim(1), in.X.Shape().Dim(2), in.X.Shape().Dim(3)
	G, N := in.B.Shape().Dim(2), in.B.Shape().Dim(3)
	states := shapes.Make(dtypes.Float32, B, H, (T+ssdChunk-1)/ssdChunk, N, P)
	forward := backend.CallNative("longseq_ssd", in.nodes(), in.X.Shape(), in.Start.Shape(), states)
	out := backend.CustomGradient(in.nodes(), forward[:2], func(v []*Node) []*Node {
		parts := (H/G + ssdBackwardHeads - 1) / ssdBackwardHeads
		ofParts := shapes.Make(dtypes.Float32, parts, B, T, G, N)
		d := backend.CallNative("longseq_ssd_backward", []*Node{in.X, in.Dt, in.LogA, in.B, in.C, forward[2], v[0], v[1]},
			in.X.Shape(), in.Dt.Shape(), in.LogA.Shape(), ofParts, ofParts, in.Start.Shape())
		return []*Node{d[0], d[1], d[2], ReduceSum(d[3], 0), ReduceSum(d[4], 0), d[5]}
	})
	return out[0], out[1]
}

// ssdBackwardHeads is how many heads of a group the kernel of the gradient takes at a time. It sums their gradients of B and
// C, and the graph those of the parts of a group, so that the order does not depend on threads.
const ssdBackwardHeads = 2

// ssdWithGradient gives y and last the gradient of ssdParallel.
func ssdWithGradient(in SSDInputs, y, last *Node, chunk int) (*Node, *Node) {
	out := withGradientOf(in.nodes(), []*Node{y, last}, func(n []*Node) []*Node {
		y, last := ssdParallel(ssdInputs(n), chunk)
		return []*Node{y, last}
	})
	return out[0], out[1]
}

// ssdStep is SSD for T = 1.
func ssdStep(in SSDInputs) (y, last *Node) {
	dims := in.Start.Shape().Dimensions
	B, H, P, N := dims[0], dims[1], dims[2], dims[3]
	G := in.B.Shape().Dim(2)
	R := H / G
	decay := Reshape(Exp(in.LogA), B, G, R, 1, 1)
	added := Reshape(Mul(in.X, InsertAxes(in.Dt, -1)), B, G, R, P, 1)
	state := Add(Mul(decay, Reshape(in.Start, B, G, R, P, N)), Mul(added, Reshape(in.B, B, G, 1, 1, N)))
	y = ReduceSum(Mul(state, Reshape(in.C, B, G, 1, 1, N)), -1)
	return Reshape(y, B, 1, H, P), Reshape(state, B, H, P, N)
}

// ssdParallel is SSD by matrix products within chunks, and states carried between them.
func ssdParallel(in SSDInputs, chunk int) (y, last *Node) {
	dims := in.Start.Shape().Dimensions
	B, H, P, N := dims[0], dims[1], dims[2], dims[3]
	T, G := in.X.Shape().Dim(1), in.B.Shape().Dim(2)
	R := H / G
	z := cut(T, chunk)
	Z, C := z.count, z.length

	x := z.split(Mul(in.X, InsertAxes(in.Dt, -1)))                                // [B, Z, C, H, P]
	x = Reshape(TransposeAllAxes(x, 0, 1, 3, 2, 4), B, Z, G, R, C, P)             // [B, Z, G, R, C, P]
	b, c := z.split(in.B), z.split(in.C)                                          // [B, Z, C, G, N]
	sum := cumulate(TransposeAllAxes(z.split(clampLog(in.LogA)), 0, 1, 3, 2))     // [B, Z, H, C]
	sum = Reshape(sum, B, Z, G, R, C)                                             // [B, Z, G, R, C]
	total := SliceAxis(sum, -1, AxisElem(-1))                                     // [B, Z, G, R, 1]
	pairs := DotGeneral(c, []int{4}, []int{0, 1, 3}, b, []int{4}, []int{0, 1, 3}) // [B, Z, G, C, C]
	weights := Mul(segments(sum), InsertAxes(pairs, 3))                           // [B, Z, G, R, C, C]
	within := DotGeneral(weights, []int{5}, []int{0, 1, 2, 3}, x, []int{4}, []int{0, 1, 2, 3})

	toEnd := Mul(x, InsertAxes(Exp(Sub(total, sum)), -1))                             // [B, Z, G, R, C, P]
	added := DotGeneral(toEnd, []int{4}, []int{0, 1, 2}, b, []int{2}, []int{0, 1, 3}) // [B, Z, G, R, P, N]
	before, last := carry(Reshape(total, B, Z, H), Reshape(added, B, Z, H, P*N), Reshape(in.Start, B, H, P*N))
	before = Reshape(before, B, Z, G, R, P, N)
	fromBefore := DotGeneral(c, []int{4}, []int{0, 1, 3}, before, []int{5}, []int{0, 1, 2}) // [B, Z, G, C, R, P]
	fromBefore = TransposeAllAxes(fromBefore, 0, 1, 2, 4, 3, 5)                             // [B, Z, G, R, C, P]

	y = Add(within, Mul(fromBefore, InsertAxes(Exp(sum), -1)))
	y = TransposeAllAxes(Reshape(y, B, Z, H, C, P), 0, 1, 3, 2, 4) // [B, Z, C, H, P]
	return z.join(y, T), Reshape(last, B, H, P, N)
}
