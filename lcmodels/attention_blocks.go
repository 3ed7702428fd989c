package lcmodels

import (
	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/backend"
)

// A chunk attends block by block to what was read before it and to itself, with a running softmax (FlashAttention,
// Dao et al. 2022, algorithm 1): scores are computed only where there is something to see, and only a block's are
// held at a time. The blocks of what was read are steps of a loop, as many as are needed at run time.

const (
	// keyBlock is how many keys of what was read are taken at a time, at most.
	keyBlock = 256
	// queryBlock is how many of the chunk's queries look at the chunk itself at a time, at least: none looks at the
	// keys behind its block.
	queryBlock = 128
	// mostQueryBlocks bounds the size of the graph.
	mostQueryBlocks = 4
)

// history is what was read before a chunk.
type history struct {
	keys // more than what was read stands behind it, or before it if the newest are last
	// used is how many of the keys hold something: an int32 scalar.
	used       *Node
	newestLast bool
}

func (h history) slots() int { return h.k.Shape().Dim(2) }

// block is the size of the equal blocks that the keys are cut into.
func (h history) block() int {
	size := min(keyBlock, h.slots())
	for h.slots()%size != 0 {
		size--
	}
	return size
}

// blockwise says whether a chunk of time tokens attends block by block: where loops pay, and it is more than a few
// blocks to do.
func (h history) blockwise(time int) bool {
	return time >= queryBlock/8 && h.slots() >= 2*keyBlock && h.block() >= keyBlock/4 && backend.LoopsPay(h.k.Graph())
}

// blockAttention is attention of a chunk's queries.
type blockAttention struct {
	queries *Node // their positions: int32 [B or 1, T]
	// window, if not 0, is how many keys a query sees, itself included.
	window int
}

// attend is softmax(q·k * scale) v over what of the history and of the chunk itself is visible: q [B, T, H, D]
// to the same shape.
func (a blockAttention) attend(q *Node, read history, chunk keys, scale float64) *Node {
	q = byGroup(q, chunk.k.Shape().Dim(1), scale)
	d := q.Shape().Dimensions
	batch, groups, time, dim := d[0], d[1], d[3], d[4]
	size := read.block()
	count := read.slots() / size
	cut := func(x *Node) *Node { return Reshape(x, batch, groups, count, size, dim) }
	positions := Reshape(a.readBefore(read), batch, 1, count, size)
	own := a.itself(q, chunk)
	loop := backend.Loop{
		Inputs:  []*Node{cut(read.k), cut(read.v), positions},
		Axis:    2,
		Carry:   []*Node{q, BroadcastToDims(a.queries, batch, time), own.most, own.weights, own.values},
		Reverse: read.newestLast,
		Steps:   Div(AddScalar(read.used, size-1), Scalar(q.Graph(), dtypes.Int32, size)),
	}
	last, _ := loop.Run(func(carry, in []*Node) (next, outputs []*Node) {
		q, queries, before := carry[0], carry[1], running{carry[2], carry[3], carry[4]}
		visible := blockAttention{queries, a.window}.hide(scores(q, in[0]), Squeeze(in[2], 1))
		after := before.add(visible, in[1])
		return []*Node{q, queries, after.most, after.weights, after.values}, nil
	})
	return ungroup(running{last[2], last[3], last[4]}.average())
}

// readBefore is the positions of the history [B, S], without those of the chunk that a cache has taken in already.
func (a blockAttention) readBefore(read history) *Node {
	if read.newestLast {
		return read.positions
	}
	slot := Iota(read.used.Graph(), read.positions.Shape(), 1)
	before := LessThan(slot, BroadcastToShape(read.used, slot.Shape()))
	return Where(before, read.positions, ZerosLike(read.positions))
}

// itself is the chunk's attention to itself, query block by query block.
func (a blockAttention) itself(q *Node, chunk keys) running {
	time := q.Shape().Dim(3)
	size := max(queryBlock, (time+mostQueryBlocks-1)/mostQueryBlocks)
	var most, weights, values []*Node
	for from := 0; from < time; from += size {
		block := AxisRange(from, min(from+size, time))
		upTo := AxisRange(0, min(from+size, time))
		see := visible(SliceAxis(a.queries, 1, block), SliceAxis(chunk.positions, 1, upTo), a.window)
		s := where(see, scores(SliceAxis(q, 3, block), SliceAxis(chunk.k, 2, upTo)))
		sum := weigh(s, ReduceAndKeep(s, ReduceMax, -1), SliceAxis(chunk.v, 2, upTo))
		most, weights, values = append(most, sum.most), append(weights, sum.weights), append(values, sum.values)
	}
	return running{Concatenate(most, 3), Concatenate(weights, 3), Concatenate(values, 3)}
}

// hide hides what of keys before the chunk a query does not see: scores [B, G, R, T, S], positions [B, S]. Without
// a window a query sees all there are, and hiding the same from all queries costs least.
func (a blockAttention) hide(scores, positions *Node) *Node {
	if a.window > 0 {
		return where(visible(a.queries, positions, a.window), scores)
	}
	none := ConvertDType(Equal(positions, ZerosLike(positions)), scores.DType())
	return Add(scores, BroadcastToShape(Reshape(MulScalar(none, hidden), -1, 1, 1, 1, positions.Shape().Dim(1)), scores.Shape()))
}

// running is a softmax under way over scores [B, G, R, T, S]: the largest so far [B, G, R, T, 1] and, of the
// exponentials of all divided by its own, the sum [B, G, R, T, 1] and that of the values they weigh [B, G, R, T, D].
type running struct{ most, weights, values *Node }

// weigh takes scores [B, G, R, T, S] of values v [B, G, S, D], none above most.
func weigh(scores, most, v *Node) running {
	e := Exp(Sub(scores, most))
	return running{most, ReduceAndKeep(e, ReduceSum, -1), weighted(e, v)}
}

// add takes more scores and their values in.
func (r running) add(scores, v *Node) running {
	more := weigh(scores, Max(r.most, ReduceAndKeep(scores, ReduceMax, -1)), v)
	shrink := Exp(Sub(r.most, more.most))
	return running{more.most, Add(Mul(r.weights, shrink), more.weights), Add(Mul(r.values, shrink), more.values)}
}

// average is the values weighed by the softmax.
func (r running) average() *Node { return Div(r.values, r.weights) }
