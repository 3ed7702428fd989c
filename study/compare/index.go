package compare

import (
	"math"
	"slices"

	"longseq/data"
	"longseq/study/stats"
)

// An index holds answers by model and stratum.
type index struct {
	models    []string
	seeds     map[string][]int64 // of each model, ascending
	strata    []stratum          // by length, task, format, depth
	questions map[group][]int    // sample numbers, ascending
	numbers   map[group]int      // of groups
	scores    map[place][]float64
	unbounded bool
}

// A group has its questions in common.
type group struct {
	task   string
	length int
}

// A stratum is where answers are averaged.
type stratum struct {
	group
	depth  float64 // data.AnyDepth: none
	format string
}

// A place is where a model's scores of a stratum lie: [seed · questions + question], NaN where there is none.
type place struct {
	model string
	stratum
}

// build indexes answers.
func build(answers []Answer, score func(Answer) float64, unbounded bool) *index {
	x := &index{seeds: make(map[string][]int64), questions: make(map[group][]int), numbers: make(map[group]int), scores: make(map[place][]float64),
		unbounded: unbounded}
	seen := make(map[stratum]bool)
	lastQuestion := make(map[group]map[int]bool)
	for _, a := range answers {
		if !slices.Contains(x.seeds[a.Model], a.TrainSeed) {
			if x.seeds[a.Model] == nil {
				x.models = append(x.models, a.Model)
			}
			x.seeds[a.Model] = append(x.seeds[a.Model], a.TrainSeed)
		}
		s := a.stratum()
		if !seen[s] {
			seen[s] = true
			x.strata = append(x.strata, s)
		}
		if lastQuestion[s.group] == nil {
			lastQuestion[s.group] = make(map[int]bool)
		}
		lastQuestion[s.group][a.Sample] = true
	}
	slices.Sort(x.models)
	for _, seeds := range x.seeds {
		slices.Sort(seeds)
	}
	slices.SortFunc(x.strata, compareStrata)
	rank := make(map[group]map[int]int)
	for _, s := range x.strata {
		if _, ok := x.numbers[s.group]; ok {
			continue
		}
		x.numbers[s.group] = len(x.numbers)
		rank[s.group] = make(map[int]int)
		var samples []int
		for n := range lastQuestion[s.group] {
			samples = append(samples, n)
		}
		slices.Sort(samples)
		x.questions[s.group] = samples
		for i, n := range samples {
			rank[s.group][n] = i
		}
	}
	for _, a := range answers {
		p := place{a.Model, a.stratum()}
		n := len(x.questions[p.group])
		if x.scores[p] == nil {
			x.scores[p] = slices.Repeat([]float64{math.NaN()}, n*len(x.seeds[a.Model]))
		}
		seed, _ := slices.BinarySearch(x.seeds[a.Model], a.TrainSeed)
		x.scores[p][seed*n+rank[p.group][a.Sample]] = score(a)
	}
	return x
}

func (a Answer) stratum() stratum {
	s := stratum{group: group{a.Task, a.Length}, depth: a.Depth, format: a.Format}
	if math.IsNaN(s.depth) {
		s.depth = data.AnyDepth
	}
	return s
}

// pool returns a model's answers in strata, those strata that it has, and the number of its seeds that are left out since they have not
// answered in all of them. ok is false where there is nothing.
func (x *index) pool(model string, strata []stratum) (p stats.Pool, left int, ok bool) {
	var own []stratum
	for _, s := range strata {
		if x.scores[place{model, s}] != nil {
			own = append(own, s)
		}
	}
	if len(own) == 0 {
		return p, 0, false
	}
	seeds := len(x.seeds[model])
	count := make([]int, seeds) // strata that each seed has
	for _, s := range own {
		for i := range seeds {
			if x.answered(model, s, i) {
				count[i]++
			}
		}
	}
	most := slices.Max(count)
	var kept []int
	for i, n := range count {
		if n == most && (len(kept) == 0 || x.alike(model, own, kept[0], i)) {
			kept = append(kept, i)
		} else if n > 0 {
			left++
		}
	}
	own = slices.DeleteFunc(own, func(s stratum) bool { return !x.answered(model, s, kept[0]) })
	p = stats.Pool{Seeds: len(kept), Unbounded: x.unbounded}
	for _, s := range own {
		n := len(x.questions[s.group])
		all := x.scores[place{model, s}]
		scores := make([]float64, 0, n*len(kept))
		for _, i := range kept {
			scores = append(scores, all[i*n:(i+1)*n]...)
		}
		p.Strata = append(p.Strata, stats.Stratum{Group: x.numbers[s.group], Weight: 1 / float64(len(own)), Scores: scores})
	}
	return p, left, true
}

// answered reports whether a seed has any answer in a stratum.
func (x *index) answered(model string, s stratum, seed int) bool {
	n := len(x.questions[s.group])
	return slices.ContainsFunc(x.scores[place{model, s}][seed*n:(seed+1)*n], func(y float64) bool { return !math.IsNaN(y) })
}

// alike reports whether two seeds have the same strata.
func (x *index) alike(model string, strata []stratum, a, b int) bool {
	return !slices.ContainsFunc(strata, func(s stratum) bool { return x.answered(model, s, a) != x.answered(model, s, b) })
}

// pair returns the answers of two models to what both were asked.
func (x *index) pair(a, b string, strata []stratum) (pa, pb stats.Pool, ok bool) {
	var both []stratum
	for _, s := range strata {
		if x.common(a, b, s) != nil {
			both = append(both, s)
		}
	}
	if len(both) == 0 {
		return pa, pb, false
	}
	pa, _, _ = x.pool(a, both)
	pb, _, _ = x.pool(b, both)
	if len(pa.Strata) != len(both) || len(pb.Strata) != len(both) { // a seed without all strata stands alone
		return pa, pb, false
	}
	for k, s := range both {
		common := x.common(a, b, s)
		for _, p := range []stats.Pool{pa, pb} {
			n := len(common)
			for i := range p.Strata[k].Scores {
				if !common[i%n] {
					p.Strata[k].Scores[i] = math.NaN()
				}
			}
		}
	}
	return pa, pb, true
}

// common returns which questions of a stratum both models have answered with any seed; nil: none.
func (x *index) common(a, b string, s stratum) []bool {
	inA, inB := x.scores[place{a, s}], x.scores[place{b, s}]
	if inA == nil || inB == nil {
		return nil
	}
	n := len(x.questions[s.group])
	of := func(scores []float64, q int) bool {
		for i := q; i < len(scores); i += n {
			if !math.IsNaN(scores[i]) {
				return true
			}
		}
		return false
	}
	common, some := make([]bool, n), false
	for q := range common {
		common[q] = of(inA, q) && of(inB, q)
		some = some || common[q]
	}
	if !some {
		return nil
	}
	return common
}
