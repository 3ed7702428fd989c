package lcmodels

import (
	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"longseq/kernelsrc/backend"
)

// attendCache is causal attention over the KV cache and the chunk: q [B, T, H, D], k and v
// [B, T, G, D]; it returns [B, T, H, D].
func attendCache(in Input, s *Carry, layer string, q, k, v *Node, scale float64) *Node {
	queries := s.positions(in)
	k, v = byHead(k), byHead(v)
	if s == nil {
		return attend(s, q, keys{k, v, AddScalar(queries, 1)}, queries, 0, scale)
	}
	k = write(s.nodes[layer+".k"], k, s.nodes[slotsUsed], 2)
	v = write(s.nodes[layer+".v"], v, s.nodes[slotsUsed], 2)
	s.set(layer+".k", k)
	s.set(layer+".v", v)
	cache := keys{k, v, s.nodes[slotPosition]}
	in.noteAttention(layer, q, cache, queries, 0, scale)
	return attend(s, q, cache, queries, 0, scale)
}

// byHead turns [B, T, G, D] into [B, G, T, D].
func byHead(x *Node) *Node { return TransposeAllAxes(x, 0, 2, 1, 3) }

// keepPositions sets the positions [B, T] of tokens that are not real to 0, which nobody sees.
func (in Input) keepPositions(positions *Node) *Node {
	if in.Valid == nil {
		return positions
	}
	return Where(in.mask(2), positions, ZerosLike(positions))
}

// attendWindow is local attention: a query sees the seen last keys, itself included. Of the keys, the
// window last are carried, in time order, which ends at each row's last real token; seen is at most one more.
func attendWindow(in Input, s *Carry, layer string, window, seen int, q, k, v *Node, scale float64) *Node {
	queries := s.positions(in)
	if s == nil {
		return attend(s, q, keys{byHead(k), byHead(v), AddScalar(queries, 1)}, queries, seen, scale)
	}
	k = Concatenate([]*Node{s.nodes[layer+".k"], k}, 1)
	v = Concatenate([]*Node{s.nodes[layer+".v"], v}, 1)
	s.set(layer+".k", latest(in, k, window))
	s.set(layer+".v", latest(in, v, window))
	all := keys{byHead(k), byHead(v), windowHistory(in, s)}
	in.noteAttention(layer, q, all, queries, seen, scale)
	return attend(s, q, all, queries, seen, scale)
}

// windowHistory is 1 + the position of each key kept and new, 0 for none: int32 [B, W+T].
func windowHistory(in Input, s *Carry) *Node {
	return Concatenate([]*Node{s.nodes[windowPosition], in.keepPositions(AddScalar(s.positions(in), 1))}, 1)
}

// visible says which keys a query sees: those at or before its own position and, for a window > 0, not
// further back than window - 1. queries [B, T]; keys [B, S] hold 1 + position, 0 for none. It returns
// bool [B, T, S].
func visible(queries, keys *Node, window int) *Node {
	q, k := ExpandAxes(queries, -1), ExpandAxes(AddScalar(keys, -1), 1)
	dims := []int{max(q.Shape().Dim(0), k.Shape().Dim(0)), q.Shape().Dim(1), k.Shape().Dim(2)}
	q, k = BroadcastToDims(q, dims...), BroadcastToDims(k, dims...)
	see := And(LessOrEqual(k, q), GreaterOrEqual(k, ZerosLike(k)))
	if window > 0 {
		see = And(see, LessThan(Sub(q, k), BroadcastToDims(Scalar(q.Graph(), dtypes.Int32, window), dims...)))
	}
	return see
}

// keys are what can be attended to.
type keys struct {
	k, v      *Node // [B, G, S, D]
	positions *Node // int32 [B or 1, S]: 1 + the position of each, 0 for none
}

// attend is softmax(q·k * scale) v over the keys that a query sees, as visible says: q [B, T, H, D], queries their
// positions, int32 [B or 1, T]. It returns [B, T, H, D].
func attend(s *Carry, q *Node, to keys, queries *Node, window int, scale float64) *Node {
	q = MulScalar(q, scale)
	// Without a state gradients may be wanted, which the kernel has not.
	if s != nil && q.DType() == dtypes.Float32 && backend.HasNative(q.Graph()) {
		limit := Scalar(q.Graph(), dtypes.Int32, window)
		return backend.CallNative("longseq_attention", []*Node{q, to.k, to.v, queries, to.positions, limit}, q.Shape())[0]
	}
	return attendSeen(s, q, to, visible(queries, to.positions, window))
}

// attendSeen is attend with scaled queries, over the keys that are seen: bool [B or 1, T, S].
func attendSeen(s *Carry, q *Node, to keys, see *Node) *Node {
	d := q.Shape().Dimensions
	groups := to.k.Shape().Dim(1)
	q = Reshape(q, d[0], d[1], groups, d[2]/groups, d[3]) // head h uses keys and values of group floor(h / (H/G))
	q = TransposeAllAxes(q, 0, 2, 3, 1, 4)                // [B, G, H/G, T, D]
	var y *Node
	if s != nil && oneByOne(q, to.k) { // without a state gradients may be wanted, which loops have not
		y = attendHeads(q, to.k, to.v, see)
	} else {
		y = attendAll(q, to.k, to.v, see)
	}
	return Reshape(TransposeAllAxes(y, 0, 3, 1, 2, 4), d...)
}

// attendAll computes all heads at once: q [B, G, R, T, D], k and v [B, G, S, D] to [B, G, R, T, D].
func attendAll(q, k, v, see *Node) *Node {
	d := q.Shape().Dimensions
	weights := Reshape(attentionWeights(q, k, see), d[0], d[1], d[2]*d[3], k.Shape().Dim(2))
	y := DotGeneral(weights, []int{3}, []int{0, 1}, v, []int{2}, []int{0, 1}) // [B, G, R*T, D]
	return Reshape(y, d...)
}

// attentionWeights is softmax(q·k) over the visible keys: q [B, G, R, T, D], k [B, G, S, D] to [B, G, R, T, S].
func attentionWeights(q, k, see *Node) *Node {
	d := q.Shape().Dimensions
	batch, groups, share, time, dim := d[0], d[1], d[2], d[3], d[4]
	slots := k.Shape().Dim(2)
	q = Reshape(q, batch, groups, share*time, dim)
	scores := DotGeneral(q, []int{3}, []int{0, 1}, k, []int{3}, []int{0, 1}) // [B, G, R*T, S]
	scores = Reshape(scores, batch, groups, share, time, slots)
	see = BroadcastToDims(Reshape(see, see.Shape().Dim(0), 1, 1, time, slots), scores.Shape().Dimensions...)
	hidden := BroadcastToShape(Scalar(q.Graph(), scores.DType(), -1e30), scores.Shape())
	return Softmax(Where(see, scores, hidden), -1)
}

// manyScores is from how many scores on the heads of a group are taken one after the other: more do not stay in
// the processor's caches between a product, its softmax and the next product.
const manyScores = 1 << 21

// oneByOne says whether the one group's attention goes head by head: where scores are many and loops pay.
func oneByOne(q, k *Node) bool {
	d := q.Shape().Dimensions
	count := q.Shape().Size() / d[4] * k.Shape().Dim(2)
	return d[1] == 1 && d[2] > 1 && count >= manyScores && backend.LoopsPay(q.Graph())
}

// attendHeads is attendAll head by head, of one group.
func attendHeads(q, k, v, see *Node) *Node {
	loop := backend.Loop{Inputs: []*Node{q}, Axis: 2, Carry: []*Node{see, k, v}}
	_, out := loop.Run(func(carry, in []*Node) (next, outputs []*Node) {
		y := attendAll(InsertAxes(in[0], 2), carry[1], carry[2], carry[0])
		return carry, []*Node{Squeeze(y, 2)}
	})
	return out[0]
}

// heads reshapes [B, T, H*D] to [B, T, H, D].
func heads(x *Node, dim int) *Node {
	d := x.Shape().Dimensions
	return Reshape(x, d[0], d[1], d[2]/dim, dim)
}

// merge reshapes [B, T, H, D] to [B, T, H*D].
func merge(x *Node) *Node {
	d := x.Shape().Dimensions
	return Reshape(x, d[0], d[1], d[2]*d[3])
}

// stateShape is the shape of a float state tensor at the start of a sequence.
func stateShape(x *Node, dims ...int) shapes.Shape { return shapes.Make(x.DType(), dims...) }
