package train

import (
	"fmt"
	"math"
)

// Recipe holds the hyperparameters of a training run. The zero value is invalid.
type Recipe struct {
	// Steps is the number of steps. Each reads Rows sequences of Length tokens.
	Steps  int `json:"steps" yaml:"steps"`
	Rows   int `json:"rows" yaml:"rows"`
	Length int `json:"length" yaml:"length"`
	// LR is the peak learning rate. It is reached after Warmup steps and falls along a cosine to LR * FinalLR.
	LR      float64 `json:"lr" yaml:"lr"`
	Warmup  int     `json:"warmup" yaml:"warmup"`
	FinalLR float64 `json:"final_lr" yaml:"final_lr"`
	// Beta1, Beta2 and Epsilon are AdamW's. WeightDecay does not act on norms, biases and decays.
	Beta1       float64 `json:"beta1" yaml:"beta1"`
	Beta2       float64 `json:"beta2" yaml:"beta2"`
	Epsilon     float64 `json:"epsilon" yaml:"epsilon"`
	WeightDecay float64 `json:"weight_decay" yaml:"weight_decay"`
	// Clip is the largest global norm of the gradient.
	Clip float64 `json:"clip" yaml:"clip"`
	// InitialState says which state sequences begin with. StateStd is the standard deviation of noise; Segments is how many
	// segments a sequence has in tbptt, each of Length tokens.
	InitialState InitialState `json:"initial_state,omitempty" yaml:"initial_state,omitempty"`
	StateStd     float64      `json:"state_std,omitempty" yaml:"state_std,omitempty"`
	Segments     int          `json:"segments,omitempty" yaml:"segments,omitempty"`
	// Seed is that of the initial weights. The samples have their own.
	Seed uint64 `json:"seed" yaml:"seed"`
}

// DefaultRecipe is the recipe of the tiny models, whose learning rates are their own.
func DefaultRecipe() Recipe {
	return Recipe{
		Steps: 1800, Rows: 16, Length: 64,
		LR: 3e-3, Warmup: 50, FinalLR: 0.05,
		Beta1: 0.9, Beta2: 0.98, Epsilon: 1e-8, WeightDecay: 0.01, Clip: 1, Seed: 1,
	}
}

// Validate returns an error that names the first field with an impossible value.
func (r Recipe) Validate() error {
	for _, f := range []struct {
		name  string
		value float64
		ok    bool
		rule  string
	}{
		{"steps", float64(r.Steps), r.Steps >= 1, "at least 1"},
		{"rows", float64(r.Rows), r.Rows >= 1, "at least 1"},
		{"length", float64(r.Length), r.Length >= 2, "at least 2"},
		{"lr", r.LR, r.LR > 0, "positive"},
		{"warmup", float64(r.Warmup), r.Warmup >= 0, "0 or more"},
		{"final_lr", r.FinalLR, r.FinalLR >= 0 && r.FinalLR <= 1, "between 0 and 1"},
		{"beta1", r.Beta1, r.Beta1 >= 0 && r.Beta1 < 1, "at least 0 and below 1"},
		{"beta2", r.Beta2, r.Beta2 >= 0 && r.Beta2 < 1, "at least 0 and below 1"},
		{"epsilon", r.Epsilon, r.Epsilon > 0, "positive"},
		{"weight_decay", r.WeightDecay, r.WeightDecay >= 0, "0 or more"},
		{"clip", r.Clip, r.Clip > 0, "positive"},
	} {
		if !f.ok || math.IsNaN(f.value) {
			return fmt.Errorf("recipe: %s is %g: must be %s", f.name, f.value, f.rule)
		}
	}
	return r.validateInitialState()
}

// rate is the learning rate of a step, from 0.
func (r Recipe) rate(step int) float64 {
	warm := 1.0
	if r.Warmup > 0 {
		warm = math.Min(1, float64(step+1)/float64(r.Warmup))
	}
	cosine := 0.5 * (1 + math.Cos(math.Pi*float64(step)/float64(r.Steps)))
	return r.LR * warm * (r.FinalLR + (1-r.FinalLR)*cosine)
}
