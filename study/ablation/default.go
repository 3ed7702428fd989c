package ablation

import (
	_ "embed"
	"fmt"
)

//go:embed tiny.yaml
var tinyPlan []byte

// Default returns the plan of the default training: the six tiny models, seed 1. [training.Training] is shorthand for it
// and for plans that differ from it in architectures, seed, steps, learning rate, formats or corpus.
func Default() Plan {
	p, err := Parse("tiny.yaml", tinyPlan)
	if err != nil {
		panic(fmt.Errorf("the plan that this program was built with: %w", err))
	}
	return p
}
