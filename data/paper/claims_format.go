package paper

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// trained is the training length of the three models of Table 4, in tokens.
const trained = 2048

// formatClaims are the claims about Table 4: accuracy against format.
func (b book) formatClaims() []Check {
	checks := []Check{b.oneLength()}
	for _, model := range []string{"Mamba2", "M2A", "TPP"} {
		checks = append(checks, b.formatMatters(model))
	}
	return append(checks, b.onlyRepeated(), b.alwaysExtrapolates(), b.hybridWorse(), b.onlyAtTrainingLength())
}

// oneLength checks that the table has one length, as its caption says.
func (b book) oneLength() Check {
	var found []int
	for _, e := range b.entries(4) {
		if !slices.Contains(found, e.Length) {
			found = append(found, e.Length)
		}
	}
	return claim(4, "", "Context length is set to the maximum on which the models were trained.",
		agreesIf(len(found) == 1, CannotBe), "the table has the lengths %v for each model, of which at most one is the training length", found)
}

// formatMatters checks that two formats differ clearly at some length and depth.
func (b book) formatMatters(model string) Check {
	var at string
	low, high := 0.0, 0.0
	for _, length := range []int{trained / 2, trained, 2 * trained} {
		scores := b.byFormat(model, length)
		for i, d := range tableDepths {
			same := []float64{scores[i], scores[3+i], scores[6+i]}
			if l, h := slices.Min(same), slices.Max(same); h-l > high-low {
				low, high, at = l, h, fmt.Sprintf("length %d, depth %d", length, d)
			}
		}
	}
	return claim(4, model, "the performance of each model can vary significantly even if we use the same task template, context length and needle position",
		agreesIf(clearlyBelow(low, high, cellSamples), Undecided), "at %s the formats have %.1f to %.1f", at, low, high)
}

// onlyRepeated checks that Mamba2 beyond the training length has some score in noise and none in essays.
func (b book) onlyRepeated() Check {
	scores := b.byFormat("Mamba2", 2*trained)
	essay, noise := slices.Max(scores[:6]), slices.Min(scores[6:])
	return claim(4, "Mamba2", "pure sequence layers (Mamba2) appears to only extrapolate when the haystack is a repeated sequence and the retrived value is a number related to a key word",
		agreesIf(essay == 0 && noise > 0, CannotBe), "at %d tokens no essay cell is above %.1f, no noise cell below %.1f", 2*trained, essay, noise)
}

// alwaysExtrapolates checks that no score of the hybrid beyond the training length is 0.
func (b book) alwaysExtrapolates() Check {
	lowest := slices.Min(b.byFormat("M2A", 2*trained))
	return claim(4, "M2A", "An equally trained hybrid model (M2A) can meanwhile always extrapolate to some degree",
		agreesIf(lowest > 0, CannotBe), "at %d tokens no cell is below %.1f", 2*trained, lowest)
}

// hybridWorse checks that the mean of the hybrid up to the training length is clearly below that of Mamba2.
func (b book) hybridWorse() Check {
	pure := slices.Concat(b.byFormat("Mamba2", trained/2), b.byFormat("Mamba2", trained))
	hybrid := slices.Concat(b.byFormat("M2A", trained/2), b.byFormat("M2A", trained))
	worse := 0
	for i := range pure {
		if clearlyBelow(hybrid[i], pure[i], cellSamples) {
			worse++
		}
	}
	return claim(4, "M2A", "but performance on sequences up to the training context length appears to compare much worse",
		agreesIf(clearlyBelow(stat.Mean(hybrid, nil), stat.Mean(pure, nil), cellSamples*len(pure)), CannotBe),
		"up to %d tokens its mean is %.1f, Mamba2's %.1f; it is clearly below in %d of %d cells", trained, stat.Mean(hybrid, nil), stat.Mean(pure, nil), worse, len(pure))
}

// onlyAtTrainingLength is contradicted if Transformer++ has its own best score at half the training length, with
// the best of the three models there, and leads them in Table 1 at that length.
func (b book) onlyAtTrainingLength() Check {
	const half = trained / 2
	scores := b.byFormat("TPP", half)
	best := slices.Index(scores, slices.Max(scores))
	others := max(b.byFormat("Mamba2", half)[best], b.byFormat("M2A", half)[best])
	own := slices.Max(b.byFormat("TPP", trained))
	table1, next := b.byLength(1, "TPP")[0], max(b.byLength(1, "Mamba2")[0], b.byLength(1, "M2A")[0])
	contradicted := scores[best] > others && scores[best] > own && table1 > next
	return claim(4, "TPP", "Pure attention (TPP) meanwhile performs favorably only when evaluating on the extact training context length under specific data formats, but otherwise underwhelms",
		agreesIf(!contradicted, CannotBe),
		"its best, %.1f (%s, depth %d), stands at %d tokens, half the training length, above its own best at %d (%.1f) and the best of the other two there (%.1f), and it leads them in Table 1 at %d tokens too (%.2f to %.2f)",
		scores[best], tableFormats[best/3], tableDepths[best%3], half, trained, own, others, half, table1, next)
}
