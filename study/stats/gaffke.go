package stats

import (
	"math"
	"math/cmplx"
	"slices"
)

// Gaffke returns the mean of bounded scores, one a question, with Gaffke's bounds (Gaffke 2005, "Three test statistics for a
// nonparametric one-sided hypothesis on the mean of a nonnegative variable"; Learned-Miller & Thomas 2019, "A new confidence
// interval for the mean of a bounded random variable"): with D ~ Dirichlet(1, ..., 1), one weight a score and one for an atom at the
// end of the range,
//
//	low  = the (1-confidence)/2 quantile of Σ Dᵢ·scoreᵢ + D₀·0
//	high = the (1+confidence)/2 quantile of Σ Dᵢ·scoreᵢ + D₀·1
//
// It assumes independent questions and scores from 0 to 1, and nothing else. For scores of 0 and 1 it is the interval of Clopper &
// Pearson 1934; it never has width 0, the order of scores changes nothing, and a lower score never raises a bound. That it covers
// always is a conjecture which simulations support. Quantiles are exact, by numerical inversion of a transform. No scores give
// [NoSamples]; scores outside 0 to 1 give NaN bounds.
func Gaffke(scores []float64, confidence float64) Interval {
	return gaffke(scores, nil, 0, 1, confidence)
}

// gaffke is Gaffke for scores from low to high, of which each counts weights[i] times as much as it would alone (nil: all the
// same); the weights' mean is 1, and the atom's weight.
func gaffke(scores, weights []float64, low, high, confidence float64) Interval {
	if len(scores) == 0 {
		return NoSamples("Gaffke")
	}
	atoms := make([]atom, len(scores), len(scores)+1)
	sum, total := 0.0, 0.0
	for i, y := range scores {
		if !(low-rounding <= y && y <= high+rounding) {
			return Interval{Center: mean(scores), Low: math.NaN(), High: math.NaN(), Confidence: confidence, N: len(scores), Method: "Gaffke",
				Warnings: []string{"scores lie outside their range"}}
		}
		w := 1.0
		if weights != nil {
			w = weights[i]
		}
		atoms[i] = atom{value: min(max(y, low), high), weight: w, count: 1}
		sum += w * y
		total += w
	}
	i := Interval{Center: sum / total, N: len(scores), Confidence: confidence, Method: "Gaffke"}
	if weights == nil {
		i.Center = mean(scores)
	}
	atoms = merge(atoms)
	tail := (1 - confidence) / 2
	i.Low = dirichletQuantile(with(atoms, low), tail)
	i.High = dirichletQuantile(with(atoms, high), 1-tail)
	i.Low, i.High = min(i.Low, i.Center), max(i.High, i.Center)
	return i
}

// An atom is a value of a Dirichlet-weighted mean: count exponential variables with that weight.
type atom struct{ value, weight, count float64 }

// merge joins equal atoms and sorts them.
func merge(atoms []atom) []atom {
	slices.SortFunc(atoms, func(a, b atom) int {
		switch {
		case a.value < b.value || a.value == b.value && a.weight < b.weight:
			return -1
		case a.value == b.value && a.weight == b.weight:
			return 0
		}
		return 1
	})
	kept := atoms[:0]
	for _, a := range atoms {
		if n := len(kept); n > 0 && math.Abs(kept[n-1].value-a.value) < rounding && math.Abs(kept[n-1].weight-a.weight) < rounding {
			kept[n-1].count += a.count
			continue
		}
		kept = append(kept, a)
	}
	return kept
}

// with returns the atoms and one more at a value.
func with(atoms []atom, value float64) []atom {
	return append(slices.Clone(atoms), atom{value: value, weight: 1, count: 1})
}

// dirichletQuantile returns the p-quantile of Σ Dᵢ·valueᵢ, found by regula falsi in its normal score, which is almost linear.
func dirichletQuantile(atoms []atom, p float64) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, a := range atoms {
		low, high = min(low, a.value), max(high, a.value)
	}
	if high-low < rounding {
		return low
	}
	const accuracy = 1e-9 // of a bound, far below a printed digit
	target := normalQuantile(p)
	score := func(t float64) float64 {
		f := dirichletBelow(atoms, t)
		return normalQuantile(min(max(f, 1e-300), 1-1e-16)) - target
	}
	a, b := low, high
	fa, fb := -40.0, 40.0
	side := 0
	for range 200 {
		if b-a < accuracy*(high-low) {
			break
		}
		t := (a*fb - b*fa) / (fb - fa)
		if !(t > a && t < b) {
			t = (a + b) / 2
		}
		f := score(t)
		switch {
		case math.Abs(f) < 1e-10:
			return t
		case f < 0:
			if a, fa = t, f; side == -1 {
				fb /= 2
			}
			side = -1
		default:
			if b, fb = t, f; side == 1 {
				fa /= 2
			}
			side = 1
		}
	}
	return (a + b) / 2
}

// dirichletBelow returns P(Σ Dᵢ·valueᵢ ≤ t) = P(Σ λᵢ·Gᵢ ≤ 0) with λᵢ = weightᵢ·(valueᵢ - t) and Gᵢ ~ Gamma(countᵢ).
func dirichletBelow(atoms []atom, t float64) float64 {
	lambda, count := make([]float64, len(atoms)), make([]float64, len(atoms))
	drift, below, above := 0.0, false, false
	for i, a := range atoms {
		lambda[i], count[i] = a.weight*(a.value-t), a.count
		drift += lambda[i] * count[i]
		below = below || lambda[i] < 0
		above = above || lambda[i] > 0
	}
	switch {
	case !below:
		return 0
	case !above:
		return 1
	case drift <= 0:
		return 1 - gammaTail(lambda, count)
	}
	for i := range lambda {
		lambda[i] = -lambda[i]
	}
	return gammaTail(lambda, count)
}

// gammaTail returns P(Σ λᵢ·Gᵢ > 0), Gᵢ ~ Gamma(countᵢ), where the sum's mean is at most 0. It is the integral of M(s)/s over 2πi along
// a vertical line, M(s) = Π (1-λᵢs)^-countᵢ; the line goes through the integrand's saddle point, where it oscillates least, and the
// trapezoidal rule in u, s = c + i·w·sinh u, converges exponentially.
func gammaTail(lambda, count []float64) float64 {
	largest := slices.Max(lambda)
	low, high := 0.0, 1/largest
	for range 50 { // the derivative of log M(s)/s ascends from -∞ to ∞
		s := (low + high) / 2
		d := -1 / s
		for i, l := range lambda {
			d += count[i] * l / (1 - l*s)
		}
		if d < 0 {
			low = s
		} else {
			high = s
		}
		if high-low < 1e-6*high {
			break
		}
	}
	c := low
	bend, top := 1/(c*c), -math.Log(c)
	for i, l := range lambda {
		bend += count[i] * l * l / ((1 - l*c) * (1 - l*c))
		top -= count[i] * math.Log(1-l*c)
	}
	width := 1 / math.Sqrt(bend)
	const step = 0.0625
	sum := 0.5 // the integrand at c, over exp(top); half, since the other half of the line is its mirror image
	for k := 1; k < 800; k++ {
		u := step * float64(k)
		s := complex(c, width*math.Sinh(u))
		log := -cmplx.Log(s)
		product := complex(1, 0) // of several factors of count 1: one logarithm
		for i, l := range lambda {
			factor := 1 - complex(l, 0)*s
			if count[i] != 1 {
				log -= complex(count[i], 0) * cmplx.Log(factor)
				continue
			}
			if product *= factor; i%16 == 15 { // before it overflows
				log -= cmplx.Log(product)
				product = 1
			}
		}
		log -= cmplx.Log(product)
		term := cmplx.Exp(log-complex(top, 0)) * complex(math.Cosh(u), 0)
		sum += real(term)
		if cmplx.Abs(term) < 1e-14 {
			break
		}
	}
	return min(max(math.Exp(top)*sum*step*width/math.Pi, 0), 1)
}
