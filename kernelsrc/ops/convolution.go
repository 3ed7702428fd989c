package ops

import (
	"fmt"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"longseq/kernelsrc/backend"
)

// ConvolutionInputs are the inputs of Convolution, all of one type.
type ConvolutionInputs struct {
	X      *Node // [B, T, E]
	Weight *Node // [E, L]
	Bias   *Node // [E]
	Before *Node // the inputs before the first token [B, L-1, E]
	// SiLU says that the outputs are SiLU of the sums.
	SiLU bool
	// Parts are the widths of the outputs, which are E in all; none means one output.
	Parts []int
}

// Longest convolution and most parts that the kernel takes.
const (
	maxNativeConvolution = 4
	maxNativeParts       = 4
)

// Convolution is the causal depthwise convolution of short length L (Dao & Gu 2024; Conv1d with groups = channels), with
// the inputs before the first token in Before:
//
//	s[t] = bias + Σ_j weight[:, j] x[t-L+1+j],  j = 0 … L-1
//
// It returns s, or SiLU of it, cut along its channels into the parts [B, T, width]. It is computed in the inputs' type. It
// has no Loop.
func Convolution(in ConvolutionInputs, form Form) []*Node {
	dims := in.X.Shape().Dimensions
	B, T, E, L := dims[0], dims[1], dims[2], in.Weight.Shape().Dim(1)
	in.Weight.AssertDims(E, L)
	in.Bias.AssertDims(E)
	in.Before.AssertDims(B, L-1, E)
	if len(in.Parts) == 0 {
		in.Parts = []int{E}
	}
	whole := 0
	for _, width := range in.Parts {
		whole += width
	}
	if whole != E {
		panic(fmt.Errorf("the parts %v of a convolution of %d channels", in.Parts, E))
	}
	if T == 1 {
		return convolutionParallel(in)
	}
	hasKernel := in.X.DType() == dtypes.Float32 && L >= 2 && L <= maxNativeConvolution && len(in.Parts) <= maxNativeParts
	if form.chooseWithoutLoop(in.X.Graph(), hasKernel, "a convolution") == Native {
		return convolutionNative(in, form == Inference)
	}
	return convolutionParallel(in)
}

// nodes lists the inputs in order.
func (in ConvolutionInputs) nodes() []*Node { return []*Node{in.X, in.Weight, in.Bias, in.Before} }

// convolutionNative is Convolution by a kernel. That of the gradient computes the sums again.
func convolutionNative(in ConvolutionInputs, inference bool) []*Node {
	B, T := in.X.Shape().Dim(0), in.X.Shape().Dim(1)
	silu := int32(0)
	if in.SiLU {
		silu = 1
	}
	arguments := append(in.nodes(), Const(in.X.Graph(), silu))
	var parts []shapes.Shape
	for _, width := range in.Parts {
		parts = append(parts, shapes.Make(dtypes.Float32, B, T, width))
	}
	out := backend.CallNative("longseq_convolution", arguments, parts...)
	if inference {
		return out
	}
	ofRows := func(x *Node) shapes.Shape {
		return shapes.Make(dtypes.Float32, append([]int{B}, x.Shape().Dimensions...)...)
	}
	return backend.CustomGradient(in.nodes(), out, func(v []*Node) []*Node {
		d := backend.CallNative("longseq_convolution_backward", append(arguments[:len(arguments):len(arguments)], v...),
			in.X.Shape(), ofRows(in.Weight), ofRows(in.Bias), in.Before.Shape())
		return []*Node{d[0], ReduceSum(d[1], 0), ReduceSum(d[2], 0), d[3]}
	})
}

// convolutionParallel is Convolution as L shifted products.
func convolutionParallel(in ConvolutionInputs) []*Node {
	T, E, L := in.X.Shape().Dim(1), in.X.Shape().Dim(2), in.Weight.Shape().Dim(1)
	history := Concatenate([]*Node{in.Before, in.X}, 1)
	y := Reshape(in.Bias, 1, 1, E)
	for j := range L {
		tap := Reshape(LastAxis(in.Weight, j, j+1), 1, 1, E)
		y = Add(y, Mul(SliceAxis(history, 1, AxisRange(j, j+T)), tap))
	}
	if in.SiLU {
		y = SiLU(y)
	}
	return SplitLast(y, in.Parts...)
}
