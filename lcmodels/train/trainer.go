package train

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
)

// Samples returns the rows of each step: tokens, and at the same positions the tokens to be predicted, -1 where no
// loss is taken; both [Rows * Length]. The rows depend on the step alone, so that every model sees the same samples
// in the same order, a resumed run included.
type Samples interface {
	Batch(step, steps, rows, length int) (tokens, targets []int32)
}

// Progress describes a finished step.
type Progress struct {
	// Step is the number of finished steps, of Steps.
	Step, Steps int
	// Loss in nats and Accuracy as a fraction, over the tokens of the step that have a target.
	Loss, Accuracy float64
	// Elapsed since the run began or was resumed. The first step includes compilation.
	Elapsed time.Duration
}

// Trainer holds a model in training: its parameters, AdamW's moments and the number of finished steps.
type Trainer struct {
	Architecture lcmodels.Architecture
	Recipe       Recipe
	// Step is the number of finished steps.
	Step int

	b    *backend.Backend
	exec *backend.Executor
	// parameters, first and second moment: float32 [Params], on the device.
	vectors [3]*tensors.Tensor
	passed  []lcmodels.StateSpec // that sequences begin with, where it is not zero
	state   *tensors.Tensor      // after the last step: float32 [Rows·PassedSize]; nil where it is not passed on
}

// New begins a training run with fresh weights.
func New(b *backend.Backend, a lcmodels.Architecture, r Recipe) (*Trainer, error) {
	parameters := initialParameters(a, r.Seed)
	zeros := make([]float32, len(parameters))
	return newTrainer(b, a, r, [3][]float32{parameters, zeros, zeros}, 0)
}

func newTrainer(b *backend.Backend, a lcmodels.Architecture, r Recipe, vectors [3][]float32, step int) (*Trainer, error) {
	if err := a.Validate(); err != nil {
		return nil, err
	}
	if err := r.Validate(); err != nil {
		return nil, err
	}
	t := &Trainer{Architecture: a, Recipe: r, Step: step, b: b}
	if err := t.list(); err != nil {
		return nil, err
	}
	for i, v := range vectors {
		t.vectors[i] = tensors.FromFlatDataAndDimensions(v, len(v))
	}
	var err error
	t.exec, err = backend.NewExecutor(b, t.stepGraph, func(input int) bool { return input < len(t.vectors) })
	if err != nil {
		return nil, fmt.Errorf("train %s: %w", a.Name(), err)
	}
	return t, nil
}

// list finds the state that sequences begin with.
func (t *Trainer) list() (err error) {
	if t.Recipe.InitialState == Zero {
		return nil
	}
	if t.passed, err = lcmodels.PassedState(t.Architecture); err != nil {
		return fmt.Errorf("initial_state %s: %w", t.Recipe.InitialState, err)
	}
	return nil
}

// Run trains to the recipe's last step. When ctx ends it returns ctx's error; the steps so far are kept and can be
// saved by Snapshot. The error of a loss that is NaN or infinite is *Diverged.
func (t *Trainer) Run(ctx context.Context, samples Samples, report func(Progress)) error {
	begin := time.Now()
	for t.Step < t.Recipe.Steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		loss, accuracy, err := t.step(samples)
		if err != nil {
			return fmt.Errorf("train %s, step %d: %w", t.Architecture.Name(), t.Step, err)
		}
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			return t.diverged("the loss")
		}
		t.Step++
		if report != nil {
			report(Progress{Step: t.Step, Steps: t.Recipe.Steps, Loss: loss, Accuracy: accuracy, Elapsed: time.Since(begin)})
		}
	}
	return nil
}

func (t *Trainer) step(samples Samples) (loss, accuracy float64, err error) {
	r := t.Recipe
	tokens, targets := r.batch(samples, t.Step)
	in := []*tensors.Tensor{
		t.vectors[0], t.vectors[1], t.vectors[2],
		tensors.FromFlatDataAndDimensions(tokens, r.Rows, r.Length),
		tensors.FromFlatDataAndDimensions(targets, r.Rows, r.Length),
		tensors.FromScalar(float32(r.rate(t.Step))),
		tensors.FromScalar(float32(t.Step + 1)),
	}
	start := t.startState()
	if start != nil {
		in = append(in, start)
	}
	out, err := t.exec.Exec(in...)
	if err != nil {
		return 0, 0, err
	}
	copy(t.vectors[:], out[:3])
	if start != nil {
		if err := start.FinalizeAll(); err != nil {
			return 0, 0, err
		}
		if t.state = out[5]; !r.passes() {
			t.state = nil
			err = out[5].FinalizeAll()
		}
		if err != nil {
			return 0, 0, err
		}
	}
	loss, accuracy = float64(tensors.ToScalar[float32](out[3])), float64(tensors.ToScalar[float32](out[4]))
	for _, scalar := range out[3:5] {
		if err := scalar.FinalizeAll(); err != nil {
			return 0, 0, err
		}
	}
	return loss, accuracy, nil
}

// Weights returns the parameters, cut into the architecture's weights in order. The error is *Diverged if one is NaN or
// infinite.
func (t *Trainer) Weights() ([]*tensors.Tensor, error) {
	flat, err := tensors.CopyFlatData[float32](t.vectors[0])
	if err != nil {
		return nil, fmt.Errorf("read the parameters: %w", err)
	}
	if !finite(flat) {
		return nil, t.diverged("a parameter")
	}
	var weights []*tensors.Tensor
	for _, spec := range t.Architecture.Weights() {
		weights = append(weights, tensors.FromFlatDataAndDimensions(flat[:spec.Size()], spec.Dims...))
		flat = flat[spec.Size():]
	}
	return weights, nil
}

// dtype of training.
const dtype = dtypes.Float32
