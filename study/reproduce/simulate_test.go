package reproduce

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"longseq/data/paper"
	"longseq/data/published"
	"longseq/data/ruler"
)

// answersOf are the references of a task that count each on its own.
var answersOf = map[string]int{"niah_multivalue": 4, "niah_multiquery": 4, "vt": 5, "cwe": 10, "fwe": 3}

// truth returns the paper's score of a group of records, as a share: of Tables 6 to 18, and of one needle of Table 4 where it has the
// format, else of Table 2 or 3, which have the formats' mean.
func truth(t testing.TB, m published.Model, g group) float64 {
	t.Helper()
	key := paper.Key{Model: m.Name, Length: g.length}
	if g.task != ruler.SingleNeedle {
		key.Table, _ = paper.TableOf(g.task)
	} else {
		key.Table, key.Depth, key.Format = 4, int(g.depth), g.format
		if _, err := paper.Score(key); err != nil {
			key = paper.Key{Table: 2, Model: m.Name, Depth: int(g.depth)}
			if g.length == 2*baseLength(m) {
				key.Table = 3
			}
		}
	}
	score, err := paper.Score(key)
	if err != nil {
		t.Fatal(err)
	}
	return score / 100
}

// An answerer stands in for a model of the paper: each answer to a question of a cell is right with a probability.
type answerer struct {
	random *rand.Rand
	right  func(model string, g group) float64
}

// score draws a score: the share of answers that are right.
func (a answerer) score(model string, g group, _ int) float64 {
	p, n, right := a.right(model, g), max(1, answersOf[g.task]), 0
	for range n {
		if a.random.Float64() < p {
			right++
		}
	}
	return float64(right) / float64(n)
}

// simulations is how many reports are simulated: some, or 200 if LONGSEQ_SIMULATE is set.
func simulations(some int) int {
	if os.Getenv("LONGSEQ_SIMULATE") != "" {
		return 200
	}
	return some
}

// truths remembers the paper's scores.
func truths(t testing.TB) func(model string, g group) float64 {
	type key struct {
		model string
		group
	}
	known := map[key]float64{}
	return func(name string, g group) float64 {
		k := key{name, g}
		p, ok := known[k]
		if !ok {
			p = truth(t, model(t, name), g)
			known[k] = p
		}
		return p
	}
}

// The paper's own models on other samples: nearly all scores are consistent, and seldom does any of a report differ. The printed scores
// are drawn anew too, since they are samples themselves.
func TestTheSameModelIsConsistent(t *testing.T) {
	plan, subjects := planOf(t, Options{}, all()...)
	whole, known := resolved(plan), identities(all()...)
	a := answerer{rand.New(rand.NewPCG(1, 2)), truths(t)}
	n := simulations(2)
	statements, consistent, redrawn, falsely := 0, 0, 0, 0
	for range n {
		r := report(t, answers(plan, a.score), whole, subjects, known)
		for _, s := range r.Scores {
			statements++
			if s.Verdict == Consistent {
				consistent++
			}
		}
		any := false
		a.redraw(t, &r)
		for _, s := range r.Scores {
			// The paper's Table 2 is not the mean of its Table 4 there, from which the needles are drawn.
			odd := s.Model == "M2A" && s.Table == 2 && (s.Depth == 100 || s.Average)
			// Printed averages that do not follow from their rows cannot be drawn from them.
			if s.Verdict != Consistent && !odd && !(s.Average && s.Table <= 3) {
				any = true
				redrawn++
			}
		}
		if any {
			falsely++
		}
	}
	share := float64(consistent) / float64(statements)
	t.Logf("%d reports of %d statements: %.4f consistent with the paper's numbers as printed; with those drawn anew %d differ, in %d reports", n, statements/n, share, redrawn, falsely)
	if share < 0.95 {
		t.Errorf("%.4f of the scores are consistent, want 0.95 at least", share)
	}
	if limit := distuv.UnitNormal.Quantile(0.999)*math.Sqrt(0.05*0.95*float64(n)) + 0.05*float64(n); float64(falsely) > limit {
		t.Errorf("%d of %d reports have a score that differs falsely, want 5%% at most", falsely, n)
	}
}

// redraw draws the paper's scores anew, since they are samples too, and judges them.
func (a answerer) redraw(t *testing.T, r *Report) {
	t.Helper()
	for i := range r.Scores {
		s := &r.Scores[i]
		n := selection{table: s.Table}.questions(s.Average)
		s.Paper = math.Round(1e4*a.binomial(n, s.Paper/100)/float64(n)) / 100
		s.Verdict = ""
	}
	if _, err := judge(r.Scores, r.Confidence, func(Score) []Change { return nil }); err != nil {
		t.Fatal(err)
	}
}

// binomial draws how many of n are right.
func (a answerer) binomial(n int, p float64) float64 {
	right := 0
	for range n {
		if a.random.Float64() < p {
			right++
		}
	}
	return float64(right)
}

// A model that is 15 points worse is found as often as the report says.
func TestPlantedDifferencesAreFoundWithTheStatedPower(t *testing.T) {
	const planted = 0.15
	plan, subjects := planOf(t, Options{Tables: []int{6, 7, 8, 9, 10, 11}}, all()...)
	whole, known := resolved(plan), identities(all()...)
	is := truths(t)
	a := answerer{rand.New(rand.NewPCG(3, 4)), func(model string, g group) float64 { return max(0, is(model, g)-planted) }}
	n := simulations(20)
	found, stated, scores := 0.0, 0.0, 0
	for range n {
		r := report(t, answers(plan, a.score), whole, subjects, known)
		printed := slices.Clone(r.Scores)
		a.redraw(t, &r)
		z := distuv.UnitNormal.Quantile(1 - 0.05/float64(r.Family)/2)
		for i, s := range r.Scores {
			if p := printed[i].Paper; s.Average || p < 35 || p > 95 {
				continue
			}
			scores++
			if s.Verdict == Differs {
				found++
			}
			// Detectable is z and 0.84 standard errors; 15 points are so many more than z.
			sd := s.Difference.Detectable / (z + distuv.UnitNormal.Quantile(0.8))
			stated += distuv.UnitNormal.CDF(100*planted/sd - z)
		}
	}
	found, stated = found/float64(scores), stated/float64(scores)
	t.Logf("%d scores that are 15 points lower in %d reports: %.3f found, %.3f stated", scores, n, found, stated)
	if math.Abs(found-stated) > 0.05 { // three standard errors of the short form
		t.Errorf("%.3f of the differences were found, the reports state %.3f", found, stated)
	}
}

// Without identities nothing is ever consistent, whatever the models are called and however well their scores agree.
func TestWithoutIdentitiesNothingIsConsistent(t *testing.T) {
	plan, subjects := planOf(t, Options{Samples: 10}, all()...)
	a := answerer{rand.New(rand.NewPCG(5, 6)), truths(t)}
	store := answers(plan, a.score)
	for i, known := range []Identities{nil, {}, {"M2A": {digestOf("SL")}}} {
		r := report(t, store, resolved(plan), subjects, known)
		if r.Family != 0 || slices.ContainsFunc(r.Scores, func(s Score) bool { return s.Verdict == Consistent || s.Verdict == Differs || s.Difference != nil }) {
			t.Errorf("identities %d: %d statements", i, r.Family)
		}
	}
}
