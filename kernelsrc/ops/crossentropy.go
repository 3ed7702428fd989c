package ops

import (
	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/backend"
)

// CrossEntropy returns, for logits [..., V] and targets, int32 [...], the negative logarithm of the softmax at the target, in
// nats, and 1 where the target is the first of the largest logits, else 0: both [...], and 0 where the target is no token, as
// -1 is not. The first has a gradient. Both are computed in the logits' type. It has no Loop.
func CrossEntropy(logits, targets *Node, form Form) (loss, right *Node) {
	if form.chooseWithoutLoop(logits.Graph(), logits.DType() == dtypes.Float32, "the cross entropy") == Native {
		return crossEntropyNative(logits, targets)
	}
	return crossEntropyParallel(logits, targets)
}

// crossEntropyNative is CrossEntropy by a kernel, which keeps the logarithms of the sums for that of the gradient.
func crossEntropyNative(logits, targets *Node) (loss, right *Node) {
	rows, flat := rowsOf(logits), Reshape(targets, -1)
	each := flat.Shape().Clone()
	each.DType = dtypes.Float32
	out := backend.CallNative("longseq_cross_entropy", []*Node{rows, flat}, each, each, each)
	loss = backend.CustomGradient([]*Node{rows}, out[:1], func(v []*Node) []*Node {
		return backend.CallNative("longseq_cross_entropy_backward", []*Node{rows, flat, out[2], v[0]}, rows.Shape())
	})[0]
	dims := targets.Shape().Dimensions
	return Reshape(loss, dims...), StopGradient(Reshape(out[1], dims...))
}

// crossEntropyParallel is CrossEntropy as operations of the graph.
func crossEntropyParallel(logits, targets *Node) (loss, right *Node) {
	V, dtype := logits.Shape().Dim(-1), logits.DType()
	wanted := ConvertDType(LogicalAnd(GreaterOrEqual(targets, ZerosLike(targets)), LessThan(targets, AddScalar(ZerosLike(targets), V))), dtype)
	target := OneHot(MaxScalar(targets, 0), V, dtype)
	logProb := ReduceSum(Mul(LogSoftmax(logits, -1), target), -1)
	right = ConvertDType(Equal(ArgMax(logits, -1, dtypes.Int32), targets), dtype)
	return Neg(Mul(logProb, wanted)), StopGradient(Mul(right, wanted))
}
