package lcmodels

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"longseq/kernelsrc/ops"
)

// attendCache is causal attention over the KV cache and the chunk: q [B, T, H, P], k and v
// [B, T, G, P]; it returns [B, T, H, P].
func attendCache(in Input, s *Carry, layer string, q, k, v *Node, scale float64) *Node {
	k, v = byHead(k), byHead(v)
	a := ops.AttentionInputs{Q: q, K: k, V: v, QueryPositions: s.positions(in), Scale: scale}
	if s == nil {
		a.KeyPositions = AddScalar(a.QueryPositions, 1)
		return ops.Attention(a, s.Form())
	}
	a.K = write(s.nodes[layer+".k"], k, s.nodes[slotsUsed], 2)
	a.V = write(s.nodes[layer+".v"], v, s.nodes[slotsUsed], 2)
	a.KeyPositions = s.nodes[slotPosition]
	s.set(layer+".k", a.K)
	s.set(layer+".v", a.V)
	in.noteAttention(layer, a)
	return ops.Attention(a, s.Form())
}

// byHead turns [B, T, G, P] into [B, G, T, P].
func byHead(x *Node) *Node { return TransposeAllAxes(x, 0, 2, 1, 3) }

// keepPositions sets the positions [B, T] of padding to 0, which no query sees.
func (in Input) keepPositions(positions *Node) *Node {
	if in.Valid == nil {
		return positions
	}
	return Where(in.mask(2), positions, ZerosLike(positions))
}

// attendWindow is local attention: a query sees the seen last keys, itself included. Of the keys, the
// window last are carried, in time order, which ends at each row's last real token; seen is at most one more.
func attendWindow(in Input, s *Carry, layer string, window, seen int, q, k, v *Node, scale float64) *Node {
	a := ops.AttentionInputs{Q: q, QueryPositions: s.positions(in), Window: seen, Scale: scale}
	if s == nil {
		a.K, a.V, a.KeyPositions = byHead(k), byHead(v), AddScalar(a.QueryPositions, 1)
		return ops.Attention(a, s.Form())
	}
	k = Concatenate([]*Node{s.nodes[layer+".k"], k}, 1)
	v = Concatenate([]*Node{s.nodes[layer+".v"], v}, 1)
	s.set(layer+".k", latest(in, k, window))
	s.set(layer+".v", latest(in, v, window))
	a.K, a.V, a.KeyPositions = byHead(k), byHead(v), windowHistory(in, s)
	in.noteAttention(layer, a)
	return ops.Attention(a, s.Form())
}

// windowHistory is 1 + the position of each carried and each new key, 0 for none: int32 [B, W+T].
func windowHistory(in Input, s *Carry) *Node {
	return Concatenate([]*Node{s.nodes[windowPosition], in.keepPositions(AddScalar(s.positions(in), 1))}, 1)
}

// heads reshapes [B, T, H*P] to [B, T, H, P].
func heads(x *Node, dim int) *Node {
	d := x.Shape().Dimensions
	return Reshape(x, d[0], d[1], d[2]/dim, dim)
}

// merge reshapes [B, T, H, P] to [B, T, H*P].
func merge(x *Node) *Node {
	d := x.Shape().Dimensions
	return Reshape(x, d[0], d[1], d[2]*d[3])
}

// stateShape is the shape of a float state tensor at the start of a sequence.
func stateShape(x *Node, dims ...int) shapes.Shape { return shapes.Make(x.DType(), dims...) }
