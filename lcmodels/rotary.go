package lcmodels

import (
	"math"

	. "github.com/gomlx/gomlx/pkg/core/graph"
)

// rotate applies rotary position embedding to the first dim channels of each head: pair (i, i+dim/2)
// is turned by position * base^(-2i/dim). x [B, T, H, P], positions int32 [B or 1, T].
func rotate(x, positions *Node, dim int, base float64) *Node {
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
	turns := written(Concatenate([]*Node{Cos(angles), Sin(angles)}, -1))
	cos, sin := lastAxis(turns, 0, half), lastAxis(turns, half, dim)
	a, b := lastAxis(x, 0, half), lastAxis(x, half, dim)
	turned := []*Node{Sub(Mul(a, cos), Mul(b, sin)), Add(Mul(b, cos), Mul(a, sin))}
	if all := x.Shape().Dim(3); dim < all {
		turned = append(turned, lastAxis(x, dim, all))
	}
	return Concatenate(turned, -1)
}

// written is x [..., n], which is computed once and written down: XLA would compute it anew for each of its users. A
// product with the unit matrix is x to the bit, and XLA takes no product into a user's loop.
func written(x *Node) *Node {
	n := x.Shape().Dim(-1)
	unit := Diagonal(x.Graph(), n)
	return DotGeneral(x, []int{x.Rank() - 1}, nil, ConvertDType(unit, x.DType()), []int{0}, nil)
}
