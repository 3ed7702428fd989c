package ablation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"longseq/study"
	"longseq/study/models"
	"longseq/study/training"
)

// Models returns the plan's runs that have ended, all shards together, and the names of those that have not.
func (p Plan) Models(w Where) (ended []Model, missing []string, err error) {
	w.Shard = study.Shard{}
	variants, err := p.Variants()
	if err != nil {
		return nil, nil, err
	}
	for _, v := range variants {
		chosen, ok, err := p.chosen(w, v)
		if err != nil {
			return nil, nil, err
		}
		runs, err := p.runs(w, []Variant{v}, []choice{chosen})
		if err != nil {
			return nil, nil, err
		}
		for _, r := range runs {
			state, record, err := training.Missing, training.Record{}, error(nil)
			if ok {
				if state, record, err = r.Job.Found(); err != nil {
					return nil, nil, err
				}
			}
			if state == training.Trained || state == training.Diverged {
				ended = append(ended, Model{r, record})
			} else {
				missing = append(missing, r.Job.Name)
			}
		}
	}
	return ended, missing, nil
}

// Whole reports whether all runs of w's shard have ended. A model of another training in the way of one is an error.
func (p Plan) Whole(w Where) (bool, error) {
	_, mine, err := p.prepare(w)
	if err != nil {
		return false, err
	}
	_, missing, err := p.Models(w)
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(mine, func(r Run) bool { return slices.Contains(missing, r.Job.Name) }), nil
}

// chosen returns the learning rate that an earlier search has found for a variant; ok is false while a training of the
// search is missing.
func (p Plan) chosen(w Where, v Variant) (c choice, ok bool, err error) {
	jobs, err := p.searchJobs(w, v)
	if err != nil {
		return choice{}, false, err
	}
	var records []training.Record
	for _, job := range jobs {
		state, record, err := job.Found()
		if err != nil {
			return choice{}, false, err
		}
		if state != training.Trained && state != training.Diverged {
			return choice{}, false, nil
		}
		records = append(records, record)
	}
	return choose(records), true, nil
}

// Sweep returns the plan of the sweep that asks the models. Runs that diverged are left out.
func (p Plan) Sweep(all []Model) (study.Plan, error) {
	if p.Ask == nil {
		return study.Plan{}, p.errorf("there is no ask: nothing says what the models are asked")
	}
	asked := *p.Ask
	asked.Name = p.Name
	var err error
	if asked.Tasks, err = p.asked(); err != nil {
		return study.Plan{}, p.errorf("%w", err)
	}
	for _, m := range all {
		if !m.Diverged() {
			asked.Models = append(asked.Models, m.Job.Name)
		}
	}
	if len(asked.Models) == 0 {
		return study.Plan{}, p.errorf("every run has diverged: there is no model to ask")
	}
	return asked, nil
}

// AskModels asks the trained models what the plan says and returns the store. Samples that the store has are not asked again.
// A plan that has changed since, by more seeds, say, keeps the records that it still has, and notice is called with a line
// on that; nil: silent.
func (p Plan) AskModels(ctx context.Context, w Where, progress func(study.Progress), notice func(string)) (*study.Store, error) {
	sweep, from, err := p.asks(w, progress)
	if err != nil {
		return nil, err
	}
	resolved, err := study.Resolve(sweep.Plan, from, sweep.Tasks)
	if err != nil {
		return nil, err
	}
	earlier, kept, err := resolved.Inherit(w.Store())
	if err != nil {
		return nil, err
	}
	if earlier != "" && notice != nil {
		notice(fmt.Sprintf("%s: the plan has changed: %d records are kept, and the store as it was is in %s", p.name, kept, earlier))
	}
	return from.Sweep(ctx, sweep.Plan, w.Store(), progress)
}

// AskShard is [Plan.AskModels] of w's shard alone, and returns how many samples it has. Others may write to the store at
// the same time, so that a plan that has changed since is an error: AskModels takes its records over.
func (p Plan) AskShard(ctx context.Context, w Where, progress func(study.Progress)) (samples int, err error) {
	sweep, from, err := p.asks(w, progress)
	if err != nil {
		return 0, err
	}
	sweep.Workers = from.Concurrency(len(sweep.Plan.Models))
	processes := models.NewProcesses(from, sweep.Workers)
	sweep.Models = processes
	samples, err = sweep.Fill(ctx)
	return samples, errors.Join(err, processes.Close())
}

// asks returns the sweep of the trained models, all of which must be there, and where they are from.
func (p Plan) asks(w Where, progress func(study.Progress)) (study.Sweep, models.Checkpoints, error) {
	from := models.Checkpoints{Folders: []string{w.Models()}, Backend: w.Backend}
	all, missing, err := p.Models(w)
	if err == nil && len(missing) > 0 {
		err = p.errorf("%d of %d models are not trained yet: %s; longseq train %s trains them", len(missing), len(missing)+len(all),
			strings.Join(missing, ", "), p.name)
	}
	if err != nil {
		return study.Sweep{}, from, err
	}
	plan, err := p.Sweep(all)
	if err != nil {
		return study.Sweep{}, from, err
	}
	tasks, err := from.Tasks(models.RulerOptions{})
	return study.Sweep{Plan: plan, Models: from, Tasks: tasks, Dir: w.Store(), Shard: w.Shard, Progress: progress}, from, err
}
