package stats

import (
	"fmt"
	"math"
)

// A Published is a number of a paper set beside one of ours.
type Published struct {
	Difference Interval // ours minus theirs
	Consistent bool     // the interval holds 0
	// Detectable is the difference, up or down, that the two samples would have told with probability 0.8.
	Detectable float64
}

// AgainstPublished compares a score with a published one, of n questions that were not ours. The paper's number has an error of its own:
// Wilson's interval at n, or wider for graded scores than need be. The interval of the difference is Newcombe's (1998, "Interval
// estimation for the difference between independent proportions", method 10), which takes ours as it is, of whatever scope. Where cells
// cells are compared, their family has the confidence of ours together if ours has 1 - (1-confidence)/cells (Bonferroni). The published
// score is 0 to 1; n below 1 is an error.
func AgainstPublished(ours Interval, score float64, n int) (Published, error) {
	if !(score >= 0 && score <= 1) || n < 1 || ours.N == 0 || math.IsNaN(ours.Low) {
		return Published{}, fmt.Errorf("compare with a published score: %v of %d questions against ours of %d; want a fraction and questions", score, n, ours.N)
	}
	low, high := wilsonBounds(score*float64(n), n, ours.Confidence)
	center := ours.Center - score
	p := Published{Difference: Interval{
		Center: center, Low: center - math.Hypot(ours.Center-ours.Low, high-score), High: center + math.Hypot(ours.High-ours.Center, score-low),
		Confidence: ours.Confidence, N: ours.N, Method: "Newcombe",
	}}
	p.Consistent = p.Difference.Low <= 0 && 0 <= p.Difference.High
	z := normalQuantile(0.5 + ours.Confidence/2)
	p.Detectable = (z + normalQuantile(power)) / z * max(p.Difference.High-center, center-p.Difference.Low)
	return p, nil
}

// String says in percent whether the numbers agree.
func (p Published) String() string {
	if p.Consistent {
		return fmt.Sprintf("consistent; could not have told less than %.1f", 100*p.Detectable)
	}
	return fmt.Sprintf("differs by %.1f [%.1f, %.1f]", 100*p.Difference.Center, 100*p.Difference.Low, 100*p.Difference.High)
}
