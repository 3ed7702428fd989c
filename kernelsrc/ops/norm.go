package ops

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"
)

// RMSNorm is x / sqrt(mean(x²) + eps) · weight over the last axis (Zhang & Sennrich 2019): x [..., D], weight [D].
func RMSNorm(x, weight *Node, eps float64) *Node {
	return Mul(Normalize(x, eps), ExpandLeftToRank(weight, x.Rank()))
}

// Normalize is RMSNorm without a weight. (Reciprocal of Sqrt: GoMLX v0.26 has no gradient of Rsqrt.)
func Normalize(x *Node, eps float64) *Node {
	meanSquare := ReduceAndKeep(Square(x), ReduceMean, -1)
	return Mul(x, Reciprocal(Sqrt(AddScalar(meanSquare, eps))))
}

// LayerNorm is (x - mean(x)) / sqrt(var(x) + eps) · weight + bias over the last axis: x [..., D], weight and bias [D].
func LayerNorm(x, weight, bias *Node, eps float64) *Node {
	return Add(Mul(Center(x, eps), ExpandLeftToRank(weight, x.Rank())), ExpandLeftToRank(bias, x.Rank()))
}

// Center is LayerNorm without weight and bias, over the last axis.
func Center(x *Node, eps float64) *Node {
	return Normalize(Sub(x, ReduceAndKeep(x, ReduceMean, -1)), eps)
}
