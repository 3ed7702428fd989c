package train

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
)

// pairs is a task of one lookup: the target of each token is the one before it.
type pairs struct{}

func (pairs) Batch(step, _, rows, length int) (tokens, targets []int32) {
	r := rand.New(rand.NewPCG(7, uint64(step)))
	for range rows {
		last := int32(-1)
		for range length {
			token := r.Int32N(16)
			tokens, targets = append(tokens, token), append(targets, last)
			last = token
		}
	}
	return tokens, targets
}

func recipeOf(steps int) Recipe {
	r := DefaultRecipe()
	r.Steps, r.Rows, r.Length, r.Warmup = steps, 8, 16, 5
	return r
}

func parametersOf(t *testing.T, trainer *Trainer) []float32 {
	t.Helper()
	flat, err := tensors.CopyFlatData[float32](trainer.vectors[0])
	if err != nil {
		t.Fatal(err)
	}
	return flat
}

func TestAResumedRunEndsInTheSameBits(t *testing.T) {
	b, err := backend.Open("")
	if err != nil {
		t.Fatal(err)
	}
	tiny, err := FindTiny("transformerpp")
	if err != nil {
		t.Fatal(err)
	}
	a, err := tiny.Config(16)
	if err != nil {
		t.Fatal(err)
	}
	r := recipeOf(60)
	whole, err := New(b, a, r)
	if err != nil {
		t.Fatal(err)
	}
	var first, last float64
	err = whole.Run(t.Context(), pairs{}, func(p Progress) {
		if p.Step == 1 {
			first = p.Loss
		}
		last = p.Loss
	})
	if err != nil {
		t.Fatal(err)
	}
	if last > first/2 {
		t.Errorf("the loss went from %.3g to %.3g: not learning", first, last)
	}

	ctx, cancel := context.WithCancel(t.Context())
	interrupted, err := New(b, a, r)
	if err != nil {
		t.Fatal(err)
	}
	err = interrupted.Run(ctx, pairs{}, func(p Progress) {
		if p.Step == 23 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted: %v", err)
	}
	dir := t.TempDir()
	if err := interrupted.Snapshot(dir, nil); err != nil {
		t.Fatal(err)
	}
	resumed, err := Resume(b, a, r, dir)
	if err != nil {
		t.Fatal(err)
	}
	if resumed.Step != 23 {
		t.Errorf("resumed at step %d, want 23", resumed.Step)
	}
	if err := resumed.Run(t.Context(), pairs{}, nil); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(parametersOf(t, whole), parametersOf(t, resumed)) {
		t.Error("the resumed run has other parameters than the whole one")
	}

	// Other rows of the same task have about the loss of the last ones.
	loss, accuracy, err := resumed.Evaluate(pairs{}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if loss > last*1.5 || loss < last/10 || accuracy < 0 || accuracy > 1 {
		t.Errorf("evaluated: loss %.3g, accuracy %.3g; the last step had a loss of %.3g", loss, accuracy, last)
	}
	if !slices.Equal(parametersOf(t, whole), parametersOf(t, resumed)) {
		t.Error("to evaluate has changed the parameters")
	}

	other := r
	other.LR *= 2
	if _, err := Resume(b, a, other, dir); err == nil || !strings.Contains(err.Error(), "another configuration or recipe") {
		t.Errorf("resuming a snapshot of another recipe: error %v", err)
	}
}
