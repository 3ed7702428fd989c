package compare

import (
	"iter"
	"math"
	"slices"

	"longseq/data"
	"longseq/study/stats"
)

// An Index holds answers by model and stratum, for several comparisons of the same.
type Index struct {
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

// NewIndex indexes answers, of which no two are to the same question by the same training in the same stratum. It reads them twice.
// logProb says that models are compared by the log-probability of the right answer, and not by scores. Answers that are in the order of
// a store, question by question of a stratum, take the least time.
func NewIndex(answers iter.Seq[Answer], logProb bool) *Index {
	x := &Index{seeds: make(map[string][]int64), questions: make(map[group][]int), numbers: make(map[group]int), scores: make(map[place][]float64),
		unbounded: logProb}
	x.list(answers)
	for p, n := range x.places(answers) {
		x.scores[p] = slices.Repeat([]float64{math.NaN()}, n)
	}
	var last place
	var scores []float64
	for a := range answers {
		if p := (place{a.Model, a.stratum()}); scores == nil || p != last {
			last, scores = p, x.scores[p]
		}
		questions := x.questions[last.group]
		rank := a.Sample // where they are numbered from 0 without a gap
		if rank < 0 || rank >= len(questions) || questions[rank] != a.Sample {
			rank, _ = slices.BinarySearch(questions, a.Sample)
		}
		seed, _ := slices.BinarySearch(x.seeds[a.Model], a.TrainSeed)
		score := a.Score
		if logProb {
			score = a.LogProb
		}
		scores[seed*len(questions)+rank] = score
	}
	return x
}

// list sets the models with their seeds, the strata, and the questions of their groups.
func (x *Index) list(answers iter.Seq[Answer]) {
	seen := make(map[stratum]bool)
	var last Answer
	var samples *[]int
	all := make(map[group]*[]int)
	for a := range answers {
		if samples == nil || a.Model != last.Model || a.TrainSeed != last.TrainSeed {
			if x.seeds[a.Model] == nil {
				x.models = append(x.models, a.Model)
			}
			if !slices.Contains(x.seeds[a.Model], a.TrainSeed) {
				x.seeds[a.Model] = append(x.seeds[a.Model], a.TrainSeed)
			}
		}
		if s := a.stratum(); samples == nil || s != last.stratum() {
			if !seen[s] {
				seen[s] = true
				x.strata = append(x.strata, s)
			}
			if all[s.group] == nil {
				all[s.group] = new([]int)
			}
			samples = all[s.group]
		}
		*samples = append(*samples, a.Sample)
		last = a
	}
	slices.Sort(x.models)
	for _, seeds := range x.seeds {
		slices.Sort(seeds)
	}
	slices.SortFunc(x.strata, compareStrata)
	for _, s := range x.strata {
		if _, ok := x.numbers[s.group]; !ok {
			x.numbers[s.group] = len(x.numbers)
			slices.Sort(*all[s.group])
			x.questions[s.group] = slices.Clip(slices.Compact(*all[s.group]))
		}
	}
}

// places returns how many scores each model can have in each stratum of which it has any.
func (x *Index) places(answers iter.Seq[Answer]) map[place]int {
	sizes := make(map[place]int)
	var last place
	for a := range answers {
		if p := (place{a.Model, a.stratum()}); len(sizes) == 0 || p != last {
			last = p
			sizes[p] = len(x.questions[p.group]) * len(x.seeds[a.Model])
		}
	}
	return sizes
}

func (a Answer) stratum() stratum {
	s := stratum{group: group{a.Task, a.Length}, depth: a.Depth, format: a.Format}
	if math.IsNaN(s.depth) {
		s.depth = data.AnyDepth
	}
	return s
}

// A pooled is a model's answers in strata, with the seeds that have answered in all of these, and the number of those that are left out.
type pooled struct {
	stats.Pool
	strata []stratum
	seeds  []int64
	left   int
}

// pool returns a model's answers in those of the strata that it has. ok is false where there is nothing.
func (x *Index) pool(model string, strata []stratum) (p pooled, ok bool) {
	var own []stratum
	for _, s := range strata {
		if x.scores[place{model, s}] != nil {
			own = append(own, s)
		}
	}
	if len(own) == 0 {
		return p, false
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
			p.left++
		}
	}
	own = slices.DeleteFunc(own, func(s stratum) bool { return !x.answered(model, s, kept[0]) })
	p.strata, p.Pool = own, stats.Pool{Seeds: len(kept), Unbounded: x.unbounded}
	for _, i := range kept {
		p.seeds = append(p.seeds, x.seeds[model][i])
	}
	for _, s := range own {
		n := len(x.questions[s.group])
		all := x.scores[place{model, s}]
		scores := make([]float64, 0, n*len(kept))
		for _, i := range kept {
			scores = append(scores, all[i*n:(i+1)*n]...)
		}
		p.Strata = append(p.Strata, stats.Stratum{Group: x.numbers[s.group], Weight: 1 / float64(len(own)), Scores: scores})
	}
	return p, true
}

// answered reports whether a seed has any answer in a stratum.
func (x *Index) answered(model string, s stratum, seed int) bool {
	n := len(x.questions[s.group])
	return slices.ContainsFunc(x.scores[place{model, s}][seed*n:(seed+1)*n], func(y float64) bool { return !math.IsNaN(y) })
}

// alike reports whether two seeds have the same strata.
func (x *Index) alike(model string, strata []stratum, a, b int) bool {
	return !slices.ContainsFunc(strata, func(s stratum) bool { return x.answered(model, s, a) != x.answered(model, s, b) })
}

// pair returns the answers of two models to what both were asked.
func (x *Index) pair(a, b string, strata []stratum) (pa, pb stats.Pool, ok bool) {
	var both []stratum
	for _, s := range strata {
		if x.common(a, b, s) != nil {
			both = append(both, s)
		}
	}
	if len(both) == 0 {
		return pa, pb, false
	}
	of, _ := x.pool(a, both)
	against, _ := x.pool(b, both)
	pa, pb = of.Pool, against.Pool
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
func (x *Index) common(a, b string, s stratum) []bool {
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
