package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// An Interval is an estimate with what is known about it. Scores are fractions, 0 to 1.
type Interval struct {
	Center, Low, High float64
	// Confidence is the actual one. For Wilson's interval: the exact coverage at the interval's
	// middle, which differs from the one asked for as counts are whole. For a bootstrap: the
	// share of resamples inside.
	Confidence float64
	N          int // samples
	Method     string
	Warnings   []string // what to know before trusting it; not failures
}

// Mean returns the mean of scores between 0 and 1: with Wilson's interval where all are 0 or 1,
// with a bootstrap (BCa) otherwise. Scores that are all the same say nothing of their spread, so
// they get Wilson's interval too, which is wide enough for any scores of that mean.
// No scores give NaN with a warning.
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

// Wilson returns the score interval of successes among n trials (Wilson 1927). At 0 or n successes
// it still has a width.
//
//	(p + z²/2n ± z·√(p(1-p)/n + z²/4n²)) / (1 + z²/n)
func Wilson(successes, n int, confidence float64) Interval {
	return wilson(float64(successes), n, confidence)
}

func wilson(successes float64, n int, confidence float64) Interval {
	if n == 0 {
		return Unknown("Wilson")
	}
	low, high := wilsonBounds(successes, n, confidence)
	i := Interval{Center: successes / float64(n), Low: low, High: high, N: n, Method: "Wilson"}
	i.Confidence = wilsonCoverage((low+high)/2, n, confidence)
	return i
}

func Unknown(method string) Interval {
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

// wilsonCoverage returns the exact probability that the interval from n trials of chance p has p
// inside: the sum of binomial probabilities over the counts whose interval has it.
func wilsonCoverage(p float64, n int, confidence float64) float64 {
	binomial := distuv.Binomial{N: float64(n), P: p}
	coverage := 0.0
	for k := range n + 1 {
		if low, high := wilsonBounds(float64(k), n, confidence); low <= p && p <= high {
			coverage += binomial.Prob(float64(k))
		}
	}
	return min(coverage, 1)
}

func normalQuantile(p float64) float64 { return distuv.UnitNormal.Quantile(p) }

// String writes the interval in percent: "72.4 [70.5, 74.2]".
func (i Interval) String() string {
	if i.N == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f [%.1f, %.1f]", 100*i.Center, 100*i.Low, 100*i.High)
}
