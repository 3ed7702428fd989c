package ops

import . "github.com/gomlx/gomlx/pkg/core/graph"

// SiLU is x · sigmoid(x), also called swish.
func SiLU(x *Node) *Node { return Mul(x, Sigmoid(x)) }

// GELU is the tanh approximation of GELU (gelu_pytorch_tanh).
func GELU(x *Node) *Node {
	const sqrt2OverPi = 0.7978845608028654
	cube := Mul(x, Square(x))
	inner := MulScalar(Add(x, MulScalar(cube, 0.044715)), sqrt2OverPi)
	return Mul(MulScalar(x, 0.5), AddScalar(Tanh(inner), 1))
}
