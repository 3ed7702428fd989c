package stats

import (
	"errors"
	"math"
	"slices"
)

// A Layout holds the scores of models, each after one training or several, in strata that are all combinations of the levels of factors.
type Layout struct {
	Models  string          // what models are called as a factor
	Factors []string        // of the strata
	Levels  [][]int         // [stratum][factor], from 0
	Scores  [][][][]float64 // [model][seed][stratum][question]; NaN: not asked
}

// A Component is the share that a factor has in the variance of scores.
type Component struct {
	Factor           string
	Share, Low, High float64
}

// blocks is the number of parts of the questions, of which the jackknife leaves each out.
const blocks = 20

// VarianceComponents splits the variance of scores, with all cells of the layout at equal weight, into those of models, of seeds within
// models, of the factors, of their two-way interactions (joined by ':'), and "sample", which is the rest: questions, answers and
// interactions of more factors. Shares sum to 1. The components are those of a factorial analysis of variance (Searle, Casella &
// McCulloch 1992, "Variance Components") with seeds random and the other factors as they were chosen; what the error of means over
// questions adds to them is taken off by a jackknife over 20 blocks of questions (Quenouille 1956), which also gives the intervals,
// together with the chi-squared variance of the seeds' components. Negative components count as 0. Intervals are approximate: they
// are normal ones, cut at 0 and 1. Factors with a single level are left out. An incomplete layout is an error.
func VarianceComponents(l Layout, confidence float64) ([]Component, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	cells := l.cells()
	names, all := l.components(cells, -1)
	total := l.total()
	if len(names) == 0 || total <= rounding {
		return nil, errors.New("variance components: scores do not vary, or no factor has two levels")
	}
	n := len(names)
	pseudo := make([][]float64, n) // Quenouille's values, of which the mean is without bias
	for b := range blocks {
		_, without := l.components(cells, b)
		for k := range names {
			pseudo[k] = append(pseudo[k], blocks*all[k]-(blocks-1)*without[k])
		}
	}
	list := make([]Component, n+1)
	sum, restVariance := 0.0, 0.0
	z := studentQuantile(0.5+confidence/2, blocks-1)
	seedShare := map[string]float64{}
	for k, name := range names {
		list[k] = Component{Factor: name, Share: max(0, mean(pseudo[k])/total)}
		sum += list[k].Share
		seedShare[name] = list[k].Share
	}
	scale := 1 / max(sum, 1)
	models, seeds := float64(len(l.Scores)), l.meanSeeds()
	for k, name := range names {
		c := &list[k]
		c.Share *= scale
		v := variance(pseudo[k]) / blocks / (total * total)
		switch base, of := l.seedPart(name); {
		case of && base: // a seeds' component: chi-squared
			v += c.Share * c.Share * 2 / (models * (seeds - 1))
		case of: // a models' component, which the seeds blur
			noise := seedShare[seedName(l.Models, name)] / seeds
			v += 4*c.Share*noise/models + 2*noise*noise/models
		default: // a factor's, whose effect differs from seed to seed
			if f := slices.Index(l.Factors, name); f >= 0 {
				noise, levels := seedShare["seed:"+name]/(seeds*models), float64(l.levels(f))
				v += 4*c.Share*noise/levels + 2*noise*noise/levels
			}
		}
		restVariance += v
		c.Low, c.High = max(0, c.Share-z*math.Sqrt(v)), min(1, c.Share+z*math.Sqrt(v))
	}
	rest := max(0, 1-sum*scale)
	half := z * math.Sqrt(restVariance)
	list[n] = Component{Factor: "sample", Share: rest, Low: max(0, rest-half), High: min(1, rest+half)}
	return list, nil
}

// check returns an error unless strata are all combinations of levels, once each, and every model has a training.
func (l Layout) check() error {
	seen, want := make(map[int]bool), 1
	for f := range l.Factors {
		want *= l.levels(f)
	}
	for _, levels := range l.Levels {
		place := 0
		for f, level := range levels {
			place = place*l.levels(f) + level
		}
		seen[place] = true
	}
	if len(seen) != want || len(l.Levels) != want || want == 0 || len(l.Scores) == 0 {
		return errors.New("variance components: strata are not all combinations of the factors' levels")
	}
	for _, seeds := range l.Scores {
		if len(seeds) == 0 {
			return errors.New("variance components: a model without a training")
		}
	}
	return nil
}

func (l Layout) levels(factor int) int {
	n := 0
	for _, levels := range l.Levels {
		n = max(n, levels[factor]+1)
	}
	return n
}

func (l Layout) meanSeeds() float64 {
	n := 0
	for _, seeds := range l.Scores {
		n += len(seeds)
	}
	return float64(n) / float64(len(l.Scores))
}

// A blocked is the scores of a cell by block of questions.
type blocked struct{ sums, counts [blocks]float64 }

// cells returns every cell's sums: [model][seed][stratum].
func (l Layout) cells() [][][]blocked {
	list := make([][][]blocked, len(l.Scores))
	for m, seeds := range l.Scores {
		for _, strata := range seeds {
			of := make([]blocked, len(strata))
			for s, questions := range strata {
				for q, y := range questions {
					if !math.IsNaN(y) {
						of[s].sums[q%blocks] += y
						of[s].counts[q%blocks]++
					}
				}
			}
			list[m] = append(list[m], of)
		}
	}
	return list
}

// without returns a cell's mean without a block; -1: with all. A block that is all there is stays.
func (b blocked) without(block int) float64 {
	sum, count := 0.0, 0.0
	for i := range blocks {
		if i != block {
			sum += b.sums[i]
			count += b.counts[i]
		}
	}
	if count == 0 {
		return b.sums[block] / b.counts[block]
	}
	return sum / count
}

// total returns the variance of scores with all cells at equal weight.
func (l Layout) total() float64 {
	var sum, squares, n float64
	for _, seeds := range l.Scores {
		for _, strata := range seeds {
			for _, questions := range strata {
				var s, s2, k float64
				for _, y := range questions {
					if !math.IsNaN(y) {
						s, s2, k = s+y, s2+y*y, k+1
					}
				}
				if k > 0 {
					sum, squares, n = sum+s/k, squares+s2/k, n+1
				}
			}
		}
	}
	return squares/n - sum*sum/n/n
}

// seedPart reports of a component whether it is one of seeds (base) or of models, which have several.
func (l Layout) seedPart(name string) (base, of bool) {
	if l.meanSeeds() <= 1 {
		return false, false
	}
	switch {
	case name == "seed" || len(name) > 5 && name[:5] == "seed:":
		return true, true
	case name == l.Models || len(name) > len(l.Models) && name[:len(l.Models)+1] == l.Models+":":
		return false, true
	}
	return false, false
}

// seedName is the seeds' component that blurs a models' one.
func seedName(models, name string) string { return "seed" + name[len(models):] }
