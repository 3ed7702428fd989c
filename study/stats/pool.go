package stats

import (
	"math"
	"slices"
)

// A Pool is what one number pools: the answers of one model, after one training or several, to questions in strata (depths, formats,
// tasks, lengths). The number is Σ weight·mean over strata, and the mean over trainings. A question is one cluster, however many strata
// and trainings see it; strata of one group ask the same questions, strata of different groups have questions of their own.
type Pool struct {
	Seeds     int // trainings, at least 1
	Strata    []Stratum
	Unbounded bool // scores are log-probabilities, say, and not 0 to 1: intervals are Student's, on the number's variance
}

// A Stratum is one depth, format, task and length, say.
type Stratum struct {
	Group  int       // of questions: those with equal numbers in strata of one group are the same
	Weight float64   // usually 1 over the number of strata; negative where a number is a contrast
	Scores []float64 // [seed · questions + question]; NaN: not asked. All strata of a group are equally long
}

// Numbers returns the number of each training alone; NaN for one without answers in a stratum.
func (p Pool) Numbers() []float64 { return p.spread().seeds }

// questions returns the number of questions of a stratum.
func (p Pool) questions(s Stratum) int { return len(s.Scores) / p.Seeds }

// groups returns the numbers of the groups, ascending.
func (p Pool) groups() []int {
	var list []int
	for _, s := range p.Strata {
		if !slices.Contains(list, s.Group) {
			list = append(list, s.Group)
		}
	}
	slices.Sort(list)
	return list
}

// stratumMeans returns the mean of each seed's answers in a stratum, and their number; NaN without answers.
func (p Pool) stratumMeans(s Stratum) (means []float64, counts []int) {
	n := p.questions(s)
	means, counts = make([]float64, p.Seeds), make([]int, p.Seeds)
	for i := range means {
		for _, y := range s.Scores[i*n : (i+1)*n] {
			if !math.IsNaN(y) {
				means[i] += y
				counts[i]++
			}
		}
		means[i] /= float64(counts[i])
	}
	return means, counts
}

// A spread is a pool's number with what is needed for its variance: adds[group][seed][question] averages over questions to what the
// group adds to the seed's number, and its deviations are those of the number when a question is exchanged.
type spread struct {
	number float64
	seeds  []float64 // each seed's number
	adds   [][][]float64
	asked  [][]int // questions of each group
	groups []int
}

// spread linearises a pool: a question adds Σ weight·(questions/answers)·(score - stratum's mean) over the strata that asked it.
// Where all strata ask all questions that is its weighted mean over strata. Questions that no stratum asked are left out. Strata
// without any answer of a seed make its number NaN.
func (p Pool) spread() spread {
	s := spread{seeds: make([]float64, p.Seeds)}
	for _, g := range p.groups() {
		var asked []int // questions of the group that some stratum asked
		n := 0
		for _, t := range p.Strata {
			if t.Group == g {
				n = p.questions(t)
			}
		}
		for q := range n {
			if slices.ContainsFunc(p.Strata, func(t Stratum) bool { return t.Group == g && p.asked(t, q) }) {
				asked = append(asked, q)
			}
		}
		adds := make([][]float64, p.Seeds)
		for i := range adds {
			adds[i] = make([]float64, len(asked))
		}
		for _, t := range p.Strata {
			if t.Group != g {
				continue
			}
			means, counts := p.stratumMeans(t)
			for i, m := range means {
				scale := t.Weight * float64(len(asked)) / float64(counts[i])
				for k, q := range asked {
					adds[i][k] += t.Weight * m
					if y := t.Scores[i*n+q]; !math.IsNaN(y) {
						adds[i][k] += scale * (y - m)
					}
				}
				s.seeds[i] += t.Weight * m
			}
		}
		s.adds, s.asked, s.groups = append(s.adds, adds), append(s.asked, asked), append(s.groups, g)
	}
	s.number = mean(s.seeds)
	return s
}

// asked reports whether any seed answered the question in the stratum.
func (p Pool) asked(s Stratum, question int) bool {
	n := p.questions(s)
	for i := range p.Seeds {
		if !math.IsNaN(s.Scores[i*n+question]) {
			return true
		}
	}
	return false
}

// questions returns how many questions there are answers to.
func (s spread) questions() int {
	n := 0
	for _, asked := range s.asked {
		n += len(asked)
	}
	return n
}

// questionMeans returns, for one group, each question's mean over seeds.
func questionMeans(adds [][]float64) []float64 {
	means := make([]float64, len(adds[0]))
	for _, seed := range adds {
		for q, y := range seed {
			means[q] += y / float64(len(adds))
		}
	}
	return means
}

// variance returns the sample variance of values, 0 for less than two.
func variance(values []float64) float64 {
	if len(values) < 2 {
		return 0
	}
	m, sum := mean(values), 0.0
	for _, v := range values {
		sum += (v - m) * (v - m)
	}
	return sum / float64(len(values)-1)
}
