package lcmodels

import (
	"github.com/gomlx/gomlx/backends"
	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

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
	// Sinks is how many keys at the start of a sequence a query sees beside its Window. SinkQ [B, T, H, P] are the queries
	// that look at those: see Chunk.Turned.
	Sinks int
	SinkQ *Node
}

// Turned is what an attention layer computes, of queries [B, T, H, P], keys and values [B, T, G, P] without positions. A
// query is turned by its position; where there are sinks, it looks at them as if it stood right behind them and a full
// window, once it is further (Xiao et al. 2024, "Efficient streaming language models with attention sinks",
// section 3.2: positions within the cache).
func (c Chunk) Turned(q, k, v *Node, r ops.Rotary, scale float64, window, sinks int) QKV {
	positions := c.Positions()
	a := QKV{Q: ops.Turn(q, positions, r), K: ops.Turn(k, positions, r), V: v, Scale: scale, Window: window, Sinks: sinks}
	if sinks > 0 {
		a.SinkQ = ops.Turn(q, MinScalar(positions, int32(window+sinks-1)), r)
	}
	return a
}

// Attend is causal attention over the chunk and what was read before it: it returns [B, T, H, P]. The layer's state
// must list CacheState, or WindowState if there is a Window: see attentionState.
func (c Chunk) Attend(a QKV) *Node {
	if a.Sinks > 0 {
		return c.attendSinks(a)
	}
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

// attendSinks is local attention that also sees the first keys of the sequence. Heads of 2P channels make one softmax of two
// kinds of scores: keys of the window have their channels in the first half, sinks in the second.
func (c Chunk) attendSinks(a QKV) *Node {
	g, dim := a.Q.Graph(), a.Q.Shape().Dim(3)
	queries := c.Positions() // [B or 1, T]
	k, v, held := a.K, a.V, AddScalar(queries, 1)
	if c.State != nil {
		k, v = c.slide(a)
		held = c.windowHistory()
	}
	sinkK, sinkV := c.first("sink_k", a.K, a.Sinks), c.first("sink_v", a.V, a.Sinks)
	rows := queries.Shape().Dim(0)
	sinks := Iota(g, shapes.Make(dtypes.Int32, rows, a.Sinks), 1) // their positions

	// A sink that the window still shows is seen there.
	past := Sub(queries, Scalar(g, dtypes.Int32, int32(a.Window)))
	all := []int{rows, c.Time(), a.Sinks}
	left := LessOrEqual(BroadcastToDims(ExpandAxes(sinks, 1), all...), BroadcastToDims(ExpandAxes(past, -1), all...))
	in := ops.AttentionInputs{
		Q:              Concatenate([]*Node{a.Q, a.SinkQ}, -1),
		K:              byHead(Concatenate([]*Node{widen(k, false), widen(sinkK, true)}, 1)),
		V:              byHead(widen(Concatenate([]*Node{v, sinkV}, 1), false)),
		QueryPositions: queries,
		KeyPositions:   Concatenate([]*Node{held, AddScalar(sinks, 1)}, 1),
		Mask:           Concatenate([]*Node{ops.CausalMask(queries, held, a.Window), left}, 2),
		Scale:          a.Scale,
	}
	c.noteAttention(in)
	return ops.LastAxis(ops.Attention(in, c.Form()), 0, dim)
}

// widen puts zeros behind the channels of x [..., P], or before them: [..., 2P].
func widen(x *Node, before bool) *Node {
	if before {
		return Concatenate([]*Node{ZerosLike(x), x}, -1)
	}
	return Concatenate([]*Node{x, ZerosLike(x)}, -1)
}

// first returns x [B, T, G, P] of the n first tokens of each sequence, [B, n, G, P], as far as they were read; the rest is
// not seen by any query. It is carried under name.
func (c Chunk) first(name string, x *Node, n int) *Node {
	d := x.Shape().Dimensions
	if c.State == nil {
		x = SliceAxis(x, 1, AxisRange(0, min(n, d[1])))
		if missing := n - d[1]; missing > 0 {
			x = Concatenate([]*Node{x, Zeros(x.Graph(), shapes.Make(x.DType(), d[0], missing, d[2], d[3]))}, 1)
		}
		return x
	}
	g, index := x.Graph(), shapes.Make(dtypes.Int32, d[0], n)
	at := Sub(Iota(g, index, 1), BroadcastToShape(ExpandAxes(c.State.at(tokensRead), -1), index)) // in the chunk
	real := Scalar(g, dtypes.Int32, int32(d[1]))
	if c.Valid != nil {
		real = ExpandAxes(c.Valid, -1)
	}
	here := And(GreaterOrEqual(at, ZerosLike(at)), LessThan(at, BroadcastToShape(real, index)))
	row := Add(MulScalar(Iota(g, index, 0), d[1]), MinScalar(MaxScalar(at, 0), d[1]-1))
	read := Reshape(Gather(Reshape(x, d[0]*d[1], -1), ExpandAxes(row, -1)), d[0], n, d[2], d[3])
	all := Where(BroadcastToDims(Reshape(here, d[0], n, 1, 1), read.Shape().Dimensions...), read, c.Get(name, x))
	c.Set(name, all)
	return all
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

// CacheState is the KV cache of a layer of attention: keys and values [B, G, S, P]. The keys of a head are contiguous,
// as its matrix product needs them: to transpose a cache for each token would take ten times as long.
func CacheState(groups, dim int) []StateSpec {
	return []StateSpec{
		{Name: "k", Dims: []int{groups, 0, dim}, Slots: true},
		{Name: "v", Dims: []int{groups, 0, dim}, Slots: true},
	}
}

// WindowState is what a layer of local attention carries: the keys and values [B, W, G, P] of the last tokens. All
// layers of a model must have the same window.
func WindowState(window, groups, dim int) []StateSpec {
	return []StateSpec{
		{Name: "k", Dims: []int{window, groups, dim}, window: window},
		{Name: "v", Dims: []int{window, groups, dim}, window: window},
	}
}

// attentionState is CacheState or, with a window, WindowState and the first sinks keys and values.
func attentionState(window, sinks, groups, dim int) []StateSpec {
	if window == 0 {
		return CacheState(groups, dim)
	}
	specs := WindowState(window, groups, dim)
	if sinks > 0 {
		specs = append(specs, StateSpec{Name: "sink_k", Dims: []int{sinks, groups, dim}}, StateSpec{Name: "sink_v", Dims: []int{sinks, groups, dim}})
	}
	return specs
}

// write puts a chunk into a cache, from the slot on that the int32 scalar from says. The two differ in the length of
// the given axis, that of the slots. XLA writes in place; the pure-Go backend copies the cache.
func write(cache, chunk, from *Node, axis int) *Node {
	g := cache.Graph()
	if g.Backend().Capabilities().Operations[backends.OpTypeDynamicUpdateSlice] {
		starts := make([]*Node, cache.Rank())
		for i := range starts {
			starts[i] = Scalar(g, dtypes.Int32, 0)
		}
		starts[axis] = from
		return DynamicUpdateSlice(cache, chunk, starts)
	}
	slots, time := cache.Shape().Dim(axis), chunk.Shape().Dim(axis)
	at := Sub(Iota(g, shapes.Make(dtypes.Int32, slots), 0), from) // of the chunk, for each slot
	within := MinScalar(MaxScalar(at, 0), time-1)
	order := []int{0, 1, 2, 3}[:cache.Rank()]
	order[0], order[axis] = axis, 0 // slots in front, and back again
	spread := TransposeAllAxes(Gather(TransposeAllAxes(chunk, order...), ExpandAxes(within, -1)), order...)
	dims := make([]int, cache.Rank())
	for i := range dims {
		dims[i] = 1
	}
	dims[axis] = slots
	return Where(BroadcastToDims(Reshape(Equal(at, within), dims...), cache.Shape().Dimensions...), spread, cache)
}
