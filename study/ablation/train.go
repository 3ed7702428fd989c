package ablation

import (
	"context"
	"fmt"
	"slices"

	"longseq/study/training"
)

// A Model is a run that has ended: in weights, or in a divergence, whose reason its record has.
type Model struct {
	Run
	Record training.Record
}

// Diverged reports whether there are no weights.
func (m Model) Diverged() bool { return m.Record.Diverged != "" }

// TrainModels trains the runs that are missing, after the search for learning rates if there is one, and returns those of the
// shard. What was trained before is reused; a model of another training in the way of a run is an error before anything is
// trained. When ctx ends, the same call goes on to the same bits.
func (p Plan) TrainModels(ctx context.Context, w Where, o training.Options) ([]Model, error) {
	variants, runs, err := p.prepare(w)
	if err != nil {
		return nil, err
	}
	if p.searches() {
		chosen, err := p.search(ctx, w, variants, o)
		if err != nil {
			return nil, err
		}
		if runs, err = p.runs(w, variants, chosen); err != nil {
			return nil, err
		}
		if err := p.compare(w, runs); err != nil {
			return nil, err
		}
	}
	jobs := make([]training.Job, len(runs))
	for i, r := range runs {
		jobs[i] = r.Job
	}
	records, err := training.Run(ctx, jobs, o)
	if err != nil {
		return nil, err
	}
	models := make([]Model, len(runs))
	for i, r := range runs {
		models[i] = Model{r, records[i]}
		if records[i].Diverged != "" && o.Notice != nil {
			o.Notice(fmt.Sprintf("train %s: diverged: %s, with learning rate %g: that is its result", r.Job.Name, records[i].Diverged, records[i].Recipe.LR))
		}
	}
	return models, nil
}

// prepare returns the runs of the shard and their variants. Of a plan without a search it compares them with what is
// there.
func (p Plan) prepare(w Where) ([]Variant, []Run, error) {
	all, err := p.Variants()
	if err != nil {
		return nil, nil, err
	}
	runs, err := p.runs(w, all, nil)
	if err != nil {
		return nil, nil, err
	}
	runs = p.share(runs, w.Shard)
	var variants []Variant
	for _, v := range all {
		if slices.ContainsFunc(runs, func(r Run) bool { return r.Title() == v.Title() }) {
			variants = append(variants, v)
		}
	}
	if !p.searches() {
		err = p.compare(w, runs)
	}
	return variants, runs, err
}
