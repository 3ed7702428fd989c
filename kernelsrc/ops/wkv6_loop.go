package ops

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/backend"
)

// wkv6Loop is WKV6 step by step. The bonus for the present token needs no state: it is added outside the loop.
func wkv6Loop(in WKV6Inputs) (y, last *Node) {
	bonus := ReduceAndKeep(Mul(Mul(in.R, in.K), InsertAxes(in.U, 0, 0)), ReduceSum, -1)
	y, last = readDecayed(in.R, in.K, in.V, Exp(in.LogW), in.Start)
	return Add(y, Mul(bonus, in.V)), last
}

// readDecayed reads a decaying state: y[t] = r[t] · h[t-1], h[t] = diag(w[t]) h[t-1] + k[t] ⊗ v[t]. Its
// gradient goes forwards through the states, which it keeps, and then backwards with dh, the gradient of
// h[t]:
//
//	dr = h[t-1] dy    dk = dh v    dv = dhᵀ k    dw = Σ_p h[t-1] dh    dh[t-1] = diag(w) dh + r ⊗ dy
func readDecayed(r, k, v, w, start *Node) (y, last *Node) {
	loop := backend.Loop{Inputs: []*Node{r, k, v, w}, Axis: 1, Carry: []*Node{start}}
	lasts, ys := loop.Run(func(carry, in []*Node) (next, outputs []*Node) {
		y := ReduceSum(Mul(InsertAxes(in[0], -1), carry[0]), 2)
		return []*Node{decayAndAdd(carry[0], in[1], in[2], in[3])}, []*Node{y}
	})
	out := backend.CustomGradient([]*Node{r, k, v, w, start}, []*Node{ys[0], lasts[0]}, func(g []*Node) []*Node {
		forwards := backend.Loop{Inputs: []*Node{k, v, w}, Axis: 1, Carry: []*Node{start}}
		_, states := forwards.Run(func(carry, in []*Node) (next, outputs []*Node) {
			return []*Node{decayAndAdd(carry[0], in[0], in[1], in[2])}, []*Node{carry[0]}
		})
		backwards := backend.Loop{Inputs: []*Node{r, k, v, w, g[0], states[0]}, Axis: 1, Carry: []*Node{g[1]}, Reverse: true}
		first, d := backwards.Run(func(carry, in []*Node) (next, outputs []*Node) {
			dh, r, k, v, w, dy, h := carry[0], in[0], in[1], in[2], in[3], in[4], in[5]
			dr := ReduceSum(Mul(h, InsertAxes(dy, 2)), 3)
			dk := ReduceSum(Mul(dh, InsertAxes(v, 2)), 3)
			dv := ReduceSum(Mul(dh, InsertAxes(k, -1)), 2)
			dw := ReduceSum(Mul(h, dh), 3)
			return []*Node{decayAndAdd(dh, r, dy, w)}, []*Node{dr, dk, dv, dw}
		})
		return []*Node{d[0], d[1], d[2], d[3], first[0]}
	})
	return out[0], out[1]
}

// decayAndAdd is diag(w) h + k ⊗ v: h [B, H, K, P], k and w [B, H, K], v [B, H, P].
func decayAndAdd(h, k, v, w *Node) *Node {
	return Add(Mul(InsertAxes(w, -1), h), Mul(InsertAxes(k, -1), InsertAxes(v, 2)))
}
