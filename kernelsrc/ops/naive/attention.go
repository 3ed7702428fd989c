package naive

import (
	"math"
	"math/rand/v2"
)

// Attention is a call of ops.Attention. Every row of the batch has a cache of S slots, of which some hold keys, and T
// queries.
type Attention struct {
	B, T, H, G, S, P int
	Window           int
	Scale            float64
	Queries, Keys    [][]int32 // [B or 1][T] positions, [B or 1][S] positions plus 1, 0 for none
}

// Chunk returns the attention of a chunk of T tokens that is written to slots used, used+1, ... of a cache. Row b has
// read used/(2b+1) tokens before and gets T/(b+1) real tokens; the last row of three has read none and gets none, so
// that its queries see no key.
func Chunk(B, T, H, G, S, P, used, window int) Attention {
	a := Attention{B: B, T: T, H: H, G: G, S: S, P: P, Window: window, Scale: 1 / math.Sqrt(float64(P))}
	for b := range B {
		read, valid := used/(2*b+1), T/(b+1)
		if b == 2 {
			read, valid = 0, 0
		}
		queries, keys := make([]int32, T), make([]int32, S)
		for t := range T {
			queries[t] = int32(read + t)
		}
		for s := range read {
			keys[s] = int32(s + 1)
		}
		for t := range valid {
			keys[used+t] = int32(read + t + 1)
		}
		a.Queries, a.Keys = append(a.Queries, queries), append(a.Keys, keys)
	}
	return a
}

// Whole returns the attention of a sequence of T tokens to itself: all rows share their positions.
func Whole(B, T, H, G, P, window int) Attention {
	a := Chunk(1, T, H, G, T, P, 0, window)
	a.B = B
	return a
}

// Inputs draws q, k and v.
func (a Attention) Inputs(rng *rand.Rand) []Array {
	return []Array{
		Draw(rng.NormFloat64, a.B, a.T, a.H, a.P),
		Draw(rng.NormFloat64, a.B, a.G, a.S, a.P),
		Draw(rng.NormFloat64, a.B, a.G, a.S, a.P),
	}
}

// Sees reports whether query t of row b sees key s.
func (a Attention) Sees(b, t, s int) bool {
	query, key := a.Queries[b%len(a.Queries)][t], a.Keys[b%len(a.Keys)][s]-1
	return key >= 0 && key <= query && (a.Window == 0 || query-key < int32(a.Window))
}

// Run is softmax(Scale q·k) v of q, k and v, query by query: [B, T, H, P].
func (a Attention) Run(in []Array) Array {
	q, k, v := in[0], in[1], in[2]
	y := Zeros(q.Dims...)
	for b := range a.B {
		for t := range a.T {
			for h := range a.H {
				at := ((b*a.T+t)*a.H + h) * a.P
				first := (b*a.G + h/(a.H/a.G)) * a.S * a.P // of the group's keys and values
				a.query(b, t, q.Values[at:at+a.P], k.Values[first:], v.Values[first:], y.Values[at:at+a.P])
			}
		}
	}
	return y
}

// query adds to y what one query gets.
func (a Attention) query(b, t int, q, k, v, y []float64) {
	scores, most, sum := make([]float64, a.S), math.Inf(-1), 0.0
	for s := range scores {
		for p := range q {
			scores[s] += a.Scale * q[p] * k[s*a.P+p]
		}
		if a.Sees(b, t, s) {
			most = max(most, scores[s])
		}
	}
	for s := range scores {
		if a.Sees(b, t, s) {
			sum += math.Exp(scores[s] - most)
		}
	}
	for s := range scores {
		if !a.Sees(b, t, s) {
			continue
		}
		for p := range y {
			y[p] += math.Exp(scores[s]-most) / sum * v[s*a.P+p]
		}
	}
}
