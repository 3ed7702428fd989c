package train

import (
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
)

// Evaluate returns the mean loss, in nats, and the accuracy, as a fraction, of the parameters as they are, over batches of
// rows that are not trained on. Each batch has the recipe's size and weighs the same. The error is *Diverged if a
// parameter is NaN or infinite.
func (t *Trainer) Evaluate(samples Samples, batches int) (loss, accuracy float64, err error) {
	weights, err := t.Weights()
	if err != nil {
		return 0, 0, err
	}
	exec, err := backend.NewExecutor(t.b, t.lossGraph, func(int) bool { return false })
	if err != nil {
		return 0, 0, fmt.Errorf("evaluate %s: %w", t.Architecture.Name(), err)
	}
	r := t.Recipe
	for batch := range batches {
		tokens, targets := samples.Batch(batch, batches, r.Rows, r.Length)
		out, err := exec.Exec(append(slices.Clip(weights), tensors.FromFlatDataAndDimensions(tokens, r.Rows, r.Length),
			tensors.FromFlatDataAndDimensions(targets, r.Rows, r.Length))...)
		if err != nil {
			return 0, 0, fmt.Errorf("evaluate %s: %w", t.Architecture.Name(), err)
		}
		loss += float64(tensors.ToScalar[float32](out[0])) / float64(batches)
		accuracy += float64(tensors.ToScalar[float32](out[1])) / float64(batches)
		for _, scalar := range out {
			if err := scalar.FinalizeAll(); err != nil {
				return 0, 0, err
			}
		}
	}
	return loss, accuracy, nil
}

// lossGraph is a step without gradient and update. in: the weights; tokens and targets, int32 [Rows, Length].
func (t *Trainer) lossGraph(in []*Node) []*Node {
	n := len(in) - 2
	w, err := lcmodels.NewWeights(t.Architecture.Weights(), in[:n], dtype)
	if err != nil {
		panic(err)
	}
	loss, accuracy := answerLoss(lcmodels.Forward(t.Architecture, w, lcmodels.Chunk{Tokens: in[n]}), in[n+1])
	return []*Node{loss, accuracy}
}
