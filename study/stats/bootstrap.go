package stats

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Resamples is how many times a bootstrap draws.
const Resamples = 2000

// fewSamples is where a bootstrap begins to be too narrow to trust.
const fewSamples = 20

// Bootstrap returns the mean of the values with the bias-corrected and accelerated interval of
// Efron (1987), from [Resamples] resamples drawn with the seed.
func Bootstrap(values []float64, confidence float64, seed uint64) Interval {
	n := len(values)
	if n == 0 {
		return Unknown("bootstrap")
	}
	random := rand.New(rand.NewPCG(seed, 0x626f6f74))
	means := make([]float64, Resamples)
	for i := range means {
		means[i] = resampledMean(values, random)
	}
	slices.Sort(means)
	i := Interval{Center: mean(values), N: n, Method: "bootstrap BCa"}
	z0 := normalQuantile(shareBelow(means, i.Center))
	a := acceleration(values)
	at := func(p float64) float64 {
		z := z0 + normalQuantile(p)
		return quantile(means, distuv.UnitNormal.CDF(z0+z/(1-a*z)))
	}
	i.Low, i.High = at(0.5-confidence/2), at(0.5+confidence/2)
	i.Low, i.High = min(i.Low, i.Center), max(i.High, i.Center)
	i.Confidence = shareWithin(means, i.Low, i.High)
	if n < fewSamples {
		i.Warnings = append(i.Warnings, "fewer than 20 samples: the interval is too narrow")
	}
	if means[0] == means[Resamples-1] {
		i.Warnings = append(i.Warnings, "all values are the same: the width is not known")
	}
	return i
}

func resampledMean(values []float64, random *rand.Rand) float64 {
	sum := 0.0
	for range values {
		sum += values[random.IntN(len(values))]
	}
	return sum / float64(len(values))
}

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

// shareWithin returns the share of values from low to high, both included.
func shareWithin(values []float64, low, high float64) float64 {
	within := 0
	for _, v := range values {
		if low-rounding <= v && v <= high+rounding {
			within++
		}
	}
	return float64(within) / float64(len(values))
}

// acceleration is the skewness of the mean's jackknife values, over 6.
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

// quantile returns the p-quantile of sorted values, interpolated between neighbours.
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	f := at - float64(i)
	return sorted[i]*(1-f) + sorted[i+1]*f
}
