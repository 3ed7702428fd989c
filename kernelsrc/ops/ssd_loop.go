package ops

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/backend"
)

// largeState is from how many values on a sequence's state is taken from chunk to chunk in a loop: the states of
// all chunks at once do not stay in the processor's caches.
const largeState = 1 << 17

// ssdLoop is SSD chunk by chunk, in a loop. Its gradient is that of ssdChunked, which is computed for it.
func ssdLoop(x, dt, logA, b, c, s0 *Node, chunk int) (y, last *Node) {
	T := x.Shape().Dim(1)
	z := cut(T, chunk)
	inputs := []*Node{x, dt, logA, b, c, s0}
	loop := backend.Loop{Inputs: []*Node{z.split(x), z.split(dt), z.split(clampLog(logA)), z.split(b), z.split(c)}, Axis: 1, Carry: []*Node{s0}}
	lasts, ys := loop.Run(func(carry, in []*Node) (next, outputs []*Node) {
		s, y := ssdOne(in[0], in[1], in[2], in[3], in[4], carry[0])
		return []*Node{s}, []*Node{y}
	})
	out := likeGradient(inputs, []*Node{z.join(ys[0], T), lasts[0]}, func(in []*Node) []*Node {
		y, last := ssdChunked(in[0], in[1], in[2], in[3], in[4], in[5], chunk)
		return []*Node{y, last}
	})
	return out[0], out[1]
}

// ssdOne is SSD of one chunk of C tokens: x [B, C, H, P], dt and logA [B, C, H], b and c [B, C, G, N], s [B, H, P, N]
// to the state behind it and y [B, C, H, P].
func ssdOne(x, dt, logA, b, c, s *Node) (last, y *Node) {
	dims := s.Shape().Dimensions
	B, H, P, N := dims[0], dims[1], dims[2], dims[3]
	C, G := x.Shape().Dim(1), b.Shape().Dim(2)
	R := H / G                                                                                          // heads of a group
	sum := cumulate(TransposeAllAxes(logA, 0, 2, 1))                                                    // [B, H, C]
	total := SliceAxis(sum, -1, AxisElem(-1))                                                           // [B, H, 1]
	x = TransposeAllAxes(Mul(x, InsertAxes(dt, -1)), 0, 2, 1, 3)                                        // [B, H, C, P]
	pairs := DotGeneral(c, []int{3}, []int{0, 2}, b, []int{3}, []int{0, 2})                             // [B, G, C, C]
	weights := Mul(Reshape(segments(sum), B, G, R, C, C), InsertAxes(pairs, 2))                         // [B, G, R, C, C]
	within := DotGeneral(Reshape(weights, B, H, C, C), []int{3}, []int{0, 1}, x, []int{2}, []int{0, 1}) // [B, H, C, P]

	before := DotGeneral(c, []int{3}, []int{0, 2}, Reshape(s, B, G, R*P, N), []int{3}, []int{0, 1}) // [B, G, C, R*P]
	before = Reshape(TransposeAllAxes(Reshape(before, B, G, C, R, P), 0, 1, 3, 2, 4), B, H, C, P)
	y = TransposeAllAxes(Add(within, Mul(before, InsertAxes(Exp(sum), -1))), 0, 2, 1, 3)

	toEnd := Reshape(Mul(x, InsertAxes(Exp(Sub(total, sum)), -1)), B, G, R, C, P)
	added := DotGeneral(toEnd, []int{3}, []int{0, 1}, b, []int{1}, []int{0, 2}) // [B, G, R, P, N]
	return Add(Mul(Reshape(Exp(total), B, H, 1, 1), s), Reshape(added, B, H, P, N)), y
}
