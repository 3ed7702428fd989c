package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// ArchitectureMean returns a pool's number as one of an architecture under its recipe: another study would train with other seeds and
// ask other questions. Seeds and questions are crossed, since all seeds answer the same questions, and the variance is
//
//	V = V_seed + V_question - V_residual, at least V_seed and V_question
//
// of the two-way layout of per-question means over strata (Owen 2007, "The pigeonhole bootstrap"; Cameron, Gelbach & Miller 2011,
// "Robust inference with multiway clustering"). The interval is Wilson's at n = number·(1-number)/V, with Student's t on Satterthwaite's
// degrees of freedom (1946) in place of the normal quantile. Assumes independent seeds and questions, and scores from 0 to 1. Where all
// scores are equal it is [CheckpointMean]'s. Less than two seeds are no architecture: the interval is [CheckpointMean]'s, with a
// warning.
func ArchitectureMean(p Pool, confidence float64) Interval {
	if p.Unbounded && p.Seeds > 1 {
		i := p.spread().student(confidence)
		i.Method = "two-way t"
		return i
	}
	if p.Seeds < 2 || len(p.Strata) == 0 {
		i := CheckpointMean(p, confidence)
		i.Warnings = append(i.Warnings, "one training: the interval is of this checkpoint, not of the architecture")
		return i
	}
	s := p.spread()
	v := s.twoWay()
	m := min(max(s.number, 0), 1)
	if v.total <= rounding*rounding || m <= rounding || m >= 1-rounding {
		i := CheckpointMean(p, confidence)
		i.Warnings = append(i.Warnings, "all answers have the same score: what a training changes is not known")
		return i
	}
	t := studentQuantile(0.5+confidence/2, v.freedom)
	low, high := scoreBounds(m, m*(1-m)/v.total, t)
	i := Interval{Center: s.number, Low: low, High: high, Confidence: confidence, N: s.questions(), Method: "two-way Wilson"}
	if p.Seeds < 3 {
		i.Warnings = append(i.Warnings, "two trainings: the interval is wide since little is known of what a training changes")
	}
	return i
}

// student returns Student's interval of a number with the two-way variance, which for one seed is that of the questions.
func (s spread) student(confidence float64) Interval {
	v := s.twoWay()
	i := Interval{Center: s.number, Confidence: confidence, Method: "t over questions"}
	i.N = s.questions()
	half := studentQuantile(0.5+confidence/2, v.freedom) * math.Sqrt(v.total)
	if i.N < 2 {
		half = math.Inf(1)
		i.Warnings = append(i.Warnings, "one question: the width is not known")
	}
	i.Low, i.High = i.Center-half, i.Center+half
	return i
}

// scoreBounds returns Wilson's bounds of a share of n, n not necessarily whole.
func scoreBounds(p, n, z float64) (low, high float64) {
	center := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n)) / (1 + z*z/n)
	return max(0, center-half), min(1, center+half)
}

func studentQuantile(p, freedom float64) float64 {
	if math.IsInf(freedom, 1) || freedom > 1e6 {
		return normalQuantile(p)
	}
	return distuv.StudentsT{Sigma: 1, Nu: freedom}.Quantile(p)
}

// twoWay is the variance of a number over seeds and questions.
type twoWay struct {
	seed, question, residual float64 // of the means over seeds, questions, both
	total                    float64
	freedom                  float64 // Satterthwaite's
}

// twoWay returns the variance of a pool's number.
func (s spread) twoWay() twoWay {
	seeds := float64(len(s.seeds))
	v := twoWay{seed: variance(s.seeds) / seeds}
	var questionTerm, residualTerm float64
	for _, g := range s.adds {
		n := float64(len(g[0]))
		means := questionMeans(g)
		question := variance(means) / n
		residual := residualVariance(g, means) / (n * seeds)
		v.question += question
		v.residual += residual
		questionTerm += question * question / max(n-1, 1)
		residualTerm += residual * residual / (max(n-1, 1) * max(seeds-1, 1))
	}
	v.combine(v.seed*v.seed/max(seeds-1, 1), questionTerm, residualTerm)
	return v
}

// combine adds the components up; the terms are their squares over their degrees of freedom.
func (v *twoWay) combine(seedTerm, questionTerm, residualTerm float64) {
	v.total = max(v.seed+v.question-v.residual, v.seed, v.question)
	if terms := seedTerm + questionTerm + residualTerm; terms > 0 {
		v.freedom = max(1, v.total*v.total/terms)
	} else {
		v.freedom = math.Inf(1)
	}
}

// residualVariance returns the variance of what neither seed nor question explain.
func residualVariance(adds [][]float64, means []float64) float64 {
	all := mean(means)
	sum := 0.0
	for _, seed := range adds {
		m := mean(seed)
		for q, y := range seed {
			r := y - m - means[q] + all
			sum += r * r
		}
	}
	return sum / max(float64((len(adds)-1)*(len(means)-1)), 1)
}
