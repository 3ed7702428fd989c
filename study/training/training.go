package training

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"longseq/data"
	"longseq/data/recall"
	"longseq/lcmodels/train"
)

// A Training trains tiny models on equal terms: all see the same rows in the same order under the same
// recipe; only the learning rate is the architecture's own. Each model trains in a worker process. It is shorthand for a
// plan without variants: see package ablation.
type Training struct {
	Architectures []string // of [train.Tinies]; empty: all
	Seed          int64    // of the weights and of the rows
	Steps         int      // 0: the recipe's
	LR            float64  // 0: the architecture's
	Formats       []string // haystack-value; empty: [DefaultFormats]
	Corpus        string   // a file with the haystack; empty: Opticks
	Dir           string   // holds a folder a model, named after its architecture
	Backend       string   // as --backend
	Options
}

// DefaultFormats are the formats of the training rows unless a training has its own: both kinds of value, in
// the essay only, so that the other haystacks are unseen.
var DefaultFormats = []string{"essay-word", "essay-number"}

// Run trains the models that are not finished: see [Run].
func (t Training) Run(ctx context.Context) ([]Record, error) {
	jobs, err := t.Jobs()
	if err != nil {
		return nil, err
	}
	return Run(ctx, jobs, t.Options)
}

// Jobs resolves the training into one job a model, and finds every mistake that can be found early.
func (t Training) Jobs() ([]Job, error) {
	if t.Dir == "" {
		return nil, errors.New("train: no folder for the models")
	}
	names := t.Architectures
	if len(names) == 0 {
		for _, tiny := range train.Tinies() {
			names = append(names, tiny.Name)
		}
	}
	formats := t.Formats
	if len(formats) == 0 {
		formats = DefaultFormats
	}
	if err := CheckFormats(formats); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	if t.Seed < 0 {
		return nil, fmt.Errorf("train: seed %d; want 0 or more", t.Seed)
	}
	var jobs []Job
	for _, name := range names {
		tiny, err := train.FindTiny(name)
		if err != nil {
			return nil, fmt.Errorf("train: %w", err)
		}
		recipe := train.DefaultRecipe()
		recipe.Seed, recipe.LR = uint64(t.Seed), tiny.LR
		if t.Steps != 0 {
			recipe.Steps = t.Steps
		}
		if t.LR != 0 {
			recipe.LR = t.LR
		}
		job, err := NewJob(Job{Spec: Spec{Architecture: name, Recipe: recipe, Formats: formats}, Origin: Origin{Base: name},
			Name: name, Dir: filepath.Join(t.Dir, name), Path: t.Corpus, Backend: t.Backend})
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, job)
	}
	return jobs, nil
}

// CheckFormats returns an error that names the first format that the training task cannot make.
func CheckFormats(formats []string) error {
	for _, f := range formats {
		format, err := data.ParseFormat(f)
		if err == nil {
			err = recall.CheckFormat(format)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
