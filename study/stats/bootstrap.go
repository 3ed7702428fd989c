package stats

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// resamples is the number of resamples that every bootstrap in this package draws.
const resamples = 2000

// fewSamples is the number of samples below which a bootstrap interval is known to be too narrow.
const fewSamples = 20

// Bootstrap returns the mean of the values with the bias-corrected and accelerated interval of
// Efron (1987) as in Efron & Tibshirani 1993, section 14.3, from 2,000 resamples drawn with the seed. The same values and seed give the same
// interval. Fewer than 20 values, or values that are all the same, give a warning; none gives [NoSamples].
func Bootstrap(values []float64, confidence float64, seed uint64) Interval {
	n := len(values)
	if n == 0 {
		return NoSamples("bootstrap")
	}
	random := rand.New(rand.NewPCG(seed, 0x626f6f74))
	means := make([]float64, resamples)
	for i := range means {
		means[i] = resampledMean(values, random)
	}
	slices.Sort(means)
	i := Interval{Center: mean(values), Confidence: confidence, N: n, Method: "bootstrap BCa"}
	z0 := normalQuantile(shareBelow(means, i.Center))
	a := acceleration(values)
	bound := func(p float64) float64 { // Efron & Tibshirani 1993, eq. 14.10
		z := z0 + normalQuantile(p)
		return quantile(means, distuv.UnitNormal.CDF(z0+z/(1-a*z)))
	}
	i.Low, i.High = bound(0.5-confidence/2), bound(0.5+confidence/2)
	i.Low, i.High = min(i.Low, i.Center), max(i.High, i.Center)
	if n < fewSamples {
		i.Warnings = append(i.Warnings, "fewer than 20 samples: the interval is too narrow")
	}
	if means[0] == means[resamples-1] {
		i.Warnings = append(i.Warnings, "all values are the same: the width is not known")
	}
	return i
}

// resampledMean returns the mean of as many values drawn with replacement.
func resampledMean(values []float64, random *rand.Rand) float64 {
	sum := 0.0
	for range values {
		sum += values[random.IntN(len(values))]
	}
	return sum / float64(len(values))
}

// mean returns the mean of the values, added in their order as RULER's evaluate.py adds them. stat.Mean adds
// in an order that depends on the processor, and the last bit decides how a score that lies half-way
// between two printed ones is rounded.
func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// rounding is the difference up to which two means of scores count as equal: means of thirds or tenths are
// not exact in floating point, but they differ by far more than this where they do differ.
const rounding = 1e-12

// shareBelow returns the share of sorted values below x, those equal to x counted half, kept off 0
// and 1 where the normal quantile is infinite.
func shareBelow(sorted []float64, x float64) float64 {
	below, _ := slices.BinarySearch(sorted, x-rounding)
	above, _ := slices.BinarySearch(sorted, x+rounding)
	n := float64(len(sorted))
	return min(max((float64(below)+float64(above))/2/n, 0.5/n), 1-0.5/n)
}

// acceleration returns the skewness of the mean's jackknife values, over 6 (Efron & Tibshirani 1993, eq. 14.15).
func acceleration(values []float64) float64 {
	m := mean(values)
	var square, cube float64
	for _, v := range values { // leaving v out moves the mean by (m-v)/(n-1)
		d := v - m
		square += d * d
		cube += d * d * d
	}
	if square == 0 {
		return 0
	}
	return cube / (6 * math.Pow(square, 1.5))
}

// quantile returns the p-quantile of sorted values as R and NumPy define it by default (type 7 of Hyndman
// & Fan 1996): p = 0 is the first value, p = 1 the last, and between them it is linear in the rank,
// 1 + (n-1)p. gonum's LinInterp is type 4, whose rank is n·p, so it is asked for that rank over n.
func quantile(sorted []float64, p float64) float64 {
	n := float64(len(sorted))
	return stat.Quantile((1+(n-1)*p)/n, stat.LinInterp, sorted, nil)
}
