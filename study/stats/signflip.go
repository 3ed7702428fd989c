package stats

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// A Paired is what each question adds to the difference of two models, at checkpoint scope.
type Paired struct {
	Groups    []int     // of each question
	Questions []int     // their numbers: pairs that share a question share its sign
	Adds      []float64 // their sum is the difference
}

// The numbers of sign flips: enough that p = 0.05 has a Monte Carlo error of 0.003, less where there is much to flip.
const (
	mostFlips  = 4999
	leastFlips = 1999
	flipWork   = 150_000_000 // additions
)

// SignFlips tests for each pair whether the difference is 0. If two models are equally good, the sign of what a question adds is as
// likely to be the other; signs are flipped for whole questions, for all pairs at once, so that whatever strata, formats and seeds share
// the question stay together. p are two-sided and marginal; family are those of Westfall & Young's step-down max-T (1993, algorithm 4.1)
// over all pairs: the probability of any false call among those at most a level is at most that level. The statistic is the sum over the
// root of the sum of squares. Assumes that differences are symmetric where there is none. The generator has a fixed seed: the same
// pairs, in the same order, give the same values.
func SignFlips(pairs []Paired) (p, family []float64) {
	questions, adds := 0, 0
	for _, pair := range pairs {
		for _, q := range pair.Questions {
			questions = max(questions, q+1)
		}
		adds += len(pair.Adds)
	}
	flips := min(max(flipWork/max(adds, 1), leastFlips), mostFlips)
	observed, scale := make([]float64, len(pairs)), make([]float64, len(pairs))
	for i, pair := range pairs {
		sum, squares := 0.0, 0.0
		for _, a := range pair.Adds {
			sum += a
			squares += a * a
		}
		if squares > 0 {
			scale[i] = 1 / math.Sqrt(squares)
		}
		observed[i] = math.Abs(sum)*scale[i] - 1e-9 // rounding of sums in another order
	}
	order := make([]int, len(pairs)) // from the smallest
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(observed[i], observed[j]) })
	beyond, beyondMax := make([]int, len(pairs)), make([]int, len(pairs))
	random := rand.New(rand.NewPCG(1, 0x666c6970))
	signs := make([]uint64, questions)
	for range flips {
		for q := 0; q < questions; q += 64 {
			bits := random.Uint64()
			for k := q; k < min(q+64, questions); k++ {
				signs[k] = bits << 63
				bits >>= 1
			}
		}
		largest := 0.0
		for _, i := range order {
			sum, list := 0.0, pairs[i].Questions
			for k, a := range pairs[i].Adds {
				sum += math.Float64frombits(math.Float64bits(a) ^ signs[list[k]])
			}
			t := math.Abs(sum) * scale[i]
			largest = max(largest, t)
			if t >= observed[i] {
				beyond[i]++
			}
			if largest >= observed[i] {
				beyondMax[i]++
			}
		}
	}
	p, family = make([]float64, len(pairs)), make([]float64, len(pairs))
	atLeast := 0.0
	for k := len(order) - 1; k >= 0; k-- {
		i := order[k]
		p[i] = float64(beyond[i]+1) / float64(flips+1)
		atLeast = max(atLeast, float64(beyondMax[i]+1)/float64(flips+1))
		family[i] = atLeast
	}
	return p, family
}
