package paper

import "fmt"

// Samples of a cell. The paper does not give them; nearly all scores are multiples of what these give.
const (
	cellSamples  = 250 // Tables 4 and 6 to 18
	depthSamples = 750 // Tables 2 and 3
)

// answers are the references of one sample, each of which counts (RULER's string_match_all); 1 where
// there is but one, or where any will do (string_match_part: qa).
var answers = map[string]int{"niah_multivalue": 4, "niah_multiquery": 4, "vt": 5, "cwe": 10, "fwe": 3}

// granularities checks every score that is not a mean of scores: it must be a multiple of
// 100 / (samples x answers) within rounding.
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

// granularity checks whether some whole number of right outcomes gives the score.
func granularity(e Entry, outcomes int) Check {
	p := e.hundredths()
	below := p * outcomes / 10000 // right outcomes that give at most the score
	score := func(right int) float64 { return 100 * float64(right) / float64(outcomes) }
	// In units of 1 / outcomes hundredths: how far the scores on either side are from the printed one.
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
