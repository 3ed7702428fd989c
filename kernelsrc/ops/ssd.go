package ops

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/backend"
)

// ssdChunk is the length of a chunk, in tokens.
const ssdChunk = 64

// SSD is the state space of Mamba-2, with one decay a head and step (Dao & Gu 2024, listing 1):
//
//	S[t] = exp(logA[t]) S[t-1] + dt[t] x[t] ⊗ b[t]
//	y[t] = S[t] · c[t]
//
// x: [B, T, H, P]; dt: [B, T, H], at least 0; logA: [B, T, H], dt·A, at most 0; b, c: [B, T, G, N], head h
// uses group h / (H/G); s0: [B, H, P, N]. It returns y [B, T, H, P] and last [B, H, P, N]. There is no
// D·x term. A loop over steps never wins here: Loop goes chunk by chunk, and so does Auto where states are large.
func SSD(x, dt, logA, b, c, s0 *Node, form Form) (y, last *Node) {
	dims := x.Shape().Dimensions
	B, T, H, P := dims[0], dims[1], dims[2], dims[3]
	G, N := b.Shape().Dim(2), b.Shape().Dim(3)
	dt.AssertDims(B, T, H)
	logA.AssertDims(B, T, H)
	b.AssertDims(B, T, G, N)
	c.AssertDims(B, T, G, N)
	s0.AssertDims(B, H, P, N)

	outputType := x.DType()
	n := convertAll(computeType(outputType), x, dt, logA, b, c, s0)
	large := H*P*N >= largeState && T > ssdChunk
	if T == 1 {
		y, last = ssdStep(n[0], n[1], n[2], n[3], n[4], n[5])
	} else if form.native(x.Graph(), n[0].DType()) {
		y, last = ssdNative(n)
	} else if form.loops(x.Graph()) && (form == Loop || large) {
		y, last = ssdLoop(n[0], n[1], n[2], n[3], n[4], n[5], ssdChunk)
	} else {
		y, last = ssdChunked(n[0], n[1], n[2], n[3], n[4], n[5], ssdChunk)
	}
	return ConvertDType(y, outputType), last
}

// ssdNative is SSD by a kernel, from x, dt, logA, b, c and s0. Its gradient is that of ssdChunked.
func ssdNative(in []*Node) (y, last *Node) {
	out := likeGradient(in, backend.CallNative("longseq_ssd", in, in[0].Shape(), in[5].Shape()), func(in []*Node) []*Node {
		y, last := ssdChunked(in[0], in[1], in[2], in[3], in[4], in[5], ssdChunk)
		return []*Node{y, last}
	})
	return out[0], out[1]
}

// ssdStep is SSD for T = 1.
func ssdStep(x, dt, logA, b, c, s0 *Node) (y, last *Node) {
	dims := s0.Shape().Dimensions
	B, H, P, N := dims[0], dims[1], dims[2], dims[3]
	G := b.Shape().Dim(2)
	grouped := []int{B, G, H / G, P, N}
	decay := Reshape(Exp(logA), B, G, H/G, 1, 1)
	input := Reshape(Mul(x, InsertAxes(dt, -1)), B, G, H/G, P, 1)
	state := Add(Mul(decay, Reshape(s0, grouped...)), Mul(input, Reshape(b, B, G, 1, 1, N)))
	y = ReduceSum(Mul(state, Reshape(c, B, G, 1, 1, N)), -1)
	return Reshape(y, B, 1, H, P), Reshape(state, B, H, P, N)
}

// ssdChunked is SSD by matrix products within chunks, and states carried between them.
func ssdChunked(x, dt, logA, b, c, s0 *Node, chunk int) (y, last *Node) {
	dims := s0.Shape().Dimensions
	B, H, P, N := dims[0], dims[1], dims[2], dims[3]
	T, G := x.Shape().Dim(1), b.Shape().Dim(2)
	R := H / G // heads of a group
	z := cut(T, chunk)
	Z, C := z.count, z.length

	x = z.split(Mul(x, InsertAxes(dt, -1)))                                       // [B, Z, C, H, P]
	x = Reshape(TransposeAllAxes(x, 0, 1, 3, 2, 4), B, Z, G, R, C, P)             // [B, Z, G, R, C, P]
	b, c = z.split(b), z.split(c)                                                 // [B, Z, C, G, N]
	sum := cumulate(TransposeAllAxes(z.split(clampLog(logA)), 0, 1, 3, 2))        // [B, Z, H, C]
	sum = Reshape(sum, B, Z, G, R, C)                                             // [B, Z, G, R, C]
	total := SliceAxis(sum, -1, AxisElem(-1))                                     // [B, Z, G, R, 1]
	pairs := DotGeneral(c, []int{4}, []int{0, 1, 3}, b, []int{4}, []int{0, 1, 3}) // [B, Z, G, C, C]
	weights := Mul(segments(sum), InsertAxes(pairs, 3))                           // [B, Z, G, R, C, C]
	within := DotGeneral(weights, []int{5}, []int{0, 1, 2, 3}, x, []int{4}, []int{0, 1, 2, 3})

	toEnd := Mul(x, InsertAxes(Exp(Sub(total, sum)), -1))                             // [B, Z, G, R, C, P]
	added := DotGeneral(toEnd, []int{4}, []int{0, 1, 2}, b, []int{2}, []int{0, 1, 3}) // [B, Z, G, R, P, N]
	before, last := carry(Reshape(total, B, Z, H), Reshape(added, B, Z, H, P*N), Reshape(s0, B, H, P*N))
	before = Reshape(before, B, Z, G, R, P, N)
	fromBefore := DotGeneral(c, []int{4}, []int{0, 1, 3}, before, []int{5}, []int{0, 1, 2}) // [B, Z, G, C, R, P]
	fromBefore = TransposeAllAxes(fromBefore, 0, 1, 2, 4, 3, 5)                             // [B, Z, G, R, C, P]

	y = Add(within, Mul(fromBefore, InsertAxes(Exp(sum), -1)))
	y = TransposeAllAxes(Reshape(y, B, Z, H, C, P), 0, 1, 3, 2, 4) // [B, Z, C, H, P]
	return z.join(y, T), Reshape(last, B, H, P, N)
}
