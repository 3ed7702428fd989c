package paper

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Impossible is the kind of check of a score that no percentage can be, in [AuditTable] alone.
const Impossible = "impossible"

// AuditTable checks a table that somebody reports: that every score is a percentage; that it is one that its number of answers can give
// (GRIM: Brown & Heathers 2017, "The GRIM test"); that averages are those of the model's other scores; and, where conditions are numbers
// such as lengths, that no score rises with them by more than chance gives.
func AuditTable(table []Reported) Report {
	var r Report
	for _, s := range table {
		r.Checks = append(r.Checks, possible(s))
		if s.N > 0 && !s.Average && r.Checks[len(r.Checks)-1].Verdict == Agrees {
			r.Checks = append(r.Checks, grim(s))
		}
	}
	for _, rows := range rowsOf(table) {
		r.Checks = slices.Concat(r.Checks, reportedAverages(rows), reportedRises(rows, len(table)))
	}
	return r
}

// rowsOf divides a table by its models.
func rowsOf(table []Reported) [][]Reported {
	var rows [][]Reported
	at := map[string]int{}
	for _, s := range table {
		i, ok := at[s.Model]
		if !ok {
			i = len(rows)
			at[s.Model] = i
			rows = append(rows, nil)
		}
		rows[i] = append(rows[i], s)
	}
	return rows
}

func (s Reported) check(kind string) Check {
	return Check{Model: s.Model, Place: s.Condition, Kind: kind, Verdict: Agrees}
}

// possible checks that a score is a percentage.
func possible(s Reported) Check {
	c := s.check(Impossible)
	c.Explanation = fmt.Sprintf("%v is a percentage", s.Score)
	if !(s.Score >= 0 && s.Score <= 100) {
		c.Verdict, c.Explanation = CannotBe, fmt.Sprintf("%v is no percentage", s.Score)
	}
	return c
}

// rounding is half of the last printed digit of a score, with what binary fractions lose.
func (s Reported) rounding() float64 { return 0.5*math.Pow(10, -float64(s.Decimals)) + 1e-9 }

// grim checks that a whole number of right answers gives a score.
func grim(s Reported) Check {
	c := s.check(Granularity)
	outcomes := float64(s.N) * float64(max(1, s.Answers))
	below := math.Floor(s.Score * outcomes / 100)
	low, high := 100*below/outcomes, 100*min(below+1, outcomes)/outcomes
	nearest := low
	if high-s.Score < s.Score-low {
		nearest = high
	}
	c.Figure = &Figure{Printed: s.Score, Recomputed: nearest, Low: low, High: high}
	c.Explanation = fmt.Sprintf("%v is a multiple of 100/%.0f", s.Score, outcomes)
	if math.Abs(nearest-s.Score) > s.rounding() {
		c.Verdict = CannotBe
		c.Explanation = fmt.Sprintf("%v is no multiple of 100/%.0f: the possible scores next to it are %.*f and %.*f", s.Score, outcomes, s.Decimals+1, low, s.Decimals+1, high)
	}
	return c
}

// reportedAverages checks a model's averages.
func reportedAverages(rows []Reported) []Check {
	sum, slack, n := 0.0, 0.0, 0
	for _, s := range rows {
		if !s.Average {
			sum, slack, n = sum+s.Score, slack+s.rounding(), n+1
		}
	}
	var checks []Check
	for _, s := range rows {
		if !s.Average || n == 0 {
			continue
		}
		mean := sum / float64(n)
		c := s.check(RowAverage)
		c.Figure = &Figure{Printed: s.Score, Recomputed: mean, Low: mean - slack/float64(n), High: mean + slack/float64(n)}
		c.Explanation = fmt.Sprintf("the mean of the %d others is %.3f", n, mean)
		switch off := math.Abs(mean - s.Score); {
		case off <= s.rounding():
		case off <= s.rounding()+slack/float64(n):
			c.Verdict = Undecided
			c.Explanation += fmt.Sprintf(", and may or may not round to the %v that is printed", s.Score)
		default:
			c.Verdict = CannotBe
			c.Explanation += fmt.Sprintf(", but %v is printed", s.Score)
		}
		checks = append(checks, c)
	}
	return checks
}

// reportedRises checks that a model's scores do not rise with conditions that are numbers.
func reportedRises(rows []Reported, comparisons int) []Check {
	type point struct {
		at float64
		Reported
	}
	var points []point
	for _, s := range rows {
		at, err := strconv.ParseFloat(s.Condition, 64)
		if err != nil || math.IsNaN(at) {
			continue
		}
		if !s.Average && s.N > 0 && possible(s).Verdict == Agrees {
			points = append(points, point{at, s})
		}
	}
	slices.SortStableFunc(points, func(a, b point) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return 0
	})
	var checks []Check
	for i := 1; i < len(points); i++ {
		before, s := points[i-1], points[i]
		if before.at == s.at {
			continue
		}
		c := s.check(Monotonicity)
		c.Explanation = fmt.Sprintf("%v at %s and %v at %s", before.Score, before.Condition, s.Score, s.Condition)
		if above(s.Score, before.Score, min(before.N, s.N), comparisons) {
			c.Verdict = Unlikely
			c.Explanation += fmt.Sprintf(": a rise which chance hardly gives with %d samples", min(before.N, s.N))
		}
		checks = append(checks, c)
	}
	return checks
}
