package ablation

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"

	"longseq/study/training"
)

// firstSearchSeed is the seed that learning rates are searched with, unless it is among the training seeds. It is far from
// those that plans list, so that a plan with more seeds keeps its search.
const firstSearchSeed = 1_000_000

// A choice is the learning rate of a variant.
type choice struct {
	lr     float64
	search *training.Search // nil: it was not searched
}

// searchSeed is a seed that is not among the training seeds.
func (p Plan) searchSeed() int64 {
	seed := int64(firstSearchSeed)
	for slices.Contains(p.seeds(), seed) {
		seed++
	}
	return seed
}

// searchJobs returns a job for each learning rate that is tried for a variant; none if it sets its own.
func (p Plan) searchJobs(w Where, v Variant) ([]training.Job, error) {
	if !p.searches() || v.draft.ownRate {
		return nil, nil
	}
	spec, err := v.draft.spec(p.searchSeed())
	if err != nil {
		return nil, p.errorf("%s: %w", v.Title(), err)
	}
	var jobs []training.Job
	for _, lr := range p.Train.Rates {
		job := training.Job{Spec: spec, Origin: training.Origin{Base: v.Base, Variant: v.Name, Settings: v.Settings, Match: v.Match},
			Validate: true, KeepDiverged: true}
		job.Recipe.LR = lr
		name := p.modelName(v, p.searchSeed()) + "-lr=" + strconv.FormatFloat(lr, 'g', -1, 64)
		if job, err = p.job(w, job, name); err != nil {
			return nil, err
		}
		job.Dir = filepath.Join(w.Models(), ".search", name)
		jobs = append(jobs, job)
	}
	return jobs, nil
}

// search trains each variant with every learning rate and chooses the one with the least loss on the validation split.
func (p Plan) search(ctx context.Context, w Where, variants []Variant, o training.Options) ([]choice, error) {
	var jobs []training.Job
	counts := make([]int, len(variants))
	for i, v := range variants {
		mine, err := p.searchJobs(w, v)
		if err != nil {
			return nil, err
		}
		jobs, counts[i] = append(jobs, mine...), len(mine)
	}
	if len(jobs) == 0 {
		return make([]choice, len(variants)), nil
	}
	records, err := training.Run(ctx, jobs, o)
	if err != nil {
		return nil, fmt.Errorf("search learning rates: %w", err)
	}
	chosen := make([]choice, len(variants))
	for i := range variants {
		chosen[i] = choose(records[:counts[i]])
		records = records[counts[i]:]
	}
	return chosen, nil
}

// choose returns the rate with the least loss; the lowest rate if all diverged.
func choose(records []training.Record) choice {
	if len(records) == 0 {
		return choice{}
	}
	s := &training.Search{Seed: records[0].Recipe.Seed}
	best, lowest := -1, 0
	for i, r := range records {
		rate := training.Rate{LR: r.Recipe.LR, Diverged: r.Diverged != ""}
		if r.Validation != nil {
			rate.Validation = *r.Validation
			if best < 0 || rate.Loss < s.Rates[best].Loss {
				best = i
			}
		}
		if r.Recipe.LR < records[lowest].Recipe.LR {
			lowest = i
		}
		s.Rates = append(s.Rates, rate)
	}
	if best < 0 {
		best = lowest
	}
	return choice{s.Rates[best].LR, s}
}
