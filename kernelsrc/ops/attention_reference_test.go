package ops

import (
	"math"
	"math/rand/v2"
	"testing"

	. "github.com/gomlx/gomlx/pkg/core/graph"
)

// attention is a call of Attention with its naive loop. Every row of the batch has a cache of S slots, of which some
// hold keys, and T queries.
type attention struct {
	B, T, H, G, S, P int
	window           int
	scale            float64
	queries, keys    [][]int32 // [B or 1][T] positions, [B or 1][S] positions plus 1, 0 for none
}

// chunk returns the attention of a chunk of T tokens that is written to slots used, used+1, ... of a cache. Row b has
// read used/(2b+1) tokens before and gets T/(b+1) real tokens; the last row of three has read none and gets none, so
// that its queries see no key.
func chunk(B, T, H, G, S, P, used, window int) attention {
	a := attention{B: B, T: T, H: H, G: G, S: S, P: P, window: window, scale: 1 / math.Sqrt(float64(P))}
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
		a.queries, a.keys = append(a.queries, queries), append(a.keys, keys)
	}
	return a
}

// whole returns the attention of a sequence of T tokens to itself: all rows share their positions.
func whole(B, T, H, G, P, window int) attention {
	a := chunk(1, T, H, G, T, P, 0, window)
	a.B = B
	return a
}

// inputs draws q, k and v.
func (a attention) inputs(rng *rand.Rand) []array {
	return []array{
		draw(rng.NormFloat64, a.B, a.T, a.H, a.P),
		draw(rng.NormFloat64, a.B, a.G, a.S, a.P),
		draw(rng.NormFloat64, a.B, a.G, a.S, a.P),
	}
}

// sees reports whether query t of row b sees key s.
func (a attention) sees(b, t, s int) bool {
	query, key := a.queries[b%len(a.queries)][t], a.keys[b%len(a.keys)][s]-1
	return key >= 0 && key <= query && (a.window == 0 || query-key < int32(a.window))
}

// naive is softmax(scale q·k) v, query by query.
func (a attention) naive(in []array) array {
	q, k, v := in[0], in[1], in[2]
	y := zeros(q.dims...)
	for b := range a.B {
		for t := range a.T {
			for h := range a.H {
				at := ((b*a.T+t)*a.H + h) * a.P
				first := (b*a.G + h/(a.H/a.G)) * a.S * a.P // of the group's keys and values
				a.naiveQuery(b, t, q.values[at:at+a.P], k.values[first:], v.values[first:], y.values[at:at+a.P])
			}
		}
	}
	return y
}

// naiveQuery adds to y what one query gets.
func (a attention) naiveQuery(b, t int, q, k, v, y []float64) {
	scores, most, sum := make([]float64, a.S), math.Inf(-1), 0.0
	for s := range scores {
		for p := range q {
			scores[s] += a.scale * q[p] * k[s*a.P+p]
		}
		if a.sees(b, t, s) {
			most = max(most, scores[s])
		}
	}
	for s := range scores {
		if a.sees(b, t, s) {
			sum += math.Exp(scores[s] - most)
		}
	}
	for s := range scores {
		if !a.sees(b, t, s) {
			continue
		}
		for p := range y {
			y[p] += math.Exp(scores[s]-most) / sum * v[s*a.P+p]
		}
	}
}

// nodes are the inputs in a graph. masked gives the mask in place of positions and window.
func (a attention) nodes(in []*Node, masked bool) AttentionInputs {
	g := in[0].Graph()
	call := AttentionInputs{Q: in[0], K: in[1], V: in[2], Scale: a.scale}
	queries, keys := Const(g, a.queries), Const(g, a.keys)
	if masked {
		call.Mask = CausalMask(queries, keys, a.window)
	} else {
		call.QueryPositions, call.KeyPositions, call.Window = queries, keys, a.window
	}
	return call
}

// build adds the attention to a graph in a form, which must be the one that is built.
func (a attention) build(t testing.TB, in []*Node, form Form, masked bool) *Node {
	t.Helper()
	var y *Node
	mustBuild(t, in[0].Graph(), form, func() { y = Attention(a.nodes(in, masked), form) })
	return y
}
