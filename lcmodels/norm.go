package lcmodels

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"
)

// RMSNorm is x / sqrt(mean(x²) + eps) · weight over the last axis (Zhang & Sennrich 2019): x [..., D], weight [D].
func RMSNorm(x, weight *Node, eps float64) *Node {
	return Mul(normalise(x, eps), ExpandLeftToRank(weight, x.Rank()))
}

// normalise is RMSNorm without a weight. (Reciprocal of Sqrt: GoMLX v0.26 has no gradient of Rsqrt.)
func normalise(x *Node, eps float64) *Node {
	meanSquare := ReduceAndKeep(Square(x), ReduceMean, -1)
	return Mul(x, Reciprocal(Sqrt(AddScalar(meanSquare, eps))))
}

// LayerNorm is (x - mean(x)) / sqrt(var(x) + eps) · weight + bias over the last axis: x [..., D], weight and bias [D].
func LayerNorm(x, weight, bias *Node, eps float64) *Node {
	return Add(Mul(centre(x, eps), ExpandLeftToRank(weight, x.Rank())), ExpandLeftToRank(bias, x.Rank()))
}

// centre is LayerNorm without weight and bias, over the last axis.
func centre(x *Node, eps float64) *Node {
	return normalise(Sub(x, ReduceAndKeep(x, ReduceMean, -1)), eps)
}

// SiLU is x · sigmoid(x), also called swish.
func SiLU(x *Node) *Node { return Mul(x, Sigmoid(x)) }

// geluTanh is the tanh approximation of GELU (gelu_pytorch_tanh).
func geluTanh(x *Node) *Node {
	const sqrt2OverPi = 0.7978845608028654
	cube := Mul(x, Square(x))
	inner := MulScalar(Add(x, MulScalar(cube, 0.044715)), sqrt2OverPi)
	return Mul(MulScalar(x, 0.5), AddScalar(Tanh(inner), 1))
}

// lastAxis slices [from, to) of the last axis.
func lastAxis(x *Node, from, to int) *Node {
	return SliceAxis(x, x.Rank()-1, AxisRange(from, to))
}

// SplitLast cuts the last axis of x into parts of the given sizes.
func SplitLast(x *Node, sizes ...int) []*Node {
	parts := make([]*Node, len(sizes))
	from := 0
	for i, size := range sizes {
		parts[i] = lastAxis(x, from, from+size)
		from += size
	}
	return parts
}
