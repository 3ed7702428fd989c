package synthetic

import "math"

// guess is how often a guess of n tokens is right, of so many kinds.
func guess(kinds, n int) float64 { return math.Pow(float64(kinds), -float64(n)) }

// elsewhere is how often what stands at one of n places is the answer, which stands at any of them, where it is equal by
// accident with probability p.
func elsewhere(n int, p float64) float64 {
	one := 1 / float64(max(1, n))
	return one + (1-one)*p
}

// mode is the mean share of the most frequent kind among n draws of so many kinds, each as likely: the score of who answers
// it where one of the draws is asked for. Counts of n draws are Poisson variables given their sum, so that
//
//	P(all counts <= m) = [x^n] (sum over i <= m of p_i x^i)^kinds / [x^n] (sum over i of p_i x^i)^kinds
//
// with p_i the Poisson probabilities of mean n/kinds.
func mode(n, kinds int) float64 {
	if n == 0 {
		return 1
	}
	mean := float64(n) / float64(kinds)
	log, _ := math.Lgamma(float64(n) + 1)
	all := math.Exp(float64(n)*math.Log(float64(n)) - float64(n) - log) // Poisson probability of n with mean n
	var expected float64
	for m := 0; m < n; m++ {
		counts := make([]float64, m+1)
		for i := range counts {
			log, _ := math.Lgamma(float64(i) + 1)
			counts[i] = math.Exp(float64(i)*math.Log(mean) - mean - log)
		}
		more := 1 - power(counts, kinds, n)[n]/all
		expected += more
		if more < 1e-9 {
			break
		}
	}
	return expected / float64(n)
}

// power returns the coefficients of p to the power of k, up to x^n.
func power(p []float64, k, n int) []float64 {
	result := make([]float64, n+1)
	result[0] = 1
	square := make([]float64, n+1)
	copy(square, p)
	for ; k > 0; k /= 2 {
		if k%2 == 1 {
			result = product(result, square)
		}
		if k > 1 {
			square = product(square, square)
		}
	}
	return result
}

// product of two polynomials of the same number of coefficients, without higher ones.
func product(a, b []float64) []float64 {
	c := make([]float64, len(a))
	for i, x := range a {
		if x == 0 {
			continue
		}
		for j := range len(a) - i {
			c[i+j] += x * b[j]
		}
	}
	return c
}
