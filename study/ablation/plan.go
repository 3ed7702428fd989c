package ablation

import (
	"encoding/json"
	"fmt"

	"longseq/internal/strictyaml"
	"longseq/study"
	"longseq/study/training"
)

// A Plan is a grid of variants and training seeds, and what the trained models are asked. [Read] reads it from a file.
type Plan struct {
	Name  string
	Bases []string // tiny models by name, or folders with a config.json
	// Axes are varied for every base; Bundles are variants one by one. A plan has one or the other, or neither: then its
	// variants are the bases as they are.
	Axes    []Axis
	Bundles []Bundle
	// TrainSeeds are those of weights and rows. Empty: seed 1, which then is in no name.
	TrainSeeds []int64
	Match      Matching
	Train      Train
	// Ask is what the models are asked, without their names; nil: nothing.
	Ask *study.Plan

	name string // of the file
}

// An Axis is a key with the values that are tried, as JSON.
type Axis struct {
	Key    string
	Values []json.RawMessage

	at strictyaml.Entry
}

// A Bundle is a variant with a name of its own.
type Bundle struct {
	Name     string
	Base     string // empty: the plan's only one
	Settings []training.Setting

	at []strictyaml.Entry // of the settings
}

// Train says how all variants are trained, apart from what they change themselves.
type Train struct {
	Task string // recall, or a synthetic task, which may have settings; empty: recall
	// Settings are keys train.PATH and task.PATH with their values.
	Settings []training.Setting
	// Rates are learning rates to choose from, apart for each variant. One: it is taken. None: the base's own.
	Rates  []float64
	Corpus string // a file with the haystack; empty: Opticks

	at []strictyaml.Entry // of the settings
}

// Matching is what variants have in common with the first base.
type Matching string

// The kinds of matching.
const (
	NoMatch     Matching = "none"
	MatchParams Matching = "params"
	MatchState  Matching = "state"
)

// The largest numbers that a plan may have, so that a mistyped one is an error.
const (
	maxVariants = 10_000
	maxSeeds    = 1000
	maxRates    = 32
)

// check returns an error for what no plan may say, whatever its variants are.
func (p Plan) check() error {
	switch {
	case len(p.Bases) == 0 && len(p.Bundles) == 0:
		return fmt.Errorf("base is missing; want a tiny model or a folder with a config.json")
	case len(p.Axes) > 0 && len(p.Bundles) > 0:
		return fmt.Errorf("both vary and variants; want one of them")
	case p.Match != NoMatch && p.Match != MatchParams && p.Match != MatchState:
		return fmt.Errorf("match is %q; want params, state or none", p.Match)
	case len(p.TrainSeeds) > maxSeeds:
		return fmt.Errorf("%d train_seeds; want at most %d", len(p.TrainSeeds), maxSeeds)
	case len(p.Train.Rates) > maxRates:
		return fmt.Errorf("%d learning rates; want at most %d", len(p.Train.Rates), maxRates)
	}
	if p.Ask != nil {
		if _, err := p.asked(); err != nil {
			return err
		}
	}
	seen := map[int64]bool{}
	for _, s := range p.TrainSeeds {
		if s < 0 || seen[s] {
			return fmt.Errorf("train_seeds has %d; want different seeds of 0 or more", s)
		}
		seen[s] = true
	}
	for _, lr := range p.Train.Rates {
		if !(lr > 0) {
			return fmt.Errorf("lr is %g; want a positive rate, a list of them, or own", lr)
		}
	}
	points := max(1, len(p.Bases))
	for _, a := range p.Axes {
		if len(a.Values) == 0 {
			return fmt.Errorf("%s has no values", a.Key)
		}
		if points *= len(a.Values); points > maxVariants {
			return fmt.Errorf("the axes make more than %d variants", maxVariants)
		}
	}
	return nil
}

// errorf returns an error that names the plan's file.
func (p Plan) errorf(format string, args ...any) error {
	name := p.name
	if name == "" {
		name = "plan"
	}
	return fmt.Errorf("%s: "+format, append([]any{name}, args...)...)
}

// seeds are the plan's training seeds.
func (p Plan) seeds() []int64 {
	if len(p.TrainSeeds) == 0 {
		return []int64{1}
	}
	return p.TrainSeeds
}

// searches reports whether learning rates are searched.
func (p Plan) searches() bool { return len(p.Train.Rates) > 1 }
