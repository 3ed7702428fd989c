package ops

import (
	"slices"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"longseq/kernelsrc/backend"
)

// AttentionInputs are the inputs of Attention. Head h uses the keys and values of group floor(h/R).
type AttentionInputs struct {
	Q    *Node // queries [B, T, H, P]
	K, V *Node // keys and values [B, G, S, P]
	// Scale multiplies q·k; published models have P^(-1/2).
	Scale float64
	// QueryPositions int32 [B or 1, T] and KeyPositions int32 [B or 1, S] say which keys a query sees: see CausalMask.
	// A key's position is given plus 1, and 0 for a slot that holds none.
	QueryPositions, KeyPositions *Node
	// Window is how many keys a query sees, itself included; 0 means all.
	Window int
	// Mask, if it is set, says which keys a query sees in place of positions and window: bool [B or 1, T, S]. There is no
	// native kernel for it.
	Mask *Node
}

// Attention is causal attention (Vaswani et al. 2017, eq. 1) with a softmax over the keys that a query sees:
//
//	y[t] = Σ_s softmax_s(scale q[t] · k[s]) v[s]
//
// It returns y [B, T, H, P]; a query that sees no key gets zeros. Loop goes through the heads of a group one by one;
// Inference takes it for one group whose scores do not fit into the processor's caches.
func Attention(in AttentionInputs, form Form) *Node {
	dims := in.Q.Shape().Dimensions
	B, T, H, P := dims[0], dims[1], dims[2], dims[3]
	G, S := in.K.Shape().Dim(1), in.K.Shape().Dim(2)
	in.K.AssertDims(B, G, S, P)
	in.V.AssertDims(B, G, S, P)

	outputType := in.Q.DType()
	n := convertAll(computeType(outputType), in.Q, in.K, in.V)
	in.Q, in.K, in.V = MulScalar(n[0], in.Scale), n[1], n[2]
	in.Scale = 1
	large := G == 1 && H > 1 && B*T*H*S >= minLoopScores
	hasKernel := in.Mask == nil && in.Q.DType() == dtypes.Float32

	switch form.choose(in.Q.Graph(), hasKernel, form == Inference && large) {
	case Native:
		return attentionNative(in, form == Inference)
	case Loop:
		y := attentionLoop(in)
		if form != Inference { // the loop has no gradient of its own; Auto does not choose it
			y = withGradientOf([]*Node{in.Q, in.K, in.V}, []*Node{y}, func(n []*Node) []*Node {
				in := in
				in.Q, in.K, in.V = n[0], n[1], n[2]
				return []*Node{attentionParallel(in)}
			})[0]
		}
		return ConvertDType(y, outputType)
	}
	return ConvertDType(attentionParallel(in), outputType)
}

// AttentionWeights returns the weights of a query on each key, [B, H, T, S]; those of a query that sees no key are 0.
func AttentionWeights(in AttentionInputs) *Node {
	dims := in.Q.Shape().Dimensions
	B, T, H, S := dims[0], dims[1], dims[2], in.K.Shape().Dim(2)
	in.Q = MulScalar(in.Q, in.Scale)
	mask := in.mask()
	weights := Reshape(attentionWeights(byGroup(in.Q, in.K), in.K, mask), B, H, T, S)
	return zeroWhereBlind(weights, mask, 2)
}

// CausalMask says which keys a query sees: those at or before its own position and, for a window > 0, not further
// back than window - 1. Query positions are int32 [B or 1, T]; key positions, int32 [B or 1, S], are given plus 1, and
// 0 for a slot that holds no key. It returns bool [B or 1, T, S].
func CausalMask(queryPositions, keyPositions *Node, window int) *Node {
	q, k := ExpandAxes(queryPositions, -1), ExpandAxes(AddScalar(keyPositions, -1), 1)
	dims := []int{max(q.Shape().Dim(0), k.Shape().Dim(0)), q.Shape().Dim(1), k.Shape().Dim(2)}
	q, k = BroadcastToDims(q, dims...), BroadcastToDims(k, dims...)
	mask := And(LessOrEqual(k, q), GreaterOrEqual(k, ZerosLike(k)))
	if window > 0 {
		mask = And(mask, LessThan(Sub(q, k), BroadcastToDims(Scalar(q.Graph(), dtypes.Int32, window), dims...)))
	}
	return mask
}

// mask says which keys a query sees, bool [B or 1, T, S].
func (in AttentionInputs) mask() *Node {
	if in.Mask != nil {
		return in.Mask
	}
	return CausalMask(in.QueryPositions, in.KeyPositions, in.Window)
}

// attentionNative is Attention by a kernel, of queries that are scaled. Unless no gradient is taken, the kernel also returns
// the logarithm of the sum of each query's exponentials, from which the kernel of the gradient computes the weights again.
func attentionNative(in AttentionInputs, inference bool) *Node {
	window := Scalar(in.Q.Graph(), dtypes.Int32, in.Window)
	inputs := []*Node{in.Q, in.K, in.V, in.QueryPositions, in.KeyPositions, window}
	if inference {
		return backend.CallNative("longseq_attention", inputs, in.Q.Shape())[0]
	}
	d, G, S := in.Q.Shape().Dimensions, in.K.Shape().Dim(1), in.K.Shape().Dim(2)
	B, T, H, P := d[0], d[1], d[2], d[3]
	forward := backend.CallNative("longseq_attention", inputs, in.Q.Shape(), shapes.Make(dtypes.Float32, B, H, T))
	return backend.CustomGradient(inputs[:3], forward[:1], func(v []*Node) []*Node {
		ofHeads := shapes.Make(dtypes.Float32, B, H, S, P)
		d := backend.CallNative("longseq_attention_backward", append(slices.Clone(inputs), forward[0], forward[1], v[0]),
			in.Q.Shape(), ofHeads, ofHeads)
		ofGroups := func(x *Node) *Node { return ReduceSum(Reshape(x, B, G, H/G, S, P), 2) }
		return []*Node{d[0], ofGroups(d[1]), ofGroups(d[2])}
	})[0]
}

// attentionParallel is Attention of all heads at once, of queries that are scaled.
func attentionParallel(in AttentionInputs) *Node {
	mask := in.mask()
	y := attendHeads(byGroup(in.Q, in.K), in.K, in.V, mask)
	return zeroWhereBlind(byTime(y), mask, 1)
}

// byGroup turns queries [B, T, H, P] into [B, G, R, T, P].
func byGroup(q, k *Node) *Node {
	d, G := q.Shape().Dimensions, k.Shape().Dim(1)
	q = Reshape(q, d[0], d[1], G, d[2]/G, d[3])
	return TransposeAllAxes(q, 0, 2, 3, 1, 4)
}

// byTime undoes byGroup.
func byTime(y *Node) *Node {
	d := y.Shape().Dimensions
	return Reshape(TransposeAllAxes(y, 0, 3, 1, 2, 4), d[0], d[3], d[1]*d[2], d[4])
}

// attendHeads returns the values that queries [B, G, R, T, P] get, of keys and values [B, G, S, P]: [B, G, R, T, P].
func attendHeads(q, k, v, mask *Node) *Node {
	d := q.Shape().Dimensions
	weights := Reshape(attentionWeights(q, k, mask), d[0], d[1], d[2]*d[3], k.Shape().Dim(2))
	y := DotGeneral(weights, []int{3}, []int{0, 1}, v, []int{2}, []int{0, 1}) // [B, G, R*T, P]
	return Reshape(y, d...)
}

// attentionWeights is softmax(q·k) over the keys that the mask shows: q [B, G, R, T, P] and k [B, G, S, P] to
// [B, G, R, T, S]. Where it shows none, all weights are 1/S.
func attentionWeights(q, k, mask *Node) *Node {
	d := q.Shape().Dimensions
	B, G, R, T, P := d[0], d[1], d[2], d[3], d[4]
	S := k.Shape().Dim(2)
	q = Reshape(q, B, G, R*T, P)
	scores := DotGeneral(q, []int{3}, []int{0, 1}, k, []int{3}, []int{0, 1}) // [B, G, R*T, S]
	scores = Reshape(scores, B, G, R, T, S)
	mask = BroadcastToDims(Reshape(mask, mask.Shape().Dim(0), 1, 1, T, S), scores.Shape().Dimensions...)
	hidden := BroadcastToShape(Scalar(q.Graph(), scores.DType(), -1e30), scores.Shape())
	return Softmax(Where(mask, scores, hidden), -1)
}

// zeroWhereBlind sets x to 0 where a query sees no key. x has the batch as first axis and the queries' time T at the
// given axis; mask is bool [B or 1, T, S].
func zeroWhereBlind(x, mask *Node, axis int) *Node {
	sees := LogicalAny(mask, 2) // [B or 1, T]
	dims := make([]int, x.Rank())
	for i := range dims {
		dims[i] = 1
	}
	dims[0], dims[axis] = sees.Shape().Dim(0), sees.Shape().Dim(1)
	return Where(BroadcastToDims(Reshape(sees, dims...), x.Shape().Dimensions...), x, ZerosLike(x))
}
