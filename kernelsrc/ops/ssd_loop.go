package ops

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/backend"
)

// minLoopState is the size of a sequence's state, in values, from which a loop over chunks is faster: the states of
// all chunks at once do not fit into the processor's caches.
const minLoopState = 1 << 17

// ssdLoop is SSD chunk by chunk, in a loop. Its gradient is that of ssdParallel.
func ssdLoop(in SSDInputs, chunk int) (y, last *Node) {
	T := in.X.Shape().Dim(1)
	z := cut(T, chunk)
	loop := backend.Loop{
		Inputs: []*Node{z.split(in.X), z.split(in.Dt), z.split(clampLog(in.LogA)), z.split(in.B), z.split(in.C)},
		Axis:   1,
		Carry:  []*Node{in.Start},
	}
	lasts, ys := loop.Run(func(carry, part []*Node) (next, outputs []*Node) {
		y, last := ssdOneChunk(ssdInputs(append(part, carry[0])))
		return []*Node{last}, []*Node{y}
	})
	return ssdWithGradient(in, z.join(ys[0], T), lasts[0], chunk)
}

// ssdOneChunk is SSD of one chunk, T = C tokens.
func ssdOneChunk(in SSDInputs) (y, last *Node) {
	dims := in.Start.Shape().Dimensions
	B, H, P, N := dims[0], dims[1], dims[2], dims[3]
	C, G := in.X.Shape().Dim(1), in.B.Shape().Dim(2)
	R := H / G
	sum := cumulate(TransposeAllAxes(in.LogA, 0, 2, 1))                                                 // [B, H, C]
	total := SliceAxis(sum, -1, AxisElem(-1))                                                           // [B, H, 1]
	x := TransposeAllAxes(Mul(in.X, InsertAxes(in.Dt, -1)), 0, 2, 1, 3)                                 // [B, H, C, P]
	pairs := DotGeneral(in.C, []int{3}, []int{0, 2}, in.B, []int{3}, []int{0, 2})                       // [B, G, C, C]
	weights := Mul(Reshape(segments(sum), B, G, R, C, C), InsertAxes(pairs, 2))                         // [B, G, R, C, C]
	within := DotGeneral(Reshape(weights, B, H, C, C), []int{3}, []int{0, 1}, x, []int{2}, []int{0, 1}) // [B, H, C, P]

	before := DotGeneral(in.C, []int{3}, []int{0, 2}, Reshape(in.Start, B, G, R*P, N), []int{3}, []int{0, 1}) // [B, G, C, R*P]
	before = Reshape(TransposeAllAxes(Reshape(before, B, G, C, R, P), 0, 1, 3, 2, 4), B, H, C, P)
	y = TransposeAllAxes(Add(within, Mul(before, InsertAxes(Exp(sum), -1))), 0, 2, 1, 3) // [B, C, H, P]

	toEnd := Reshape(Mul(x, InsertAxes(Exp(Sub(total, sum)), -1)), B, G, R, C, P)
	added := DotGeneral(toEnd, []int{3}, []int{0, 1}, in.B, []int{1}, []int{0, 2}) // [B, G, R, P, N]
	return y, Add(Mul(Reshape(Exp(total), B, H, 1, 1), in.Start), Reshape(added, B, H, P, N))
}
