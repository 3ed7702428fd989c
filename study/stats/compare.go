package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// A Comparison of two models on the same samples.
type Comparison struct {
	Difference Interval // of the means, the first model's less the second's: -1 to 1
	P          float64  // two-sided, of no difference
	Test       string
	Discordant int // samples on which the two differ
}

// Compare compares the scores of two models on the same samples, a[i] and b[i] on sample i. For 0/1
// scores: McNemar's exact test and Newcombe's interval; for others a paired bootstrap of both.
func Compare(a, b []float64, confidence float64) (Comparison, error) {
	if len(a) != len(b) {
		return Comparison{}, fmt.Errorf("compare: %d scores against %d; want the same samples", len(a), len(b))
	}
	if len(a) == 0 {
		return Comparison{Difference: Unknown("paired"), P: math.NaN()}, nil
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

// McNemar returns the two-sided exact probability of counts at least as unequal as onlyA and onlyB,
// the samples that only one of two models got right, if each were as likely for either (McNemar
// 1947): twice the smaller tail of Binomial(onlyA+onlyB, 1/2).
func McNemar(onlyA, onlyB int) float64 {
	n, k := onlyA+onlyB, min(onlyA, onlyB)
	if n == 0 {
		return 1
	}
	return min(1, 2*distuv.Binomial{N: float64(n), P: 0.5}.CDF(float64(k)))
}

// newcombe returns the interval of the difference of two paired proportions: Wilson's intervals of
// each, joined with the correlation between them (Newcombe 1998, method 10).
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

// bootstrapP is the share of resamples of the centred differences whose mean is as far from 0 as
// the one seen, which counts as one of them.
func bootstrapP(differences []float64, seed uint64) float64 {
	seen := mean(differences)
	centred := make([]float64, len(differences))
	for i, d := range differences {
		centred[i] = d - seen
	}
	random := rand.New(rand.NewPCG(seed, 0x70616972))
	beyond := 1
	for range Resamples {
		if math.Abs(resampledMean(centred, random)) >= math.Abs(seen)-rounding {
			beyond++
		}
	}
	return float64(beyond) / (Resamples + 1)
}

// Holm returns the probabilities of a family of tests adjusted so that, if all below a level are
// called differences, the chance of any false one is at most that level (Holm 1979).
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
	most := 0.0
	for rank, i := range order {
		most = max(most, min(1, p[i]*float64(len(p)-rank)))
		adjusted[i] = most
	}
	return adjusted
}
