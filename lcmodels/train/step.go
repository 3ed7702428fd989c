package train

import (
	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/lcmodels"
)

// stepGraph is one training step. in: parameters, first and second moment, each [Params]; tokens and
// targets, int32 [Rows, Length]; the learning rate; the step, from 1. It returns the new vectors, the
// loss and the accuracy.
func (t *Trainer) stepGraph(in []*Node) []*Node {
	parameters, first, second := in[0], in[1], in[2]
	tokens, targets, rate, step := in[3], in[4], in[5], in[6]
	weights := t.cut(parameters)
	w, err := lcmodels.NewWeights(t.Architecture.Weights(), weights, dtype)
	if err != nil {
		panic(err)
	}
	logits := lcmodels.Forward(t.Architecture, w, lcmodels.Chunk{Tokens: tokens})
	loss, accuracy := answerLoss(logits, targets)
	gradient := join(Gradient(loss, weights...))
	gradient = clip(gradient, t.Recipe.Clip)
	parameters, first, second = t.adamW(parameters, first, second, gradient, rate, step)
	return []*Node{parameters, first, second, loss, accuracy}
}

// cut returns the architecture's weights out of the one vector [Params].
func (t *Trainer) cut(parameters *Node) []*Node {
	var weights []*Node
	from := 0
	for _, spec := range t.Architecture.Weights() {
		part := Slice(parameters, AxisRange(from, from+spec.Size()))
		weights = append(weights, Reshape(part, spec.Dims...))
		from += spec.Size()
	}
	return weights
}

// join is the inverse of cut.
func join(parts []*Node) *Node {
	flat := make([]*Node, len(parts))
	for i, part := range parts {
		flat[i] = Reshape(part, part.Shape().Size())
	}
	return Concatenate(flat, 0)
}

// answerLoss is the mean cross entropy, in nats, and the accuracy over the positions that have a
// target: logits [B, T, V], targets [B, T] with -1 for none.
func answerLoss(logits, targets *Node) (loss, accuracy *Node) {
	dt := logits.DType()
	wanted := ConvertDType(GreaterOrEqual(targets, ZerosLike(targets)), dt)
	count := MaxScalar(ReduceAllSum(wanted), 1)
	target := OneHot(MaxScalar(targets, 0), logits.Shape().Dim(-1), dt)
	logProb := ReduceSum(Mul(LogSoftmax(logits, -1), target), -1)
	right := ConvertDType(Equal(ArgMax(logits, -1, dtypes.Int32), targets), dt)
	return Neg(Div(ReduceAllSum(Mul(logProb, wanted)), count)), Div(ReduceAllSum(Mul(right, wanted)), count)
}

// clip scales the gradient [Params] down to a norm of at most limit.
func clip(gradient *Node, limit float64) *Node {
	norm := Sqrt(ReduceAllSum(Square(gradient)))
	scale := MinScalar(Div(Scalar(gradient.Graph(), gradient.DType(), limit), AddScalar(norm, 1e-6)), 1)
	return Mul(gradient, scale)
}

// adamW is one update (Loshchilov & Hutter 2019, algorithm 2): GoMLX's own decays norms and biases too.
func (t *Trainer) adamW(parameters, first, second, gradient, rate, step *Node) (p, m, v *Node) {
	r := t.Recipe
	m = Add(MulScalar(first, r.Beta1), MulScalar(gradient, 1-r.Beta1))
	v = Add(MulScalar(second, r.Beta2), MulScalar(Square(gradient), 1-r.Beta2))
	unbiased := func(moment *Node, beta float64) *Node {
		return Div(moment, OneMinus(Pow(Scalar(step.Graph(), step.DType(), beta), step)))
	}
	update := Div(unbiased(m, r.Beta1), AddScalar(Sqrt(unbiased(v, r.Beta2)), r.Epsilon))
	decayed := Mul(parameters, MulScalar(t.decays(parameters), r.WeightDecay))
	return Sub(parameters, Mul(rate, Add(update, decayed))), m, v
}

// decays is 1 where weight decay acts and 0 elsewhere: [Params].
func (t *Trainer) decays(parameters *Node) *Node {
	var parts []*Node
	g := parameters.Graph()
	for _, spec := range t.Architecture.Weights() {
		value := 0.0
		if spec.Decays() {
			value = 1
		}
		parts = append(parts, BroadcastToDims(Scalar(g, parameters.DType(), value), spec.Size()))
	}
	return Concatenate(parts, 0)
}
