package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// A Difference is one between the numbers of two pools.
type Difference struct {
	Interval         // marginal
	P        float64 // two-sided, marginal, of the hypothesis that there is none
	// Freedom are the degrees of freedom of the seeds' variance, at architecture scope; see [FamilyT].
	Freedom, T float64
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
// questions of their own. P is NaN: [SignFlips] gives it, from adds, for all pairs at once. adds is what each question, of the groups in
// ascending order, adds to the difference.
func CheckpointDifference(a, b Pool, confidence float64) (d Difference, adds [][]float64, err error) {
	if err := pairable(a, b); err != nil {
		return d, nil, err
	}
	d.P = math.NaN()
	sa, sb := a.spread(), b.spread()
	for g := range sa.adds {
		x, y := questionMeans(sa.adds[g]), questionMeans(sb.adds[g])
		for q := range x {
			x[q] -= y[q]
		}
		adds = append(adds, x)
	}
	if a.Unbounded || b.Unbounded {
		paired := spread{number: sa.number - sb.number, seeds: []float64{sa.number - sb.number}}
		for _, x := range adds {
			paired.adds = append(paired.adds, [][]float64{x})
		}
		d.Interval = paired.student(confidence)
		return d, overQuestions(adds), nil
	}
	d.Interval = Interval{Confidence: confidence, Method: "paired Gaffke"}
	inA, inB := a.components(), b.components()
	var below, above float64
	for i := range inA {
		x, weights, total := inA[i].clusters()
		y, _, _ := inB[i].clusters()
		for q := range x {
			x[q] -= y[q]
		}
		part := gaffke(x, weights, -1, 1, confidence)
		d.Center += total * part.Center
		d.N += part.N
		below += math.Pow(total*(part.Center-part.Low), 2)
		above += math.Pow(total*(part.High-part.Center), 2)
	}
	d.Low, d.High = max(-1, d.Center-math.Sqrt(below)), min(1, d.Center+math.Sqrt(above))
	return d, overQuestions(adds), nil
}

// overQuestions divides what questions average to by their number.
func overQuestions(adds [][]float64) [][]float64 {
	for _, x := range adds {
		for q := range x {
			x[q] /= float64(len(x))
		}
	}
	return adds
}

// ArchitectureDifference returns the difference of two pools of the same strata and questions as one of two architectures under their
// recipes. The seeds of the two are independent, the questions are shared, and the variance is
//
//	V = V_seed,a + V_seed,b + V_question - V_residual,a - V_residual,b, at least the seeds' and at least V_question
//
// with V_question that of the questions' differences. Interval and P are Student's, on Satterthwaite's degrees of freedom. Each pool
// has at least two seeds. Pools that differ in no question have the bounds of [CheckpointDifference].
func ArchitectureDifference(a, b Pool, confidence float64) (Difference, error) {
	d, adds, err := CheckpointDifference(a, b, confidence)
	if err != nil {
		return d, err
	}
	if a.Seeds < 2 || b.Seeds < 2 {
		return d, fmt.Errorf("compare: %d and %d trainings; want two of each at least", a.Seeds, b.Seeds)
	}
	sa, sb := a.spread(), b.spread()
	va, vb := sa.twoWay(), sb.twoWay()
	v := twoWay{seed: va.seed + vb.seed, residual: va.residual + vb.residual}
	seedTerm := va.seed*va.seed/float64(a.Seeds-1) + vb.seed*vb.seed/float64(b.Seeds-1)
	var questionTerm, residualTerm float64
	for g, x := range adds {
		n := float64(len(x))
		question := variance(x) * n // adds are over n
		v.question += question
		questionTerm += question * question / max(n-1, 1)
		for _, of := range []spread{sa, sb} {
			seeds := float64(len(of.seeds))
			residual := residualVariance(of.adds[g], questionMeans(of.adds[g])) / (n * seeds)
			residualTerm += residual * residual / (max(n-1, 1) * (seeds - 1))
		}
	}
	v.combine(seedTerm, questionTerm, residualTerm)
	d.Center = sa.number - sb.number
	d.Freedom = v.freedom
	if v.total <= rounding*rounding {
		// No two seeds and no two questions differ: one more question of another kind would have.
		v.total = 1 / float64(d.N*d.N)
		d.Freedom = float64(a.Seeds + b.Seeds - 2)
		d.T = d.Center / math.Sqrt(v.total)
		d.P = studentP(d.T, d.Freedom)
		return d, nil
	}
	d.T = d.Center / math.Sqrt(v.total)
	d.P = studentP(d.T, v.freedom)
	half := studentQuantile(0.5+confidence/2, v.freedom) * math.Sqrt(v.total)
	d.Low, d.High = d.Center-half, d.Center+half
	if !a.Unbounded {
		d.Low, d.High = max(-1, d.Low), min(1, d.High)
	}
	d.Method = "two-way t"
	return d, nil
}

// studentP returns the two-sided p-value of a t statistic.
func studentP(t, freedom float64) float64 {
	if math.IsInf(freedom, 1) {
		return 2 * distuv.UnitNormal.CDF(-math.Abs(t))
	}
	return 2 * distuv.StudentsT{Sigma: 1, Nu: freedom}.CDF(-math.Abs(t))
}
