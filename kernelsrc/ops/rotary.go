package ops

import (
	"math"

	. "github.com/gomlx/gomlx/pkg/core/graph"
)

// Rotary says by what angles Turn rotates the pairs of channels of a head.
type Rotary struct {
	// Frequencies are those of each pair, in radians a token.
	Frequencies []float64
	// Amplitude multiplies what is rotated; 1 is plain.
	Amplitude float64
	// Growth, if it is not 0, makes the base grow with the position t from Original tokens on, as dynamic NTK scaling does
	// (transformers, modeling_rope_utils.py, _compute_dynamic_ntk_parameters): by the power dim/(dim-2) of
	// Growth·(t+1)/Original - Growth + 1.
	Growth   float64
	Original int
}

// PlainRotary is rotary position embedding as published (Su et al. 2021): pair i of dim/2 has the frequency base^(-2i/dim).
func PlainRotary(dim int, base float64) Rotary {
	r := Rotary{Frequencies: make([]float64, dim/2), Amplitude: 1}
	for i := range r.Frequencies {
		r.Frequencies[i] = math.Pow(base, -2*float64(i)/float64(dim))
	}
	return r
}

// Rotate is Turn by PlainRotary.
func Rotate(x, positions *Node, dim int, base float64) *Node {
	return Turn(x, positions, PlainRotary(dim, base))
}

// Turn applies rotary position embedding to the first channels of each head, two for each frequency, in the half-split
// form of GPT-NeoX and of Hugging Face's Llama (modeling_llama.py, apply_rotary_pos_emb): of dim channels, i and i+dim/2
// are a pair, which is rotated by the angle position · frequency. x [B, T, H, P], positions int32 [B or 1, T].
func Turn(x, positions *Node, r Rotary) *Node {
	half := len(r.Frequencies)
	dim := 2 * half
	if dim == 0 {
		return x
	}
	g := x.Graph()
	row := func(values []float64) *Node { return ConvertDType(Reshape(Const(g, values), 1, 1, 1, half), x.DType()) }
	p := ConvertDType(ExpandAxes(positions, 2, 3), x.DType()) // [B, T, 1, 1]
	spread := func(x *Node) *Node {
		return BroadcastToDims(x, positions.Shape().Dim(0), positions.Shape().Dim(1), 1, half)
	}
	angles := Mul(spread(p), row(r.Frequencies))
	if r.Growth != 0 && dim > 2 {
		slower := make([]float64, half) // powers of the growth that frequencies are multiplied by
		for i := range slower {
			slower[i] = -2 * float64(i) / float64(dim-2)
		}
		perToken := r.Growth / float64(r.Original)
		grown := MaxScalar(AddScalar(MulScalar(AddScalar(p, 1), perToken), 1-r.Growth), 1)
		angles = Mul(angles, Exp(Mul(spread(Log(grown)), row(slower))))
	}
	turns := computedOnce(Concatenate([]*Node{Cos(angles), Sin(angles)}, -1))
	if r.Amplitude != 1 {
		turns = MulScalar(turns, r.Amplitude)
	}
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
