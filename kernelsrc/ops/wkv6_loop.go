package ops

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/backend"
)

// wkv6Loop is WKV6 step by step. The bonus for the present token needs no state: it is added outside.
func wkv6Loop(r, k, v, logW, u, s0 *Node) (y, last *Node) {
	bonus := ReduceAndKeep(Mul(Mul(r, k), InsertAxes(u, 0, 0)), ReduceSum, -1)
	y, last = readDecayed(r, k, v, Exp(logW), s0)
	return Add(y, Mul(bonus, v)), last
}

// readDecayed reads a decaying state: y[t] = r[t] · S[t-1], S[t] = diag(w[t]) S[t-1] + k[t] ⊗ v[t]. Its
// gradient goes through the states forwards, which it keeps, and then backwards with dS, the gradient of
// S[t]:
//
//	dr = S[t-1] dy    dk = dS v    dv = dSᵀ k    dw = Σ_v S[t-1] dS    dS[t-1] = diag(w) dS + r ⊗ dy
func readDecayed(r, k, v, w, s0 *Node) (y, last *Node) {
	loop := backend.Loop{Inputs: []*Node{r, k, v, w}, Axis: 1, Carry: []*Node{s0}}
	lasts, ys := loop.Run(func(carry, in []*Node) (next, outputs []*Node) {
		y := ReduceSum(Mul(InsertAxes(in[0], -1), carry[0]), 2)
		return []*Node{decayAndAdd(carry[0], in[1], in[2], in[3])}, []*Node{y}
	})
	out := backend.CustomGradient([]*Node{r, k, v, w, s0}, []*Node{ys[0], lasts[0]}, func(g []*Node) []*Node {
		keep := backend.Loop{Inputs: []*Node{k, v, w}, Axis: 1, Carry: []*Node{s0}}
		_, states := keep.Run(func(carry, in []*Node) (next, outputs []*Node) {
			return []*Node{decayAndAdd(carry[0], in[0], in[1], in[2])}, []*Node{carry[0]}
		})
		back := backend.Loop{Inputs: []*Node{r, k, v, w, g[0], states[0]}, Axis: 1, Carry: []*Node{g[1]}, Reverse: true}
		first, d := back.Run(func(carry, in []*Node) (next, outputs []*Node) {
			dS, r, k, v, w, dy, s := carry[0], in[0], in[1], in[2], in[3], in[4], in[5]
			dr := ReduceSum(Mul(s, InsertAxes(dy, 2)), 3)
			dk := ReduceSum(Mul(dS, InsertAxes(v, 2)), 3)
			dv := ReduceSum(Mul(dS, InsertAxes(k, -1)), 2)
			dw := ReduceSum(Mul(s, dS), 3)
			return []*Node{decayAndAdd(dS, r, dy, w)}, []*Node{dr, dk, dv, dw}
		})
		return []*Node{d[0], d[1], d[2], d[3], first[0]}
	})
	return out[0], out[1]
}

// decayAndAdd is diag(w) s + k ⊗ v: s [B, H, K, V], k and w [B, H, K], v [B, H, V].
func decayAndAdd(s, k, v, w *Node) *Node {
	return Add(Mul(InsertAxes(w, -1), s), Mul(InsertAxes(k, -1), InsertAxes(v, 2)))
}
