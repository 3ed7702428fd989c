package lcmodels

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
)

// convolve is the causal depthwise convolution of short width k: y_t = bias + Σ_j w[:, j] x_{t-k+1+j}.
// x [B, T, channels], weight [channels, 1, k], bias [channels]; the last k-1 inputs are carried under
// name, zeros before the start. It is written as k shifted multiply-adds, which XLA fuses.
func convolve(in Input, s *Carry, name string, x, weight, bias *Node) *Node {
	k, channels := weight.Shape().Dim(2), weight.Shape().Dim(0)
	before := s.get(x.Graph(), name, shapes.Make(x.DType(), in.batch(), k-1, channels))
	history := Concatenate([]*Node{before, x}, 1)
	s.set(name, latest(in, history, k-1))
	taps := Reshape(weight, channels, k)
	y := Reshape(bias, 1, 1, channels)
	for j := range k {
		tap := Reshape(lastAxis(taps, j, j+1), 1, 1, channels)
		y = Add(y, Mul(SliceAxis(history, 1, AxisRange(j, j+in.time())), tap))
	}
	return y
}

// convolutionSpec is the state of convolve.
func convolutionSpec(name string, width, channels int) StateSpec {
	return StateSpec{Name: name, Dims: []int{width - 1, channels}}
}
