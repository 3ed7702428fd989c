package train

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/ops"
	"longseq/lcmodels"
)

// stepGraph is one training step. in: parameters, first and second moment, each [Params]; tokens and
// targets, int32 [Rows, Length]; the learning rate; the step, from 1; and the initial state, if it is not zero. It returns
// the new vectors, the loss, the accuracy, and the last state where there is an initial one.
func (t *Trainer) stepGraph(in []*Node) []*Node {
	parameters, first, second := in[0], in[1], in[2]
	tokens, targets, rate, step := in[3], in[4], in[5], in[6]
	weights := t.cut(parameters)
	w, err := lcmodels.NewWeights(t.Architecture.Weights(), weights, dtype)
	if err != nil {
		panic(err)
	}
	var start *Node
	if len(in) > 7 {
		start = in[7]
	}
	chunk, last := t.chunk(tokens, start)
	logits := lcmodels.Forward(t.Architecture, w, chunk)
	loss, accuracy := answerLoss(logits, targets)
	r := t.Recipe
	parameters, first, second = ops.AdamW(ops.AdamWInputs{
		Parameters: parameters, First: first, Second: second, Gradients: Gradient(loss, weights...), Decays: t.decays(),
		Rate: rate, Step: step, Beta1: r.Beta1, Beta2: r.Beta2, Epsilon: r.Epsilon, WeightDecay: r.WeightDecay, Clip: r.Clip,
	}, ops.Auto)
	out := []*Node{parameters, first, second, loss, accuracy}
	if last != nil {
		out = append(out, last())
	}
	return out
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

// answerLoss is the mean cross entropy, in nats, and the accuracy over the positions that have a
// target: logits [B, T, V], targets [B, T] with -1 for none.
func answerLoss(logits, targets *Node) (loss, accuracy *Node) {
	each, right := ops.CrossEntropy(logits, targets, ops.Auto)
	count := MaxScalar(ReduceAllSum(ConvertDType(GreaterOrEqual(targets, ZerosLike(targets)), logits.DType())), 1)
	return Div(ReduceAllSum(each), count), Div(ReduceAllSum(right), count)
}

// decays says on which weights weight decay acts.
func (t *Trainer) decays() []bool {
	var decays []bool
	for _, spec := range t.Architecture.Weights() {
		decays = append(decays, spec.Decays())
	}
	return decays
}
