package ops

import (
	"slices"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"longseq/kernelsrc/backend"
)

// NormInputs are the inputs of Norm, all of one type.
type NormInputs struct {
	X      *Node // [..., D]
	Weight *Node // [D]
	Bias   *Node // [D], or nil for none
	// Gate of Mamba-2, of X's shape, or nil for none.
	Gate *Node
	// Groups of D / Groups channels are normalized apart. 0 means one.
	Groups int
	// Center says that the mean of a group is taken off.
	Center bool
	Eps    float64
}

// Norm normalizes the groups of the last axis:
//
//	v = X or X · SiLU(Gate),  v = v - mean(v) if Center
//	y = v / sqrt(mean(v²) + Eps) · Weight + Bias
//
// It is RMSNorm (Zhang & Sennrich 2019), with Center LayerNorm (Ba et al. 2016), with Groups too GroupNorm (Wu & He 2018), and
// with a Gate the norm of Mamba-2 (mamba_ssm, ops/triton/layernorm_gated.py). It returns [..., D], and is computed in the
// inputs' type. It has no Loop.
func Norm(in NormInputs, form Form) *Node {
	D := in.X.Shape().Dim(-1)
	in.Groups = max(in.Groups, 1)
	in.Weight.AssertDims(D)
	if in.Bias != nil {
		in.Bias.AssertDims(D)
	}
	if in.Gate != nil {
		in.Gate.AssertDims(in.X.Shape().Dimensions...)
	}
	if form.chooseWithoutLoop(in.X.Graph(), in.X.DType() == dtypes.Float32, "norm") == Native {
		return normNative(in, form == Inference)
	}
	return normParallel(in)
}

// RMSNorm is Norm with a weight alone: x [..., D], weight [D].
func RMSNorm(x, weight *Node, eps float64, form Form) *Node {
	return Norm(NormInputs{X: x, Weight: weight, Eps: eps}, form)
}

// What a norm has, as the kernels are told.
const (
	normCenter = 1 << iota
	normBias
	normGate
)

// normRows is the number of rows whose gradients of weight and bias the kernel sums: norm_rows in native/jobs.h.
const normRows = 64

// normNative is Norm by a kernel. That of the gradient normalizes again.
func normNative(in NormInputs, inference bool) *Node {
	g, rows := in.X.Graph(), rowsOf(in.X)
	inputs, has := []*Node{rows, Reshape(in.Weight, in.Groups, -1)}, int32(0)
	if in.Center {
		has |= normCenter
	}
	if in.Bias != nil {
		inputs, has = append(inputs, Reshape(in.Bias, in.Groups, -1)), has|normBias
	}
	if in.Gate != nil {
		inputs, has = append(inputs, rowsOf(in.Gate)), has|normGate
	}
	arguments := slices.Concat(inputs[:2], []*Node{Const(g, float32(in.Eps)), Const(g, has)}, inputs[2:])
	y := backend.CallNative("longseq_norm", arguments, rows.Shape())
	if !inference {
		y = backend.CustomGradient(inputs, y, func(v []*Node) []*Node { return normGradients(inputs, append(arguments, v[0])) })
	}
	return likeRows(y[0], in.X)
}

// normGradients are those of the inputs: X, weight and what else there is. The kernel sums those of weight and bias over each
// block of rows.
func normGradients(inputs, arguments []*Node) []*Node {
	rows := inputs[0].Shape()
	blocks := (rows.Dim(0) + normRows - 1) / normRows
	results := make([]shapes.Shape, len(inputs))
	for i, input := range inputs {
		results[i] = rows
		if !input.Shape().Equal(rows) {
			results[i] = shapes.Make(dtypes.Float32, blocks, input.Shape().Dim(0), input.Shape().Dim(1))
		}
	}
	gradients := backend.CallNative("longseq_norm_backward", arguments, results...)
	for i, gradient := range gradients {
		if gradient.Rank() > rows.Rank() {
			gradients[i] = ReduceSum(gradient, 0)
		}
	}
	return gradients
}

// normParallel is Norm as operations of the graph. (Reciprocal of Sqrt: GoMLX v0.26 has no gradient of Rsqrt.)
func normParallel(in NormInputs) *Node {
	v := in.X
	if in.Gate != nil {
		v = Mul(v, SiLU(in.Gate))
	}
	v = Reshape(v, -1, in.Groups, v.Shape().Dim(-1)/in.Groups)
	if in.Center {
		v = Sub(v, ReduceAndKeep(v, ReduceMean, -1))
	}
	v = Mul(v, Reciprocal(Sqrt(AddScalar(ReduceAndKeep(Square(v), ReduceMean, -1), in.Eps))))
	y := Mul(Reshape(v, in.X.Shape().Dimensions...), ExpandLeftToRank(in.Weight, in.X.Rank()))
	if in.Bias != nil {
		y = Add(y, ExpandLeftToRank(in.Bias, in.X.Rank()))
	}
	return y
}
