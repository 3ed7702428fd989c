package compare

import (
	"math"
	"slices"

	"longseq/study/stats"
)

// Contrast returns a model's number at depth a minus that at depth b, in percent of the haystack, at one length, all else pooled: with
// Student's interval on the variance of the difference, in which seeds and questions are the same at both. ok is false where one of the two
// was not asked.
func (x *Index) Contrast(model string, length int, a, b, confidence float64) (i stats.Interval, ok bool) {
	var strata []stratum
	for _, s := range x.strata {
		if s.length == length && (s.depth == a || s.depth == b) {
			strata = append(strata, s)
		}
	}
	p, ok := x.pool(model, strata)
	if !ok {
		return i, false
	}
	of := func(depth float64) float64 {
		n := 0
		for _, s := range p.strata {
			if s.depth == depth {
				n++
			}
		}
		return float64(n)
	}
	if of(a) == 0 || of(b) == 0 {
		return i, false
	}
	p.Strata = slices.Clone(p.Strata)
	for k, s := range p.strata {
		p.Strata[k].Weight = 1 / of(a)
		if s.depth == b {
			p.Strata[k].Weight = -1 / of(b)
		}
	}
	p.Unbounded = true
	i = estimate(p.Pool, confidence)
	return i, !math.IsNaN(i.Center)
}
