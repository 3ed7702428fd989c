package ops

import (
	"math"

	. "github.com/gomlx/gomlx/pkg/core/graph"
)

// Rotate applies rotary position embedding (Su et al. 2021) to the first dim channels of each head, in the half-split
// form of GPT-NeoX and of Hugging Face's Llama (modeling_llama.py, apply_rotary_pos_emb): channels i and i+dim/2 are
// a pair, which is rotated by the angle position · base^(-2i/dim). x [B, T, H, P], positions int32 [B or 1, T].
func Rotate(x, positions *Node, dim int, base float64) *Node {
	if dim == 0 {
		return x
	}
	g, half := x.Graph(), dim/2
	frequencies := make([]float64, half)
	for i := range frequencies {
		frequencies[i] = math.Pow(base, -2*float64(i)/float64(dim))
	}
	p := ConvertDType(ExpandAxes(positions, 2, 3), x.DType()) // [B, T, 1, 1]
	f := ConvertDType(Reshape(Const(g, frequencies), 1, 1, 1, half), x.DType())
	angles := Mul(BroadcastToDims(p, positions.Shape().Dim(0), positions.Shape().Dim(1), 1, half), f)
	turns := computedOnce(Concatenate([]*Node{Cos(angles), Sin(angles)}, -1))
	cos, sin := LastAxis(turns, 0, half), LastAxis(turns, half, dim)
	a, b := LastAxis(x, 0, half), LastAxis(x, half, dim)
	turned := []*Node{Sub(Mul(a, cos), Mul(b, sin)), Add(Mul(b, cos), Mul(a, sin))}
	if all := x.Shape().Dim(3); dim < all {
		turned = append(turned, LastAxis(x, dim, all))
	}
	return Concatenate(turned, -1)
}

// computedOnce is x [..., n] as a product with the unit matrix, which equals x to the bit. XLA would compute x again
// for each use, and does so with no product.
func computedOnce(x *Node) *Node {
	n := x.Shape().Dim(-1)
	unit := Diagonal(x.Graph(), n)
	return DotGeneral(x, []int{x.Rank() - 1}, nil, ConvertDType(unit, x.DType()), []int{0}, nil)
}
