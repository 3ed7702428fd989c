package compare

import (
	"fmt"
	"math"
	"slices"

	"longseq/study/stats"
)

// EffectiveLengths returns each model's effective length, with all strata of a length pooled, by the options' threshold, base and
// confidence. A model without the base length is an error.
func (x *Index) EffectiveLengths(o Options) ([]Effective, error) {
	o, err := o.complete()
	if err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	list := []Effective{}
	cells := x.cells([]string{"length"})
	for _, model := range x.models {
		var lengths []int
		var scores []stats.Interval
		trained := math.MaxInt // at every length
		for _, c := range cells {
			if p, ok := x.pool(model, c.strata); ok {
				lengths, scores = append(lengths, *c.Length), append(scores, estimate(p.Pool, o.Confidence))
				trained = min(trained, p.Seeds)
			}
		}
		base := 0
		if o.Base != 0 {
			if base = slices.Index(lengths, o.Base); base < 0 {
				return nil, fmt.Errorf("compare: %s has no answers at the base length %d: its lengths are %v", model, o.Base, lengths)
			}
		}
		margins := make([]stats.Interval, len(lengths))
		for i := range lengths {
			margins[i] = o.Threshold.Over(scores[i], scores[base], i == base)
		}
		reach, err := stats.FixedSequence(lengths, margins)
		if err != nil {
			return nil, err
		}
		e := Effective{Model: model, Length: reach.Length, Censored: reach.Censored, Scope: scope(stats.Pool{Seeds: trained})}
		if !math.IsNaN(reach.Low) {
			e.Low = &reach.Low
		}
		if !math.IsNaN(reach.High) {
			e.High = &reach.High
		}
		list = append(list, e)
	}
	return list, nil
}
