package paper

import "fmt"

// Samples of an entry. The paper does not give them, but nearly all scores are multiples of what these give.
const (
	cellSamples  = 250 // Tables 4 and 6 to 18
	depthSamples = 750 // Tables 2 and 3
)

// answers are the references of one sample where each counts on its own (RULER's string_match_all). Tasks with
// one reference, or where any is enough (string_match_part: qa), are not listed.
var answers = map[string]int{"niah_multivalue": 4, "niah_multiquery": 4, "vt": 5, "cwe": 10, "fwe": 3}

// granularities checks that every score that is not a mean of scores is a multiple of
// 100 / (samples x answers), up to rounding.
func granularities() []Check {
	var checks []Check
	for _, t := range tables {
		if t.Number == 1 {
			continue
		}
		outcomes := cellSamples * max(1, answers[t.Task])
		if t.Number == 2 || t.Number == 3 {
			outcomes = depthSamples
		}
		for _, e := range t.Entries {
			if !e.IsAverage() {
				checks = append(checks, granularity(e, outcomes))
			}
		}
	}
	return checks
}

// granularity checks whether an integer number of right answers gives the score. outcomes is the number of all
// answers.
func granularity(e Entry, outcomes int) Check {
	p := e.hundredths()
	below := p * outcomes / 10000 // right answers that give at most the score
	score := func(right int) float64 { return 100 * float64(right) / float64(outcomes) }
	// The distance of the possible scores on either side from the printed one, in 1/outcomes of a hundredth.
	toBelow, toAbove := p*outcomes-below*10000, (below+1)*10000-p*outcomes
	figure := Figure{Printed: e.Score, Recomputed: score(below), Low: score(below), High: score(min(below+1, outcomes))}
	if toAbove < toBelow {
		figure.Recomputed = score(below + 1)
	}
	c := Check{Table: e.Table, Model: e.Model, Kind: Granularity, Place: e.place(), Figure: &figure}
	if 2*min(toBelow, toAbove) <= outcomes {
		c.Verdict = Agrees
		c.Explanation = fmt.Sprintf("%.2f is a multiple of 100/%d", e.Score, outcomes)
		return c
	}
	c.Verdict = CannotBe
	c.Explanation = fmt.Sprintf("%.2f is no multiple of 100/%d: the possible scores next to it are %.2f and %.2f",
		e.Score, outcomes, figure.Low, figure.High)
	return c
}
