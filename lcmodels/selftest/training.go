package selftest

import (
	"fmt"
	"math/rand/v2"

	"longseq/lcmodels"
	"longseq/lcmodels/plain"
	"longseq/lcmodels/train"
)

// sameRows gives the same rows in every step. Each token is to be predicted from those before it.
type sameRows struct{ vocab int32 }

func (s sameRows) Batch(_, _, rows, length int) (tokens, targets []int32) {
	rng := rand.New(rand.NewPCG(15, 16))
	for range rows {
		row := make([]int32, length+1)
		for i := range row {
			row[i] = rng.Int32N(s.vocab)
		}
		tokens, targets = append(tokens, row[:length]...), append(targets, row[1:]...)
	}
	return tokens, targets
}

// training takes steps of AdamW, and compares the loss of each with that of the equations at the weights before it.
func training() check {
	return check{name: "training", run: func(c *comparison) error {
		a, err := lcmodels.ParseConfig([]byte(models[1].config)) // Mamba-2 with attention
		if err != nil {
			return err
		}
		recipe := train.DefaultRecipe()
		recipe.Steps, recipe.Rows, recipe.Length, recipe.Warmup, recipe.LR = 4, 2, 24, 0, 1e-2
		t, err := train.New(c.b, a, recipe)
		if err != nil {
			return err
		}
		rows := sameRows{int32(a.Vocab())}
		right, err := lossOf(t, rows)
		if err != nil {
			return err
		}
		var got, want []float64
		var failure error
		err = t.Run(c.ctx, rows, func(p train.Progress) {
			got, want = append(got, p.Loss), append(want, right)
			if right, err = lossOf(t, rows); err != nil {
				failure = err
			}
		})
		if err == nil {
			err = failure
		}
		if err != nil {
			return err
		}
		c.near(fmt.Sprintf("losses of %d steps", recipe.Steps), got, want, logitsLimit)
		if last := got[len(got)-1]; !(last < got[0]) {
			return fmt.Errorf("the loss is %.4g at first and %.4g after %d steps on the same rows: it must fall", got[0], last, recipe.Steps)
		}
		return nil
	}}
}

// lossOf is the loss of the trainer's next step by the equations.
func lossOf(t *train.Trainer, rows sameRows) (float64, error) {
	tensors, err := t.Weights()
	if err != nil {
		return 0, err
	}
	var weights [][]float64
	for _, w := range tensors {
		values, err := floats(w)
		if err != nil {
			return 0, err
		}
		weights = append(weights, values)
	}
	r, sum := t.Recipe, 0.0
	tokens, targets := rows.Batch(t.Step, r.Steps, r.Rows, r.Length)
	for b := range r.Rows {
		logits, err := plain.Logits(t.Architecture, weights, tokens[b*r.Length:(b+1)*r.Length])
		if err != nil {
			return 0, err
		}
		for i, target := range targets[b*r.Length : (b+1)*r.Length] {
			sum -= logSoftmax(logits[i], target)
		}
	}
	return sum / float64(r.Rows*r.Length), nil
}
