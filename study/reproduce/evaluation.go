package reproduce

import (
	"context"
	"fmt"

	"longseq/data/ruler"
	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
	"longseq/lcmodels/checkpoint"
	"longseq/study"
	"longseq/study/models"
)

// An Evaluation is ready to run: its model's files are found, and its plan is made.
type Evaluation struct {
	Model string     // as in [Options]
	As    string     // the model of the paper to compare with
	Plan  study.Plan // what is asked
	Dir   string     // the store's folder

	options      Options
	selection    selection
	location     models.Location
	architecture lcmodels.Architecture
	ownWeights   bool // the model is the paper's
	models       models.Checkpoints
	tasks        study.Tasks
}

// Prepare finds the model's files and makes the plan. It reads no weights and asks nothing. A wrong option is an
// [OptionError].
func Prepare(o Options) (Evaluation, error) {
	o = o.withDefaults()
	e := Evaluation{Model: o.Model, Dir: o.Dir, options: o}
	var err error
	if e.location, err = o.location(); err != nil {
		return e, err
	}
	if e.architecture, err = o.architecture(e.location); err != nil {
		return e, err
	}
	if err := o.check(); err != nil {
		return e, err
	}
	e.selection = selection{table: o.Table, lengths: o.Lengths, samples: o.Samples}
	if e.selection.model, e.ownWeights, err = o.paperModel(e.architecture.Name()); err != nil {
		return e, err
	}
	e.As = e.selection.model.Name
	if e.Plan, err = e.selection.plan(o.name()); err != nil {
		return e, err
	}
	base := ruler.Default(ruler.Task{}, 0)
	base.Version, base.Template = o.RulerVersion, o.Template
	e.models = models.Checkpoints{Backend: o.Backend, Locations: map[string]models.Location{o.name(): e.location}}
	e.tasks, err = e.models.Tasks(models.RulerOptions{Base: base, Data: o.Data, FillStuck: true})
	return e, err
}

// sweep is the sweep that runs the plan.
func (e Evaluation) sweep() study.Sweep {
	return study.Sweep{Plan: e.Plan, Models: e.models, Tasks: e.tasks, Dir: e.Dir, Shard: e.options.Shard, Progress: e.options.Progress}
}

// Estimate says what the samples that the store does not have take. It opens the backend and times it for about a
// second. It is an error if the longest samples do not fit into the memory that is free.
func (e Evaluation) Estimate() (Estimate, error) {
	estimate, err := e.estimate()
	if err != nil {
		return estimate, fmt.Errorf("estimate %s: %w", e.Model, err)
	}
	return estimate, nil
}

func (e Evaluation) estimate() (Estimate, error) {
	todo, err := e.sweep().DryRun()
	if err != nil {
		return Estimate{}, err
	}
	weights, err := checkpoint.Open(e.location.Path)
	if err != nil {
		return Estimate{}, err
	}
	w := workload{plan: e.Plan, architecture: e.architecture, weights: weights.Bytes(),
		missing: float64(todo.Missing) / float64(max(1, todo.Samples))}
	weights.Close()
	b, err := backend.Open(e.options.Backend)
	if err != nil {
		return Estimate{}, err
	}
	defer b.Finalize()
	speed, err := measure(b)
	if err != nil {
		return Estimate{}, err
	}
	free, _ := backend.FreeMemory(b)
	return w.estimate(speed, free)
}

// Run estimates, asks the samples that the store does not have, and compares the scores with the paper's. When
// ctx ends, what is finished is kept, and the error is a [*study.Interrupted].
func (e Evaluation) Run(ctx context.Context) (Result, error) {
	result := Result{Model: e.Model, As: e.As, Store: e.Dir}
	var err error
	if result.Estimate, err = e.Estimate(); err != nil {
		return result, err
	}
	if e.options.Estimated != nil {
		e.options.Estimated(result.Estimate)
	}
	sweep := e.sweep()
	sweep.Shard = study.Shard{}
	store, err := sweep.Run(ctx)
	if err != nil {
		return result, err
	}
	result.Warnings = store.Warnings()
	conditions := conditions{ownWeights: e.ownWeights, rulerData: e.options.Data != ""}
	result.Scores, err = e.selection.scores(store.Records, e.options.Confidence, conditions)
	return result, err
}

// Ask asks the samples of the options' shard that the store does not have, and returns how many samples the shard has. Run
// compares the scores when all shards are asked.
func (e Evaluation) Ask(ctx context.Context) (samples int, err error) { return e.sweep().Fill(ctx) }
