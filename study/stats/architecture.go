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
// "Robust inference with multiway clustering"). The interval is Wilson's at n = number·(1-number)/V, with a quantile between Student's t on
// the seeds' degrees of freedom and the normal one, by what seeds and questions contribute (Cochran 1964). Assumes independent seeds and questions, and scores from 0 to 1. Where all
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
	if v.total() <= rounding*rounding || m <= rounding || m >= 1-rounding {
		i := CheckpointMean(p, confidence)
		i.Warnings = append(i.Warnings, "all answers have the same score: what a training changes is not known")
		return i
	}
	low, high := scoreBounds(m, m*(1-m)/v.total(), v.half(confidence)/math.Sqrt(v.total()))
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
	half := v.half(confidence)
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
	seed, question, residual     float64 // of the means over seeds, questions, both
	seedFreedom, questionFreedom float64 // Satterthwaite's, of each
	seedTerm, questionTerm       float64 // squares over degrees of freedom
}

// twoWay returns the variance of a pool's number.
func (s spread) twoWay() twoWay {
	var v twoWay
	v.addSeeds(s.seeds)
	for _, g := range s.adds {
		means := questionMeans(g)
		v.addQuestions(means)
		v.residual += residualVariance(g, means) / float64(len(means)*len(g))
	}
	return v
}

// addSeeds adds what the seeds of a model contribute.
func (v *twoWay) addSeeds(numbers []float64) {
	n := float64(len(numbers))
	of := variance(numbers) / n
	v.seed += of
	v.seedTerm += of * of / max(n-1, 1)
	v.seedFreedom = satterthwaite(v.seed, v.seedTerm)
}

// addQuestions adds what the questions of a group contribute. Their variance is known less well than normal deviates' where few
// questions differ from the rest: its own is (excess kurtosis/n + 2/(n-1))·variance² (Cramér 1946, section 27.4).
func (v *twoWay) addQuestions(means []float64) {
	n := float64(len(means))
	of := variance(means) / n
	v.question += of
	v.questionTerm += of * of * (excess(means)/(2*n) + 1/max(n-1, 1))
	v.questionFreedom = satterthwaite(v.question, v.questionTerm)
}

// excess returns the excess kurtosis of values, at least 0.
func excess(values []float64) float64 {
	m, second, fourth, n := mean(values), 0.0, 0.0, float64(len(values))
	for _, v := range values {
		d := (v - m) * (v - m)
		second += d / n
		fourth += d * d / n
	}
	if second <= rounding*rounding {
		return 0
	}
	return max(0, fourth/(second*second)-3)
}

func satterthwaite(sum, terms float64) float64 {
	if terms == 0 {
		return math.Inf(1)
	}
	return max(1, sum*sum/terms)
}

// total returns the variance of the number.
func (v twoWay) total() float64 { return max(v.seed+v.question-v.residual, v.seed, v.question) }

// half returns half of the width of an interval of the number. Each component has the quantile of its own degrees of freedom, as in
// Cochran's (1964) solution of the problem of Behrens and Fisher: where a few seeds differ little by chance, degrees of freedom for the
// sum, Satterthwaite's, would be those of the questions, and the interval too narrow.
func (v twoWay) half(confidence float64) float64 {
	seeds, questions := studentQuantile(0.5+confidence/2, v.seedFreedom), studentQuantile(0.5+confidence/2, v.questionFreedom)
	return math.Sqrt(max(seeds*seeds*v.seed+questions*questions*max(v.question-v.residual, 0), questions*questions*v.question))
}

// p returns the two-sided p-value of a number, the error of the interval around it that ends at 0.
func (v twoWay) p(number float64) float64 {
	const smallest = 1e-12
	low, high := math.Log(smallest), 0.0
	for range 45 {
		if middle := (low + high) / 2; v.half(1-math.Exp(middle)) > math.Abs(number) {
			low = middle
		} else {
			high = middle
		}
	}
	return math.Exp(high)
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
