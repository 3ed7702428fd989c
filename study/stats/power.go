package stats

import (
	"errors"
	"fmt"
	"math"
)

// A Plan is a study that is to compare two models on the same questions.
type Plan struct {
	Score       float64 // of the lesser model, 0 to 1
	Seeds       int     // trainings of each model; 1: the two checkpoints are compared, not the architectures
	SeedSD      float64 // standard deviation of a training's effect on the logit of the score; not used for one seed
	Depths      int     // strata that share a question
	Correlation float64 // between two answers to one question
	Confidence  float64
}

// Validate returns an error that names a field out of range.
func (p Plan) Validate() error {
	switch {
	case !(p.Score > 0 && p.Score < 1):
		return fmt.Errorf("score is %v: want a fraction between 0 and 1", p.Score)
	case p.Seeds < 1:
		return fmt.Errorf("seeds are %d: want 1 at least", p.Seeds)
	case !(p.SeedSD >= 0 && p.SeedSD < 10):
		return fmt.Errorf("the seeds' standard deviation is %v: want a number on the logit from 0 to 10", p.SeedSD)
	case p.Depths < 1:
		return fmt.Errorf("depths are %d: want 1 at least", p.Depths)
	case !(p.Correlation >= 0 && p.Correlation <= 1):
		return fmt.Errorf("correlation is %v: want a number from 0 to 1", p.Correlation)
	case !(p.Confidence > 0 && p.Confidence < 1):
		return fmt.Errorf("confidence is %v: want a share between 0 and 1", p.Confidence)
	}
	return nil
}

// power is the probability with which a plan is to find a difference.
const power = 0.8

// Resolves returns the smallest difference of two scores that a study of so many questions finds with probability 0.8, by one paired
// test at 1 - Confidence. In a study of many comparisons each has less. With logistic seed effects of variance s² on the logit, seeds
// R, depths d and correlation ρ, a difference between scores around m has the variance
//
//	2·(m(1-m)s)²/R + 2·m(1-m)·(1-ρ)/(d·questions·R)
//
// since what makes a question hard, ρ, is shared by both models; the test has Student's quantile on 2(R-1) degrees of freedom for the
// first term and the normal one for the second (see [ArchitectureDifference]). A difference above 1 - Score cannot be: it is
// 1 - Score, and ok is false.
func (p Plan) Resolves(questions int) (difference float64, ok bool, err error) {
	if err := p.Validate(); err != nil {
		return 0, false, err
	}
	if questions < 1 {
		return 0, false, fmt.Errorf("questions are %d: want 1 at least", questions)
	}
	low, high := 0.0, 1-p.Score
	if p.detectable(high, float64(questions)) > high {
		return high, false, nil
	}
	for range 60 {
		if d := (low + high) / 2; p.detectable(d, float64(questions)) > d {
			low = d
		} else {
			high = d
		}
	}
	return high, true, nil
}

// detectable returns the difference that is found with probability 0.8 if the variance is that at a difference d.
func (p Plan) detectable(d, questions float64) float64 {
	m := p.Score + d/2
	v := m * (1 - m)
	seeds := float64(p.Seeds)
	question := 2 * v * (1 - p.Correlation) / (float64(p.Depths) * questions * seeds)
	z, needed := normalQuantile(0.5+p.Confidence/2), normalQuantile(power)
	if p.Seeds == 1 {
		return (z + needed) * math.Sqrt(question)
	}
	seed := 2 * math.Pow(v*p.SeedSD, 2) / seeds
	t, reached := studentQuantile(0.5+p.Confidence/2, 2*(seeds-1)), studentQuantile(power, 2*(seeds-1))
	return math.Sqrt(t*t*seed+z*z*question) + math.Sqrt(reached*reached*seed+needed*needed*question)
}

// ErrNoNumberSuffices is the error where no number of questions shows a difference, since seeds differ too much.
var ErrNoNumberSuffices = errors.New("no number of questions suffices")

// Questions returns the least number of questions with which a plan finds a difference with probability 0.8. See [Plan.Resolves];
// [ErrNoNumberSuffices] says that there is none: more seeds are needed, and seeds is the least number with which some number of
// questions suffices, 0 if it is above 1,000.
func (p Plan) Questions(difference float64) (questions, seeds int, err error) {
	if err := p.Validate(); err != nil {
		return 0, 0, err
	}
	if !(difference > 0 && difference <= 1-p.Score) {
		return 0, 0, fmt.Errorf("difference is %v: want a fraction above 0, and at most %.3g, since the lesser score is %.3g", difference, 1-p.Score, p.Score)
	}
	if p.Seeds > 1 && p.detectable(difference, math.Inf(1)) >= difference {
		for more := p; more.Seeds < 1000; {
			more.Seeds++
			if more.detectable(difference, math.Inf(1)) < difference {
				return 0, more.Seeds, ErrNoNumberSuffices
			}
		}
		return 0, 0, ErrNoNumberSuffices
	}
	low, high := 0, 1
	for p.detectable(difference, float64(high)) > difference && high < 1<<40 {
		low, high = high, 2*high
	}
	for high-low > 1 {
		if middle := (low + high) / 2; p.detectable(difference, float64(middle)) > difference {
			low = middle
		} else {
			high = middle
		}
	}
	return high, p.Seeds, nil
}

// SeedSD returns the standard deviation of a training's effect on the logit of the score, from pools of models with two seeds at least: the
// root of the mean, over pools, of the seeds' variance without that of the answers, by the delta method over (m(1-m))². Pools with a score
// outside 0.05 to 0.95 are left out, where the logit of a few answers says little. ok is false where no pool is left.
func SeedSD(pools []Pool) (sd float64, ok bool) {
	sum, n := 0.0, 0.0
	for _, p := range pools {
		if p.Seeds < 2 || p.Unbounded {
			continue
		}
		s := p.spread()
		if s.number < 0.05 || s.number > 0.95 {
			continue
		}
		v, slope := s.twoWay(), s.number*(1-s.number)
		sum += (v.seed - v.residual) * float64(p.Seeds) / (slope * slope)
		n++
	}
	if n == 0 {
		return 0, false
	}
	return math.Sqrt(max(0, sum/n)), true
}
