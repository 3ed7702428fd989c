package ops

import (
	"testing"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/ops/naive"
)

// attention is a call of Attention with its naive loop.
type attention struct{ naive.Attention }

// chunk is the attention that naive.Chunk describes.
func chunk(B, T, H, G, S, P, used, window int) attention {
	return attention{naive.Chunk(B, T, H, G, S, P, used, window)}
}

// whole is the attention that naive.Whole describes.
func whole(B, T, H, G, P, window int) attention { return attention{naive.Whole(B, T, H, G, P, window)} }

// nodes are the inputs in a graph. masked gives the mask in place of positions and window.
func (a attention) nodes(in []*Node, masked bool) AttentionInputs {
	g := in[0].Graph()
	call := AttentionInputs{Q: in[0], K: in[1], V: in[2], Scale: a.Scale}
	queries, keys := Const(g, a.Queries), Const(g, a.Keys)
	if masked {
		call.Mask = CausalMask(queries, keys, a.Window)
	} else {
		call.QueryPositions, call.KeyPositions, call.Window = queries, keys, a.Window
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
