package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// A Comparison is the difference between two models that were asked the same samples.
type Comparison struct {
	Difference Interval // of the mean scores, the first model's minus the second's: -1 to 1
	P          float64  // two-sided p-value of the hypothesis that there is no difference; NaN without samples
	Test       string   // that gave P: "McNemar exact" or "paired bootstrap"
	Discordant int      // samples on which the two scores differ
}

// Compare compares the scores of two models on the same samples, a[i] and b[i] on sample i. Scores of 0 and 1
// get McNemar's exact test and Newcombe's interval, others a paired bootstrap for both. Lists of different
// lengths are an error; empty ones give [NoSamples].
func Compare(a, b []float64, confidence float64) (Comparison, error) {
	if len(a) != len(b) {
		return Comparison{}, fmt.Errorf("compare: %d scores against %d; want the same samples", len(a), len(b))
	}
	if len(a) == 0 {
		return Comparison{Difference: NoSamples("paired"), P: math.NaN()}, nil
	}
	differences := make([]float64, len(a))
	binary, discordant := true, 0
	var table [2][2]int // [a's score][b's score]
	for i := range a {
		differences[i] = a[i] - b[i]
		if a[i] != b[i] {
			discordant++
		}
		if (a[i] == 0 || a[i] == 1) && (b[i] == 0 || b[i] == 1) {
			table[int(a[i])][int(b[i])]++
		} else {
			binary = false
		}
	}
	if binary {
		return Comparison{Difference: newcombe(table, confidence), P: McNemar(table[1][0], table[0][1]),
			Test: "McNemar exact", Discordant: discordant}, nil
	}
	c := Comparison{Difference: Bootstrap(differences, confidence, 1), Test: "paired bootstrap", Discordant: discordant}
	c.P = bootstrapP(differences, 1)
	return c, nil
}

// McNemar returns the p-value of McNemar's test (1947) in its exact, two-sided form. onlyA and onlyB count the
// samples that only the first and only the second of two models got right. If the models are equally good,
// each such sample is equally likely to be of either kind, and the p-value is twice the smaller tail of
// Binomial(onlyA+onlyB, 1/2), at most 1.
func McNemar(onlyA, onlyB int) float64 {
	n, k := onlyA+onlyB, min(onlyA, onlyB)
	if n == 0 {
		return 1
	}
	return min(1, 2*distuv.Binomial{N: float64(n), P: 0.5}.CDF(float64(k)))
}

// newcombe returns the interval of the difference of two paired proportions: the Wilson intervals of both,
// combined with the correlation φ between them (Newcombe 1998, method 10). t counts the samples, [a's
// score][b's score].
func newcombe(t [2][2]int, confidence float64) Interval {
	both, onlyA, onlyB, none := float64(t[1][1]), float64(t[1][0]), float64(t[0][1]), float64(t[0][0])
	n := both + onlyA + onlyB + none
	pA, pB := (both+onlyA)/n, (both+onlyB)/n
	lowA, highA := wilsonBounds(both+onlyA, int(n), confidence)
	lowB, highB := wilsonBounds(both+onlyB, int(n), confidence)
	phi := 0.0
	if spread := (both + onlyA) * (onlyB + none) * (both + onlyB) * (onlyA + none); spread > 0 {
		covariance := both*none - onlyA*onlyB
		if covariance > 0 {
			covariance = max(covariance-n/2, 0)
		}
		phi = covariance / math.Sqrt(spread)
	}
	join := func(x, y float64) float64 { return math.Sqrt(max(0, x*x-2*phi*x*y+y*y)) }
	return Interval{
		Center: pA - pB, Low: pA - pB - join(pA-lowA, highB-pB), High: pA - pB + join(highA-pA, pB-lowB),
		Confidence: confidence, N: int(n), Method: "Newcombe paired",
	}
}

// bootstrapP returns the two-sided p-value of a mean of 0: the share of resamples of the centred differences
// whose mean is at least as far from 0 as the observed one, which counts as one of them.
func bootstrapP(differences []float64, seed uint64) float64 {
	observed := mean(differences)
	centred := make([]float64, len(differences))
	for i, d := range differences {
		centred[i] = d - observed
	}
	random := rand.New(rand.NewPCG(seed, 0x70616972))
	beyond := 1
	for range resamples {
		if math.Abs(resampledMean(centred, random)) >= math.Abs(observed)-rounding {
			beyond++
		}
	}
	return float64(beyond) / (resamples + 1)
}

// Holm returns the p-values of a family of tests, adjusted by Holm's step-down method (1979) and in the order
// given: if every difference whose adjusted p-value is at most a level is called real, the probability of any
// false call is at most that level.
func Holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case p[i] < p[j]:
			return -1
		case p[i] > p[j]:
			return 1
		}
		return 0
	})
	adjusted := make([]float64, len(p))
	largest := 0.0
	for rank, i := range order {
		largest = max(largest, min(1, p[i]*float64(len(p)-rank)))
		adjusted[i] = largest
	}
	return adjusted
}
