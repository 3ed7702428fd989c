package stats

import (
	"fmt"
	"math"
)

// A Difference is one between the numbers of two pools.
type Difference struct {
	Interval         // marginal
	P        float64 // two-sided, marginal, of the hypothesis that there is none
}

// FamilyT returns the p-values of differences at architecture scope among all of them: Holm's (1979) over t.
func FamilyT(list []Difference) []float64 {
	p := make([]float64, len(list))
	for i, d := range list {
		p[i] = d.P
	}
	return Holm(p)
}

// pairable returns an error unless two pools have the same strata.
func pairable(a, b Pool) error {
	if len(a.Strata) != len(b.Strata) {
		return fmt.Errorf("compare: %d strata against %d; want the same", len(a.Strata), len(b.Strata))
	}
	for i, s := range a.Strata {
		t := b.Strata[i]
		if s.Group != t.Group || s.Weight != t.Weight || a.questions(s) != b.questions(t) {
			return fmt.Errorf("compare: stratum %d differs between the two; want the same questions", i)
		}
		for q := range a.questions(s) {
			if a.asked(s, q) != b.asked(t, q) {
				return fmt.Errorf("compare: question %d of stratum %d was asked of only one of the two; want the same questions", q, i)
			}
		}
	}
	return nil
}

// CheckpointDifference returns the difference of two pools of the same strata and questions as one of these trained weights: paired by
// question, with Gaffke's bounds for scores of a range of 2 ([Gaffke]) on the questions' differences, and MOVER over strata with
// questions of their own. P is NaN: [SignFlips] gives it, for all pairs at once, from what each question adds.
func CheckpointDifference(a, b Pool, confidence float64) (Difference, Paired, error) {
	t, err := pair(a, b)
	if err != nil {
		return Difference{}, Paired{}, err
	}
	var paired Paired
	for g, x := range t.by {
		for k, d := range x {
			paired.Groups, paired.Questions = append(paired.Groups, t.a.groups[g]), append(paired.Questions, t.a.asked[g][k])
			paired.Adds = append(paired.Adds, d/float64(len(x)))
		}
	}
	return Difference{Interval: t.bounds(a, b, confidence), P: math.NaN()}, paired, nil
}

// A paired is two pools' spreads, and what each question of each group has more in the first; their mean is what the group adds.
type paired struct {
	a, b spread
	by   [][]float64
}

func pair(a, b Pool) (paired, error) {
	if err := pairable(a, b); err != nil {
		return paired{}, err
	}
	t := paired{a: a.spread(), b: b.spread()}
	for g := range t.a.adds {
		x, y := questionMeans(t.a.adds[g]), questionMeans(t.b.adds[g])
		for q := range x {
			x[q] -= y[q]
		}
		t.by = append(t.by, x)
	}
	return t, nil
}

// bounds returns the difference's interval at checkpoint scope.
func (t paired) bounds(a, b Pool, confidence float64) Interval {
	if a.Unbounded || b.Unbounded {
		s := spread{number: t.a.number - t.b.number, seeds: []float64{t.a.number - t.b.number}, asked: t.a.asked}
		for _, x := range t.by {
			s.adds = append(s.adds, [][]float64{x})
		}
		return s.student(confidence)
	}
	i := Interval{Confidence: confidence, Method: "paired Gaffke"}
	inA, inB := a.components(), b.components()
	var below, above float64
	for k := range inA {
		x, weights, total := inA[k].clusters()
		y, _, _ := inB[k].clusters()
		for q := range x {
			x[q] -= y[q]
		}
		part := gaffke(x, weights, -1, 1, confidence)
		i.Center += total * part.Center
		i.N += part.N
		below += math.Pow(total*(part.Center-part.Low), 2)
		above += math.Pow(total*(part.High-part.Center), 2)
	}
	i.Low, i.High = max(-1, i.Center-math.Sqrt(below)), min(1, i.Center+math.Sqrt(above))
	return i
}

// ArchitectureDifference returns the difference of two pools of the same strata and questions as one of two architectures under their
// recipes. The seeds of the two are independent, the questions are shared, and the variance is
//
//	V = V_seed,a + V_seed,b + V_question - V_residual,a - V_residual,b, at least the seeds' and at least V_question
//
// with V_question that of the questions' differences. Interval and P are Student's, by what seeds and questions contribute (Cochran 1964). Each pool
// has at least two seeds. Pools that differ in no question have the bounds of [CheckpointDifference].
func ArchitectureDifference(a, b Pool, confidence float64) (Difference, error) {
	t, err := pair(a, b)
	if err == nil && (a.Seeds < 2 || b.Seeds < 2) {
		err = fmt.Errorf("compare: %d and %d trainings; want two of each at least", a.Seeds, b.Seeds)
	}
	if err != nil {
		return Difference{}, err
	}
	v := t.twoWay()
	d := Difference{Interval: Interval{Center: t.a.number - t.b.number, Confidence: confidence, N: t.a.questions(), Method: "two-way t"}}
	if v.total() <= rounding*rounding {
		// No two seeds and no two questions differ; one question more might have.
		d.Interval = t.bounds(a, b, confidence)
		v.seed, v.question = 1/float64(d.N*d.N), 0
	} else {
		half := v.half(confidence)
		d.Low, d.High = d.Center-half, d.Center+half
		if !a.Unbounded {
			d.Low, d.High = max(-1, d.Low), min(1, d.High)
		}
	}
	d.P = v.p(d.Center)
	return d, nil
}

// twoWay returns the variance of the difference.
func (t paired) twoWay() twoWay {
	var v twoWay
	for _, s := range []spread{t.a, t.b} {
		v.addSeeds(s.seeds)
		for _, g := range s.adds {
			v.residual += residualVariance(g, questionMeans(g)) / float64(len(g[0])*len(g))
		}
	}
	for _, x := range t.by {
		v.addQuestions(x)
	}
	return v
}
