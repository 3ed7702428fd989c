package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// An Interval is an estimate with its confidence interval. Center, Low and High are fractions, 0 to 1, where
// they are scores, from -1 to 1 where they are differences, and tokens where they are effective lengths.
type Interval struct {
	Center, Low, High float64
	// Confidence is the one asked for: the share of repetitions of a study whose interval is to hold the true value. NaN where there
	// is no estimate.
	Confidence float64
	N          int      // samples; 0 where there is no estimate
	Method     string   // as a note below a table names it: "Wilson", "bootstrap BCa", ...
	Warnings   []string // what to know before trusting the interval; not failures
}

// Mean returns the mean of scores between 0 and 1: with Wilson's interval where all are 0 or 1, with
// [Bootstrap] otherwise. Scores that are all the same say nothing about their spread; they get Wilson's
// interval, which is wide enough for any scores of that mean, and a warning. No scores give [NoSamples].
func Mean(scores []float64, confidence float64) Interval {
	sum, binary, same := 0.0, true, true
	for _, s := range scores {
		sum += s
		binary = binary && (s == 0 || s == 1)
		same = same && s == scores[0]
	}
	if binary || same {
		i := wilson(sum, len(scores), confidence)
		if !binary {
			i.Warnings = append(i.Warnings, "all scores are the same: the interval is that of 0/1 scores, too wide")
		}
		return i
	}
	return Bootstrap(scores, confidence, 1)
}

// Wilson returns the score interval of the share of successes among n trials (Wilson 1927). It has a width
// even at 0 or n successes. With p = successes/n and z the normal quantile of the confidence:
//
//	(p + z²/2n ± z·√(p(1-p)/n + z²/4n²)) / (1 + z²/n)
func Wilson(successes, n int, confidence float64) Interval {
	return wilson(float64(successes), n, confidence)
}

func wilson(successes float64, n int, confidence float64) Interval {
	if n == 0 {
		return NoSamples("Wilson")
	}
	low, high := wilsonBounds(successes, n, confidence)
	return Interval{Center: successes / float64(n), Low: low, High: high, Confidence: confidence, N: n, Method: "Wilson"}
}

// NoSamples returns the interval of an estimate for which there are no samples: N is 0, the numbers are NaN,
// and a warning says so. It prints as a dash. The method is the one that samples would have been given to.
func NoSamples(method string) Interval {
	nan := math.NaN()
	return Interval{Center: nan, Low: nan, High: nan, Confidence: nan, Method: method, Warnings: []string{"no samples"}}
}

func wilsonBounds(successes float64, n int, confidence float64) (low, high float64) {
	z := normalQuantile(0.5 + confidence/2)
	N, p := float64(n), successes/float64(n)
	center := (p + z*z/(2*N)) / (1 + z*z/N)
	half := z * math.Sqrt(p*(1-p)/N+z*z/(4*N*N)) / (1 + z*z/N)
	low, high = max(0, center-half), min(1, center+half)
	if successes == 0 { // rounding must not leave the estimate outside
		low = 0
	}
	if successes == N {
		high = 1
	}
	return low, high
}

func normalQuantile(p float64) float64 { return distuv.UnitNormal.Quantile(p) }

// String writes the interval in percent, "72.4 [70.5, 74.2]", or a dash where there are no samples.
func (i Interval) String() string {
	if i.N == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f [%.1f, %.1f]", 100*i.Center, 100*i.Low, 100*i.High)
}
