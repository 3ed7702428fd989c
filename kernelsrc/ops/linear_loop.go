package ops

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/backend"
)

// linearLoop is Linear step by step. Its gradient is the same recurrence backwards: with v[t] the gradient
// of h[t] from outside, dh[t] = v[t] + a[t+1] dh[t+1], da[t] = dh[t] h[t-1], db[t] = dh[t].
func linearLoop(in LinearInputs) (h, last *Node) {
	a, b, start := in.A, in.B, in.Start
	loop := backend.Loop{Inputs: []*Node{a, b}, Axis: 1, Carry: []*Node{start}}
	lasts, hs := loop.Run(func(carry, in []*Node) (next, outputs []*Node) {
		h := Add(Mul(in[0], carry[0]), in[1])
		return []*Node{h}, []*Node{h}
	})
	out := backend.CustomGradient([]*Node{b, a, start}, []*Node{hs[0], lasts[0]}, func(v []*Node) []*Node {
		back := backend.Loop{Inputs: []*Node{a, v[0]}, Axis: 1, Carry: []*Node{v[1]}, Reverse: true}
		first, dh := back.Run(func(carry, in []*Node) (next, outputs []*Node) {
			dh := Add(in[1], carry[0])
			return []*Node{Mul(in[0], dh)}, []*Node{dh}
		})
		return []*Node{dh[0], Mul(dh[0], before(hs[0], start)), first[0]}
	})
	return out[0], out[1]
}

// before is h [B, T, ...] one step earlier: start [B, ...] and all but the last of h.
func before(h, start *Node) *Node {
	first := InsertAxes(start, 1)
	if T := h.Shape().Dim(1); T > 1 {
		return Concatenate([]*Node{first, SliceAxis(h, 1, AxisRange(0, T-1))}, 1)
	}
	return first
}
