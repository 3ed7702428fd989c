package compare

import (
	"slices"

	"longseq/study/stats"
)

// UsualSeedSD is SeedSD of the tiny models of lcmodels/tiny, five trainings of each, as notebook 00 asks them.
const UsualSeedSD = 0.63

// SeedSD returns the standard deviation of a training's effect on the logit of the score, over all models and lengths with two
// training seeds at least. See [stats.SeedSD]. ok is false where there are none.
func SeedSD(answers []Answer) (sd float64, ok bool) {
	x := NewIndex(slices.Values(answers), false)
	var pools []stats.Pool
	for _, model := range x.models {
		for _, c := range x.cells([]string{"length"}) {
			if p, ok := x.pool(model, c.strata); ok {
				pools = append(pools, p.Pool)
			}
		}
	}
	return stats.SeedSD(pools)
}
