package train

import (
	"fmt"
	"math"
	"slices"

	"longseq/internal/nearmiss"
	"longseq/lcmodels"
)

// TinyParams is how many parameters a tiny model has, within one percent.
const TinyParams = 100_000

// Tiny is the small model of a registered architecture.
type Tiny struct {
	// Name of the architecture.
	Name string
	lcmodels.Tiny
}

// Tinies are those of all registered architectures that have one, in the order of their registration: the six
// of package lcmodels first, in the order of figures.
func Tinies() []Tiny {
	var all []Tiny
	for _, r := range lcmodels.Registered() {
		if r.Tiny.Widths != nil {
			all = append(all, Tiny{r.Name, r.Tiny})
		}
	}
	return all
}

// FindTiny returns the tiny model of an architecture.
func FindTiny(name string) (Tiny, error) {
	var names []string
	for _, t := range Tinies() {
		if t.Name == name {
			return t, nil
		}
		names = append(names, t.Name)
	}
	return Tiny{}, nearmiss.Unknown("architecture", name, names)
}

// Config is the tiny model's configuration for a vocabulary, of the width whose size is nearest to TinyParams.
func (t Tiny) Config(vocab int) (lcmodels.Architecture, error) {
	return match(TinyParams, 0.01, t.Widths(vocab))
}

// match returns the candidate whose number of parameters is nearest to target, which must be within
// the given fraction of it.
func match(target int64, within float64, candidates []lcmodels.Architecture) (lcmodels.Architecture, error) {
	if len(candidates) == 0 {
		return nil, fmt.Errorf("match %d parameters: no candidates", target)
	}
	off := func(a lcmodels.Architecture) float64 {
		return math.Abs(float64(lcmodels.Params(a)-target)) / float64(target)
	}
	best := slices.MinFunc(candidates, func(a, b lcmodels.Architecture) int {
		switch {
		case off(a) < off(b):
			return -1
		case off(a) > off(b):
			return 1
		}
		return 0
	})
	if off(best) > within {
		return nil, fmt.Errorf("match %d parameters of %s: the nearest has %d, further than %g%%", target, best.Name(), lcmodels.Params(best), within*100)
	}
	return best, best.Validate()
}
