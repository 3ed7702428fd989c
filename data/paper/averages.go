package paper

import "fmt"

// judgeMean compares a printed mean with the printed terms. All are rounded hundredths: a term t stands for
// any value in [t-1/2, t+1/2], and so does the mean. Integers keep the comparison exact. A half may have been
// rounded either way and counts as agreement.
func judgeMean(terms []int, printed int) (Figure, Verdict) {
	n, sum := len(terms), 0
	for _, t := range terms {
		sum += t
	}
	off := sum - n*printed // n times the distance from the mean of the terms, in hundredths
	if off < 0 {
		off = -off
	}
	mean := float64(sum) / float64(n) / 100
	figure := Figure{Printed: float64(printed) / 100, Recomputed: mean, Low: mean - 0.005, High: mean + 0.005}
	switch {
	case 2*off <= n: // within the rounding of the mean
		return figure, Agrees
	case off <= n: // within the rounding of the mean and of the terms
		return figure, Undecided
	}
	return figure, CannotBe
}

// meanCheck checks one printed mean. of names the terms.
func meanCheck(e Entry, kind, of string, terms []int) Check {
	figure, verdict := judgeMean(terms, e.hundredths())
	c := Check{Table: e.Table, Model: e.Model, Kind: kind, Figure: &figure, Verdict: verdict}
	if !e.IsAverage() {
		c.Place = e.place()
	}
	relation := map[Verdict]string{
		Agrees:    "is as printed",
		CannotBe:  fmt.Sprintf("and at least %.3f, at most %.3f however these were rounded, but %.2f is printed", figure.Low, figure.High, figure.Printed),
		Undecided: fmt.Sprintf("and may or may not round to the %.2f that is printed", figure.Printed),
	}[verdict]
	c.Explanation = fmt.Sprintf("the mean of %s is %.3f, %s", of, figure.Recomputed, relation)
	return c
}

// rowAverages checks the average of every row.
func rowAverages() []Check {
	var checks []Check
	for _, t := range tables {
		terms := make(map[string][]int)
		for _, e := range t.Entries {
			if !e.IsAverage() {
				terms[e.Model] = append(terms[e.Model], e.hundredths())
				continue
			}
			row := terms[e.Model]
			checks = append(checks, meanCheck(e, RowAverage, fmt.Sprintf("the row's %d scores", len(row)), row))
		}
	}
	return checks
}

// aggregates checks every score of Table 1 against the 13 tasks of Tables 6 to 18.
func aggregates() []Check {
	var checks []Check
	for _, e := range paperBook.entries(1) {
		if e.IsAverage() {
			continue
		}
		var terms []int
		for table := 6; table <= 18; table++ {
			terms = append(terms, paperBook.printed(Key{Table: table, Model: e.Model, Length: e.Length}).hundredths())
		}
		checks = append(checks, meanCheck(e, Aggregate, "the 13 tasks' scores", terms))
	}
	return checks
}

// formatMeans checks Tables 2 and 3 against Table 4 where both have a model and a depth. At 2,048 tokens, the
// training length of the three models, and at 4,096 the scores look like means over the three formats, of
// 3 x 250 samples. The paper does not say so, so a score that is no such mean is not decidable.
func formatMeans() []Check {
	var checks []Check
	for _, e := range append(paperBook.entries(2), paperBook.entries(3)...) {
		var terms []int
		for _, f := range paperBook.entries(4) {
			if f.Model == e.Model && f.Depth == e.Depth && f.Length == e.Times*2048 {
				terms = append(terms, f.hundredths())
			}
		}
		if len(terms) == 0 {
			continue
		}
		c := meanCheck(e, FormatMean, "Table 4's three formats", terms)
		if c.Verdict == CannotBe {
			c.Verdict = Undecided
			c.Explanation = fmt.Sprintf("the mean of Table 4's three formats at this depth and length is %.2f, %.2f is printed, "+
				"while the others agree; but the text does not say that the tables share their samples", c.Recomputed, c.Printed)
		}
		checks = append(checks, c)
	}
	return checks
}
