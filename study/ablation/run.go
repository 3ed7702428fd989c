package ablation

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"longseq/study"
	"longseq/study/training"
)

// A Run is a variant with a training seed: one model.
type Run struct {
	Variant
	Seed int64 `json:"train_seed"`
	Job  training.Job
}

// Where says where the files of a plan lie and which part of it is meant.
type Where struct {
	Dir     string      // the folder of the plan's models, store and figures
	Backend string      // as --backend
	Shard   study.Shard // zero: all runs
}

// DefaultDir is the folder of a plan's files where none is given.
func DefaultDir(plan string) string {
	name := filepath.Base(plan)
	return filepath.Join("results", strings.TrimSuffix(name, filepath.Ext(name)))
}

// Models is the folder of the models, one each, named by base, variant and training seed.
func (w Where) Models() string { return filepath.Join(w.Dir, "models") }

// Store is the folder of the records.
func (w Where) Store() string { return filepath.Join(w.Dir, "store") }

// Figures is the folder of the figures and tables.
func (w Where) Figures() string { return filepath.Join(w.Dir, "figures") }

// runs returns the plan's runs, variant by variant, with the learning rates that were chosen for these; nil: none were
// searched yet, and the runs have their bases' own.
func (p Plan) runs(w Where, variants []Variant, chosen []choice) ([]Run, error) {
	var all []Run
	for i, v := range variants {
		for _, seed := range p.seeds() {
			spec, err := v.draft.spec(seed)
			if err != nil {
				return nil, p.errorf("%s: %w", v.Title(), err)
			}
			job := training.Job{Spec: spec, Origin: training.Origin{Base: v.Base, Variant: v.Name, Settings: v.Settings, Match: v.Match},
				KeepDiverged: true}
			if chosen != nil && chosen[i].search != nil {
				job.Recipe.LR, job.Search = chosen[i].lr, chosen[i].search
			}
			if job, err = p.job(w, job, p.modelName(v, seed)); err != nil {
				return nil, err
			}
			all = append(all, Run{v, seed, job})
		}
	}
	return all, nil
}

// job completes a job whose model lies in the folder of models under a name.
func (p Plan) job(w Where, job training.Job, name string) (training.Job, error) {
	job.Name, job.Dir, job.Path, job.Backend = name, filepath.Join(w.Models(), name), p.Train.Corpus, w.Backend
	return training.NewJob(job)
}

// share returns the runs that belong to the shard. Where learning rates are searched, all runs of a variant are in one
// shard, which searches for them.
func (p Plan) share(runs []Run, s study.Shard) []Run {
	if s.Of <= 1 {
		return runs
	}
	type unit struct {
		runs []int
		cost float64
	}
	var units []unit
	for i, r := range runs {
		cost := r.Job.Cost() * float64(r.Job.Recipe.Steps)
		if p.searches() && i > 0 && runs[i-1].Title() == r.Title() {
			u := &units[len(units)-1]
			u.runs, u.cost = append(u.runs, i), u.cost+cost
			continue
		}
		units = append(units, unit{[]int{i}, cost})
	}
	costs := make([]float64, len(units))
	for i, u := range units {
		costs[i] = u.cost
	}
	var mine []int
	for _, i := range s.Deal(costs) {
		mine = append(mine, units[i].runs...)
	}
	var all []Run
	for _, i := range mine {
		all = append(all, runs[i])
	}
	return all
}

// compare returns an error if models that other plans trained, or an earlier form of this one, are in the way of runs. It
// names each with the difference, and says how many can be reused.
func (p Plan) compare(w Where, runs []Run) error {
	var others []string
	same := 0
	for _, r := range runs {
		state, _, err := r.Job.Found()
		var other *training.Other
		switch {
		case errors.As(err, &other):
			others = append(others, fmt.Sprintf("%s (%s)", r.Job.Name, other.Difference))
		case err != nil:
			return err
		case state != training.Missing:
			same++
		}
	}
	if len(others) == 0 {
		return nil
	}
	return p.errorf("%d of %d models in %s are there with another training: %s; delete them or give another --out; %d are as the plan says and are reused",
		len(others), len(runs), w.Models(), strings.Join(others, ", "), same)
}
