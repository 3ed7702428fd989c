package paper

import (
	"math"
	"slices"
)

// depthClaims are the claims about Tables 2 and 3: accuracy against depth.
func (b book) depthClaims() []Check {
	const all = "this [being lost in the middle] appears to be a common feature among all models we test"
	const still = "while Mamba models still appear lost-in-the-middle"
	var checks []Check
	for _, m := range models {
		checks = append(checks, b.lostInTheMiddle(2, m.name, all))
	}
	checks = append(checks, b.lostInTheMiddle(3, "Mamba2", still), b.lostInTheMiddle(3, "M2A", still))
	for _, name := range []string{"RG", "RWKV", "RG-IT"} {
		checks = append(checks, b.noTrend(name))
	}
	for _, m := range models {
		checks = append(checks, b.atTrainingLength(m))
	}
	return checks
}

// lostInTheMiddle checks that the score at depth 50 is clearly below those at depths 0 and 100. A score that is
// below neither contradicts the claim; anything else may be chance.
func (b book) lostInTheMiddle(table int, model, quote string) Check {
	scores := b.byDepth(table, model)
	first, middle, last := scores[0], scores[3], scores[6]
	verdict := Undecided
	switch {
	case clearlyBelow(middle, first, depthSamples) && clearlyBelow(middle, last, depthSamples):
		verdict = Agrees
	case middle >= first && middle >= last:
		verdict = CannotBe
	}
	means := map[Verdict]string{
		Agrees:    "lower in the middle by more than two standard errors",
		CannotBe:  "the middle is no lower than either end",
		Undecided: "not lower than both by two standard errors of 750 samples",
	}[verdict]
	return claim(table, model, quote, verdict, "depths 0, 50 and 100 have %.2f, %.2f and %.2f: %s", first, middle, last, means)
}

// noTrend checks that no depth divides the row into two parts that are 50 points or more apart.
func (b book) noTrend(model string) Check {
	const quote = "other recurrent models such as RecurrentGemma and RWKV have no clear depth-performance trends"
	scores := b.byDepth(3, model)
	cut, gap := 0, math.Inf(-1)
	for i := 1; i < len(scores); i++ {
		rise := slices.Min(scores[i:]) - slices.Max(scores[:i])
		fall := slices.Min(scores[:i]) - slices.Max(scores[i:])
		if g := max(rise, fall); g > gap {
			cut, gap = i, g
		}
	}
	if gap < 50 {
		return claim(3, model, quote, Agrees, "no depth divides the row: the scores on either side of any overlap or lie at most %.2f points apart", max(gap, 0))
	}
	return claim(3, model, quote, CannotBe, "one step: up to depth %d no score is above %.2f, from %d on none below %.2f",
		depths[cut-1], slices.Max(scores[:cut]), depths[cut], slices.Min(scores[cut:]))
}

// atTrainingLength checks that the range of a model's scores in Table 2 overlaps that of the same three formats
// at its training length with random depths (Tables 6 to 8).
func (b book) atTrainingLength(m model) Check {
	var single []float64
	for table := 6; table <= 8; table++ {
		single = append(single, b.printed(Key{Table: table, Model: m.name, Length: m.trained}).Score)
	}
	scores := b.byDepth(2, m.name)
	c := claim(2, m.name, "Context length is set to the maximum on which the models were trained.", Agrees,
		"scores are %.2f to %.2f here, and %.2f to %.2f at %d tokens, the training length, with random depths (Tables 6 to 8)",
		slices.Min(scores), slices.Max(scores), slices.Min(single), slices.Max(single), m.trained)
	if slices.Min(scores) > slices.Max(single) || slices.Max(scores) < slices.Min(single) {
		c.Verdict = Undecided
		c.Explanation += "; that length is what its authors publish, and the paper does not give the one it means"
	}
	return c
}
