package paper

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// AuditAll is [Audit] with checks for what chance hardly gives, by the error that the scores have, and with what each claim rests on.
func AuditAll() Report {
	r := Audit()
	for i, c := range r.Checks {
		if c.Kind == Claim {
			r.Checks[i].RestsOn = restsOn(c)
		}
	}
	r.Checks = slices.Concat(r.Checks, rises(), dips())
	return r
}

// restsOn says which numbers a claim rests on.
func restsOn(c Check) string {
	who := "all models"
	if c.Model != "" {
		who = c.Model
	}
	return fmt.Sprintf("Table %d, %s: scores of %d samples each, as their granularity says", c.Table, who, samplesOf(c.Table))
}

// samplesOf returns the number of samples behind a score of a table.
func samplesOf(table int) int {
	switch table {
	case 1:
		return 13 * cellSamples
	case 2, 3:
		return depthSamples
	}
	return cellSamples
}

// level is the probability that any of the checks of a kind is unlikely by chance alone.
const level = 0.05

// above reports whether a score is higher than another by more than chance gives, both of n samples of their own, at a probability of
// level for any of so many comparisons: the test of two proportions with a pooled variance, which is too large for graded scores.
func above(a, b float64, n, comparisons int) bool {
	p := (a + b) / 200
	sd := 100 * math.Sqrt(p*(1-p)*2/float64(n))
	z := distuv.UnitNormal.Quantile(1 - level/float64(comparisons))
	return a-b > z*sd && a-b > 0
}

// rises checks that no score rises from one length to its double by more than chance gives.
func rises() []Check {
	var checks []Check
	comparisons := 0
	for _, t := range tables {
		if t.Number == 1 || t.Number > 5 {
			comparisons += len(models) * (len(lengths) - 1)
		}
	}
	for _, t := range tables {
		if t.Number > 1 && t.Number < 6 {
			continue
		}
		for _, m := range models {
			scores := paperBook.byLength(t.Number, m.name)
			for i := 1; i < len(scores); i++ {
				c := Check{Table: t.Number, Model: m.name, Kind: Monotonicity, Place: fmt.Sprintf("length %d", lengths[i]), Verdict: Agrees,
					Explanation: fmt.Sprintf("%.2f at %d tokens and %.2f at %d", scores[i-1], lengths[i-1], scores[i], lengths[i])}
				if above(scores[i], scores[i-1], samplesOf(t.Number), comparisons) {
					c.Verdict = Unlikely
					c.Explanation += fmt.Sprintf(": a rise of %.2f points with the length, which chance hardly gives with %d samples", scores[i]-scores[i-1], samplesOf(t.Number))
					if t.Task == "cwe" && lengths[i] == 4096 {
						c.Explanation += "; RULER repeats common words 30 times from 4096 tokens on and 6 times below, so the row mixes two tasks, and so does Table 1"
					}
				}
				checks = append(checks, c)
			}
		}
	}
	return checks
}

// dips checks that no score by depth in Tables 2 and 3 is below those on both sides of it, or at an end below the one beside it, by
// more than 10 points and more than chance gives.
func dips() []Check {
	const least = 10 // points
	var checks []Check
	for _, table := range []int{2, 3} {
		for _, m := range models {
			scores := paperBook.byDepth(table, m.name)
			for i, s := range scores {
				beside := 100.0
				for _, j := range []int{i - 1, i + 1} {
					if j >= 0 && j < len(scores) {
						beside = min(beside, scores[j])
					}
				}
				c := Check{Table: table, Model: m.name, Kind: Neighbours, Place: fmt.Sprintf("depth %d", depths[i]), Verdict: Agrees,
					Explanation: fmt.Sprintf("%.2f, and at least %.2f beside it", s, beside)}
				if beside-s > least && above(beside, s, depthSamples, 2*len(models)*len(depths)) {
					c.Verdict = Unlikely
					c.Explanation += fmt.Sprintf(": it drops by %.2f points at this depth alone, which chance hardly gives with %d samples", beside-s, depthSamples)
				}
				checks = append(checks, c)
			}
		}
	}
	return checks
}
