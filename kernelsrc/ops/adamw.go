package ops

import (
	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/backend"
)

// AdamWInputs are the inputs of AdamW, all of one type.
type AdamWInputs struct {
	// Parameters and their moments hold all weights one behind the other: [Params].
	Parameters, First, Second *Node
	// Gradients are those of the weights, in order and of the weights' shapes.
	Gradients []*Node
	// Decays says of each weight whether weight decay acts on it.
	Decays []bool
	// Rate is the learning rate, and Step the number of the step, from 1: scalars.
	Rate, Step                         *Node
	Beta1, Beta2, Epsilon, WeightDecay float64
	// Clip is the largest global norm of the gradient.
	Clip float64
}

// AdamW is one update (Loshchilov & Hutter 2019, algorithm 2) with a gradient that is scaled down to a norm of at most Clip
// (Pascanu et al. 2013). It returns the new parameters and moments, [Params] each, has no gradient and no Loop, and is computed
// in the inputs' type. (GoMLX's own decays norms and biases too.)
func AdamW(in AdamWInputs, form Form) (parameters, first, second *Node) {
	if form.chooseWithoutLoop(in.Parameters.Graph(), in.Parameters.DType() == dtypes.Float32, "AdamW") == Native {
		return adamWNative(in)
	}
	return adamWParallel(in)
}

// adamWNative is AdamW by a kernel, which reads the gradients where they are and updates donated inputs in place.
func adamWNative(in AdamWInputs) (parameters, first, second *Node) {
	g, n := in.Parameters.Graph(), len(in.Gradients)
	numbers := []*Node{in.Rate, in.Step}
	for _, number := range []float64{in.Beta1, in.Beta2, in.Epsilon, in.WeightDecay, in.Clip} {
		numbers = append(numbers, Const(g, float32(number)))
	}
	decays := make([]int32, n)
	for i, decay := range in.Decays {
		if decay {
			decays[i] = 1
		}
	}
	arguments := []*Node{in.Parameters, in.First, in.Second, Stack(numbers, 0), Const(g, decays)}
	for _, gradient := range in.Gradients {
		arguments = append(arguments, Reshape(gradient, -1))
	}
	flat := in.Parameters.Shape()
	out := backend.CallNativeInPlace("longseq_adamw", arguments, flat, flat, flat)
	return out[0], out[1], out[2]
}

// adamWParallel is AdamW as operations of the graph.
func adamWParallel(in AdamWInputs) (parameters, first, second *Node) {
	g, dtype := in.Parameters.Graph(), in.Parameters.DType()
	var gradients, decays []*Node
	for i, gradient := range in.Gradients {
		decay := 0.0
		if in.Decays[i] {
			decay = in.WeightDecay
		}
		gradients = append(gradients, Reshape(gradient, -1))
		decays = append(decays, BroadcastToDims(Scalar(g, dtype, decay), gradient.Shape().Size()))
	}
	gradient := Concatenate(gradients, 0)
	norm := Sqrt(ReduceAllSum(Square(gradient)))
	gradient = Mul(gradient, MinScalar(Div(Scalar(g, dtype, in.Clip), AddScalar(norm, 1e-6)), 1))
	first = Add(MulScalar(in.First, in.Beta1), MulScalar(gradient, 1-in.Beta1))
	second = Add(MulScalar(in.Second, in.Beta2), MulScalar(Square(gradient), 1-in.Beta2))
	unbiased := func(moment *Node, beta float64) *Node {
		return Div(moment, OneMinus(Pow(Scalar(g, dtype, beta), in.Step)))
	}
	update := Div(unbiased(first, in.Beta1), AddScalar(Sqrt(unbiased(second, in.Beta2)), in.Epsilon))
	update = Add(update, Mul(in.Parameters, Concatenate(decays, 0)))
	return Sub(in.Parameters, Mul(in.Rate, update)), first, second
}
