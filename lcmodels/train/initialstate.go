package train

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/internal/nearmiss"
	"longseq/lcmodels"
)

// InitialState says which state sequences begin with in training (Buitrago & Gu 2025, "Understanding and Improving Length
// Generalization in Recurrent Models"). A model that has only seen states of its training length fails at others: it is to see
// more of them. No gradient goes into an initial state. Models are evaluated from zero.
type InitialState string

// The initial states.
const (
	Zero  InitialState = ""      // no past: the usual training
	Noise InitialState = "noise" // normal with the standard deviation Recipe.StateStd; inputs of convolutions and shifts are zero
	Pass  InitialState = "pass"  // the last state of the step before, row by row, whose sequences have nothing to do with these
	TBPTT InitialState = "tbptt" // sequences are Recipe.Segments times as long, a segment a step, each from the last state of the one before
)

var initialStates = []string{"zero", string(Noise), string(Pass), string(TBPTT)}

// String is the name: zero, noise, pass or tbptt.
func (s InitialState) String() string {
	if s == Zero {
		return initialStates[0]
	}
	return string(s)
}

// MarshalJSON writes the name.
func (s InitialState) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// UnmarshalJSON reads the name.
func (s *InitialState) UnmarshalJSON(text []byte) error {
	var name string
	if err := json.Unmarshal(text, &name); err != nil {
		return err
	}
	if *s = InitialState(name); name == initialStates[0] {
		*s = Zero
	}
	return nil
}

// validateInitialState returns an error for an initial state that is not one, or whose parameters are impossible.
func (r Recipe) validateInitialState() error {
	switch s := r.InitialState; {
	case s == Noise && !(r.StateStd > 0 && r.StateStd <= maxStateStd):
		return fmt.Errorf("recipe: state_std is %g: must be positive, at most %g, with initial_state noise", r.StateStd, maxStateStd)
	case s != Noise && r.StateStd != 0:
		return fmt.Errorf("recipe: state_std is %g: it is of initial_state noise, not %s", r.StateStd, s)
	case s == TBPTT && (r.Segments < 2 || r.Segments > maxSegments):
		return fmt.Errorf("recipe: segments is %d: must be 2 to %d with initial_state tbptt", r.Segments, maxSegments)
	case s != TBPTT && r.Segments != 0:
		return fmt.Errorf("recipe: segments is %d: it is of initial_state tbptt, not %s", r.Segments, s)
	case s != Zero && s != Noise && s != Pass && s != TBPTT:
		return fmt.Errorf("recipe: %w", nearmiss.Unknown("initial_state", string(s), initialStates))
	}
	return nil
}

// The largest parameters of initial states, so that a mistyped one is an error.
const (
	maxStateStd = 1e3
	maxSegments = 1 << 10
)

// RowLength is how many tokens a row of the samples has: the recipe's length, or all segments.
func (r Recipe) RowLength() int { return r.Length * max(1, r.Segments) }

// passes reports whether a step begins with what another one left.
func (r Recipe) passes() bool { return r.InitialState == Pass || r.InitialState == TBPTT }

// batch returns the rows of a step: of all segments the one whose turn it is.
func (r Recipe) batch(samples Samples, step int) (tokens, targets []int32) {
	if r.InitialState != TBPTT {
		return samples.Batch(step, r.Steps, r.Rows, r.Length)
	}
	long := r.RowLength()
	allTokens, allTargets := samples.Batch(step/r.Segments, (r.Steps+r.Segments-1)/r.Segments, r.Rows, long)
	from := step % r.Segments * r.Length
	for row := range r.Rows {
		at := row*long + from
		tokens, targets = append(tokens, allTokens[at:at+r.Length]...), append(targets, allTargets[at:at+r.Length]...)
	}
	return tokens, targets
}

// startState returns the state that the step begins with, float32 [Rows·PassedSize]; nil where it is zero by the graph itself.
func (t *Trainer) startState() *tensors.Tensor {
	r := t.Recipe
	switch {
	case r.InitialState == Zero:
		return nil
	case r.InitialState == Noise:
		return tensors.FromFlatDataAndDimensions(t.noise(), t.stateSize())
	case t.Step == 0, r.InitialState == TBPTT && t.Step%r.Segments == 0:
		return tensors.FromFlatDataAndDimensions(make([]float32, t.stateSize()), t.stateSize())
	}
	return t.state
}

// stateSize is how many values the state of all rows has.
func (t *Trainer) stateSize() int { return t.Recipe.Rows * lcmodels.PassedSize(t.passed) }

// noise draws the initial state of the step.
func (t *Trainer) noise() []float32 {
	h := fnv.New64a()
	fmt.Fprint(h, "initial state ", t.Step)
	r := rand.New(rand.NewPCG(t.Recipe.Seed, h.Sum64()))
	flat := make([]float32, 0, t.stateSize())
	for _, spec := range t.passed {
		for range t.Recipe.Rows * lcmodels.PassedSize([]lcmodels.StateSpec{spec}) {
			value := 0.0
			if spec.Recurrent() {
				value = t.Recipe.StateStd * r.NormFloat64()
			}
			flat = append(flat, float32(value))
		}
	}
	return flat
}

// chunk is the chunk of a step's tokens [Rows, Length]; after the forward pass, join is the state that it ends with. start is
// nil where the step begins from zero.
func (t *Trainer) chunk(tokens, start *Node) (chunk lcmodels.Chunk, join func() *Node) {
	chunk.Tokens = tokens
	if start == nil {
		return chunk, nil
	}
	passed, err := lcmodels.CutPassed(t.passed, t.Recipe.Rows, start)
	if err != nil {
		panic(err)
	}
	chunk.Passed = passed
	return chunk, func() *Node { return lcmodels.JoinPassed(passed) }
}
