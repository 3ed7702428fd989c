package ops

import (
	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
)

// chunks says how a sequence of T tokens is cut: count (Z) chunks of length (C) tokens, the last one padded.
type chunks struct {
	count, length int
}

// cut cuts T tokens into the fewest chunks of at most the given length, all equal, so that there is little padding.
func cut(T, length int) chunks {
	count := (T + length - 1) / length
	return chunks{count, (T + count - 1) / count}
}

// split pads x [B, T, ...] with zeros at the end and cuts it: [B, Z, C, ...].
func (c chunks) split(x *Node) *Node {
	x = padTime(x, c.count*c.length)
	dims := x.Shape().Dimensions
	return Reshape(x, append([]int{dims[0], c.count, c.length}, dims[2:]...)...)
}

// join undoes split: x [B, Z, C, ...] becomes [B, T, ...].
func (c chunks) join(x *Node, T int) *Node {
	dims := x.Shape().Dimensions
	x = Reshape(x, append([]int{dims[0], c.count * c.length}, dims[3:]...)...)
	return SliceAxis(x, 1, AxisRange(0, T))
}

// padTime appends zeros to x [B, T, ...] until T = length.
func padTime(x *Node, length int) *Node {
	shape := x.Shape().Clone()
	missing := length - shape.Dim(1)
	if missing == 0 {
		return x
	}
	shape.Dimensions[1] = missing
	return Concatenate([]*Node{x, Zeros(x.Graph(), shape)}, 1)
}

// minLog is the lowest logarithm of a decay in float32; what is below counts as it. So sums of logarithms stay small
// enough for their differences to be exact to 1e-4 and better.
const minLog = -30

// clampLog bounds logarithms of decays from below, in float32 only.
func clampLog(logDecay *Node) *Node {
	if logDecay.DType() == dtypes.Float64 {
		return logDecay
	}
	return MaxScalar(logDecay, minLog)
}

// cumulate returns the inclusive sums of x [..., T] along its last axis, by a product with a triangular matrix.
// graph.CumSum of GoMLX v0.26.0 is much slower, with time quadratic in T.
func cumulate(x *Node) *Node {
	T := x.Shape().Dim(-1)
	triangle := ConvertDType(ShapedLowerTriangular(x.Graph(), T, T, 0), x.DType()) // [i, j]: j <= i
	return DotGeneral(x, []int{x.Rank() - 1}, nil, triangle, []int{1}, nil)
}

// segments returns exp(sum[i] - sum[j]) for j <= i, else 0: [..., i, j], from inclusive sums [..., T] of
// logarithms. It is the decay from step j to step i. The other triangle is masked before the exponential too, where it
// would overflow and make the gradient NaN.
func segments(sum *Node) *Node {
	T := sum.Shape().Dim(-1)
	difference := Sub(InsertAxes(sum, -1), InsertAxes(sum, -2)) // [..., i, j]
	mask := ShapedLowerTriangular(sum.Graph(), T, T, 0)
	return maskedExp(difference, ExpandLeftToRank(mask, difference.Rank()))
}

// maskedExp returns exp(x) where the mask holds, else 0; x is not used where it does not hold.
func maskedExp(x, mask *Node) *Node {
	zero := ZerosLike(x)
	mask = BroadcastToShape(mask, shapes.Make(dtypes.Bool, x.Shape().Dimensions...))
	return Where(mask, Exp(Where(mask, x, zero)), zero)
}

// carryGroup is how many chunks carry handles by one matrix product.
const carryGroup = 16

// carry takes states from chunk to chunk: h[z+1] = exp(logDecay[z]) h[z] + added[z], h[0] = start.
//
// logDecay: [B, Z, M], added: [B, Z, M, X], start: [B, M, X], for M decays and X values that share a decay. It returns
// before [B, Z, M, X], the states before each chunk, and last [B, M, X], after all.
func carry(logDecay, added, start *Node) (before, last *Node) {
	logDecay = clampLog(logDecay)
	dims := added.Shape().Dimensions
	B, Z, M, X := dims[0], dims[1], dims[2], dims[3]
	switch {
	case Z == 1: // what is added is left out of the program where the last state is not used
		decay := Exp(Reshape(logDecay, B, M, 1))
		return InsertAxes(start, 1), Add(Mul(decay, start), Squeeze(added, 1))
	case Z <= 2*carryGroup:
		return carryDirect(logDecay, added, start)
	}

	// Groups of chunks: what each group adds, the states between groups, then within all groups at once.
	c := cut(Z, carryGroup)
	sum := cumulate(TransposeAllAxes(c.split(logDecay), 0, 1, 3, 2)) // [B, count, M, length]
	groupAdded := c.split(added)                                     // [B, count, length, M, X]
	total := SliceAxis(sum, -1, AxisElem(-1))                        // [B, count, M, 1]
	toEnd := Exp(Sub(total, sum))                                    // [B, count, M, length]
	groupTotal := DotGeneral(toEnd, []int{3}, []int{0, 1, 2}, groupAdded, []int{2}, []int{0, 1, 3})
	between, last := carry(Squeeze(total, -1), groupTotal, start) // [B, count, M, X]

	merged := B * c.count
	before, _ = carryDirect(
		Reshape(c.split(logDecay), merged, c.length, M),
		Reshape(groupAdded, merged, c.length, M, X),
		Reshape(between, merged, M, X))
	before = Reshape(before, B, c.count, c.length, M, X)
	return c.join(before, Z), last
}

// carryDirect is carry by one product with the matrix of decays from every chunk to every later one.
func carryDirect(logDecay, added, start *Node) (before, last *Node) {
	dims := added.Shape().Dimensions
	B, Z, M, X := dims[0], dims[1], dims[2], dims[3]
	zero := Zeros(logDecay.Graph(), shapes.Make(logDecay.DType(), B, M, 1))
	sum := Concatenate([]*Node{zero, cumulate(TransposeAllAxes(logDecay, 0, 2, 1))}, -1) // [B, M, Z+1]
	items := Concatenate([]*Node{InsertAxes(start, 1), added}, 1)                        // [B, Z+1, M, X]
	states := DotGeneral(segments(sum), []int{3}, []int{0, 1}, items, []int{1}, []int{0, 2})
	states = TransposeAllAxes(states, 0, 2, 1, 3) // [B, Z+1, M, X]
	before = SliceAxis(states, 1, AxisRange(0, Z))
	last = Reshape(SliceAxis(states, 1, AxisElem(Z)), B, M, X)
	return before, last
}
