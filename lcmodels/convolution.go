package lcmodels

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/ops"
)

// Convolve is ops.Convolution of x [B, T, channels] with weight [channels, 1, L] and bias [channels]. The last L-1 inputs are
// carried under name, as ConvolutionState lists them; before the start they are zeros.
func (c Chunk) Convolve(name string, x, weight, bias *Node) *Node {
	return c.convolve(name, ops.ConvolutionInputs{X: x, Weight: weight, Bias: bias})[0]
}

// ConvolveSiLU is SiLU of Convolve, cut along its channels into parts of the given widths.
func (c Chunk) ConvolveSiLU(name string, x, weight, bias *Node, parts ...int) []*Node {
	return c.convolve(name, ops.ConvolutionInputs{X: x, Weight: weight, Bias: bias, SiLU: true, Parts: parts})
}

func (c Chunk) convolve(name string, in ops.ConvolutionInputs) []*Node {
	channels, length := in.Weight.Shape().Dim(0), in.Weight.Shape().Dim(2)
	in.Weight = Reshape(in.Weight, channels, length)
	in.Before = c.Get(name, in.X, c.Batch(), length-1, channels)
	c.Set(name, c.Latest(Concatenate([]*Node{in.Before, in.X}, 1), length-1))
	return ops.Convolution(in, c.Form())
}

// ConvolutionState is what Convolve carries: [B, length-1, channels].
func ConvolutionState(name string, length, channels int) StateSpec {
	return StateSpec{Name: name, Dims: []int{length - 1, channels}, inputs: true}
}
