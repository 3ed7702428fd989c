package lcmodels

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/ops"
)

// Convolve is the causal depthwise convolution of short width L (Dao & Gu 2024; Conv1d with groups = channels):
//
//	y[t] = bias + Σ_j w[:, j] x[t-L+1+j],  j = 0 … L-1
//
// x [B, T, channels], weight [channels, 1, L], bias [channels]. The last L-1 inputs are carried under name, as
// ConvolutionState lists them; before the start they are zeros. It is computed as L shifted products, which XLA
// fuses.
func (c Chunk) Convolve(name string, x, weight, bias *Node) *Node {
	width, channels := weight.Shape().Dim(2), weight.Shape().Dim(0)
	before := c.Get(name, x, c.Batch(), width-1, channels)
	history := Concatenate([]*Node{before, x}, 1)
	c.Set(name, c.Latest(history, width-1))
	taps := Reshape(weight, channels, width)
	y := Reshape(bias, 1, 1, channels)
	for j := range width {
		tap := Reshape(ops.LastAxis(taps, j, j+1), 1, 1, channels)
		y = Add(y, Mul(SliceAxis(history, 1, AxisRange(j, j+c.Time())), tap))
	}
	return y
}

// ConvolutionState is what Convolve carries: [B, width-1, channels].
func ConvolutionState(name string, width, channels int) StateSpec {
	return StateSpec{Name: name, Dims: []int{width - 1, channels}}
}
