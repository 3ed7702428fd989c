package lcmodels

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/ops"
)

// QKV is what an attention layer computes for the tokens of a chunk.
type QKV struct {
	Q    *Node // queries [B, T, H, P]
	K, V *Node // keys and values [B, T, G, P]
	// Scale multiplies q·k. Published models have P^(-1/2).
	Scale float64
	// Window is how many keys a query sees, itself included; 0 means all.
	Window int
}

// Attend is causal attention over the chunk and what was read before it: it returns [B, T, H, P]. The layer's state
// must list CacheState, or WindowState if there is a Window.
func (c Chunk) Attend(a QKV) *Node {
	if a.Window > 0 {
		return c.attendWindow(a, a.Window)
	}
	k, v := byHead(a.K), byHead(a.V)
	in := ops.AttentionInputs{Q: a.Q, K: k, V: v, QueryPositions: c.Positions(), Scale: a.Scale}
	if c.State == nil {
		in.KeyPositions = AddScalar(in.QueryPositions, 1)
		return ops.Attention(in, c.Form())
	}
	used := c.State.at(slotsUsed)
	in.K = write(c.Get("k", k), k, used, 2)
	in.V = write(c.Get("v", v), v, used, 2)
	in.KeyPositions = c.State.at(slotPosition)
	c.Set("k", in.K)
	c.Set("v", in.V)
	c.noteAttention(in)
	return ops.Attention(in, c.Form())
}

// attendWindow is local attention in which a query sees the seen last keys, itself included. The Window last keys are
// carried, in the order of time up to each row's last real token. seen is Window or one more.
func (c Chunk) attendWindow(a QKV, seen int) *Node {
	in := ops.AttentionInputs{Q: a.Q, QueryPositions: c.Positions(), Window: seen, Scale: a.Scale}
	if c.State == nil {
		in.K, in.V, in.KeyPositions = byHead(a.K), byHead(a.V), AddScalar(in.QueryPositions, 1)
		return ops.Attention(in, c.Form())
	}
	k, v := c.slide(a)
	in.K, in.V, in.KeyPositions = byHead(k), byHead(v), c.windowHistory()
	c.noteAttention(in)
	return ops.Attention(in, c.Form())
}

// slide returns the carried keys and values followed by the chunk's, [B, W+T, G, P], and carries the last on.
func (c Chunk) slide(a QKV) (k, v *Node) {
	k = Concatenate([]*Node{c.Get("k", a.K), a.K}, 1)
	v = Concatenate([]*Node{c.Get("v", a.V), a.V}, 1)
	c.Set("k", c.Latest(k, a.Window))
	c.Set("v", c.Latest(v, a.Window))
	return k, v
}

// byHead turns [B, T, G, P] into [B, G, T, P].
func byHead(x *Node) *Node { return TransposeAllAxes(x, 0, 2, 1, 3) }

// keepPositions sets the positions [B, T] of padding to 0, which no query sees.
func (c Chunk) keepPositions(positions *Node) *Node {
	if c.Valid == nil {
		return positions
	}
	return Where(c.mask(2), positions, ZerosLike(positions))
}

// windowHistory is 1 + the position of each carried and each new key, 0 for none: int32 [B, W+T].
func (c Chunk) windowHistory() *Node {
	return Concatenate([]*Node{c.State.at(windowPosition), c.keepPositions(AddScalar(c.Positions(), 1))}, 1)
}

// SplitHeads reshapes [B, T, H*P] to [B, T, H, P], where P is dim.
func SplitHeads(x *Node, dim int) *Node {
	d := x.Shape().Dimensions
	return Reshape(x, d[0], d[1], d[2]/dim, dim)
}

// MergeHeads reshapes [B, T, H, P] to [B, T, H*P].
func MergeHeads(x *Node) *Node {
	d := x.Shape().Dimensions
	return Reshape(x, d[0], d[1], d[2]*d[3])
}
