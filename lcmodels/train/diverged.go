package train

import "fmt"

// Diverged is the error of a run whose loss or parameters are NaN or infinite. The same recipe diverges again.
type Diverged struct {
	Architecture string
	// Step is the step, from 1, of Steps.
	Step, Steps int
	// LR is the recipe's learning rate.
	LR float64
	// What is NaN or infinite.
	What string
}

func (e *Diverged) Error() string {
	return fmt.Sprintf("train %s: stopped at step %d of %d: %s is NaN or infinite: try a lower learning rate than %g",
		e.Architecture, e.Step, e.Steps, e.What, e.LR)
}

// diverged returns the error of the step after the finished ones, or of the last.
func (t *Trainer) diverged(what string) error {
	return &Diverged{t.Architecture.Name(), min(t.Step+1, t.Recipe.Steps), t.Recipe.Steps, t.Recipe.LR, what}
}
