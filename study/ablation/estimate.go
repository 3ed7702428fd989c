package ablation

import (
	"context"
	"time"

	"longseq/lcmodels"
	"longseq/study/training"
)

// An Estimate says what a plan still takes.
type Estimate struct {
	Runs     int `json:"runs"`     // models that are missing
	Found    int `json:"found"`    // models that are trained, or diverged
	Searches int `json:"searches"` // trainings of the search for learning rates, that are missing
	// Tokens that are trained on, of runs and searches.
	Tokens int64 `json:"tokens"`
	// Seconds with as many processes as Parallel, from a few steps of each architecture on this machine.
	Seconds  float64 `json:"seconds"`
	Parallel int     `json:"parallel"`
	// Bytes of memory of all processes together at their largest; 0: not known.
	Bytes    int64           `json:"memory_bytes"`
	Variants []VariantNumber `json:"variants"`
}

// A VariantNumber says what a variant takes.
type VariantNumber struct {
	Variant
	Missing int     `json:"missing"` // runs
	Tokens  int64   `json:"tokens"`  // of the missing runs
	Step    float64 `json:"step_ms"` // estimated
}

// DryRun says what there is to train, and takes a few steps of one variant of each architecture to measure how long that is.
// It writes nothing.
func (p Plan) DryRun(ctx context.Context, w Where, o training.Options) (Estimate, error) {
	variants, runs, err := p.prepare(w)
	if err != nil {
		return Estimate{}, err
	}
	e := Estimate{Parallel: o.Workers(w.Backend)}
	measured := map[string]perFLOP{}
	var busy, longest time.Duration
	for _, v := range variants {
		n := VariantNumber{Variant: v}
		jobs, err := p.searchJobs(w, v)
		if err != nil {
			return e, err
		}
		searches := len(jobs)
		for _, r := range runs {
			if r.Title() == v.Title() {
				jobs = append(jobs, r.Job)
			}
		}
		for i, job := range jobs {
			// Which rate a search will choose is not known, so that a model of another one counts as found.
			if state, _, _ := job.Found(); state == training.Trained || state == training.Diverged || p.searches() && i >= searches && job.Exists() {
				if i >= searches {
					e.Found++
				}
				continue
			}
			rate, ok := measured[v.Architecture]
			if !ok {
				if rate, err = measure(ctx, job, v, o); err != nil {
					return e, err
				}
				measured[v.Architecture] = rate
			}
			tokens := int64(job.Recipe.Steps) * int64(job.Recipe.Rows) * int64(job.Recipe.Length)
			step := time.Duration(rate.time * v.flops())
			takes := rate.first + time.Duration(job.Recipe.Steps)*step
			busy, longest = busy+takes, max(longest, takes)
			e.Bytes = max(e.Bytes, rate.bytes)
			e.Tokens += tokens
			if i < searches {
				e.Searches++
				continue
			}
			e.Runs++
			n.Missing, n.Tokens, n.Step = n.Missing+1, n.Tokens+tokens, float64(step)/float64(time.Millisecond)
		}
		e.Variants = append(e.Variants, n)
	}
	e.Parallel = min(e.Parallel, max(1, e.Runs+e.Searches))
	e.Bytes *= int64(e.Parallel)
	e.Seconds = max(longest, busy/time.Duration(e.Parallel)).Seconds()
	return e, nil
}

// perFLOP is what the training of an architecture takes.
type perFLOP struct {
	time  float64 // nanoseconds of a step for each operation of its forward pass
	first time.Duration
	bytes int64
}

func measure(ctx context.Context, job training.Job, v Variant, o training.Options) (perFLOP, error) {
	m, err := training.Measure(ctx, job, o)
	return perFLOP{float64(m.Step) / v.flops(), m.First, m.Bytes}, err
}

// flops are the operations of the forward pass of a step.
func (v Variant) flops() float64 {
	r := v.draft.recipe
	return float64(r.Rows) * float64(lcmodels.FLOPs(v.draft.config, r.Length))
}
