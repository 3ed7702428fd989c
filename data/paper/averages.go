package paper

import "fmt"

// judgeMean compares a printed mean with the printed terms. All are hundredths, rounded: a term t stands
// for any value in [t-1/2, t+1/2], and so does the mean. Integers keep this exact, and halves, which may
// have been rounded either way, count as agreement.
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
	case 2*off <= n: // within the mean's own rounding
		return figure, Agrees
	case off <= n: // within that of the terms as well
		return figure, Undecided
	}
	return figure, CannotBe
}

// meanCheck is a check of one printed mean; of what says whose mean it is.
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

// rowAverages checks every printed average against its row.
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

// aggregates checks every score of Table 1 against the 13 tasks. RULER rounds the tasks' scores to
// hundredths before anyone can average them.
func aggregates() []Check {
	var checks []Check
	for _, e := range entries(1) {
		if e.IsAverage() {
			continue
		}
		var terms []int
		for table := 6; table <= 18; table++ {
			terms = append(terms, printed(Key{Table: table, Model: e.Model, Length: e.Length}).hundredths())
		}
		checks = append(checks, meanCheck(e, Aggregate, "the 13 tasks' scores", terms))
	}
	return checks
}

// formatMeans checks Tables 2 and 3 against Table 4 where both give a model and a depth: at 2,048 tokens,
// the training length of the three models, and at twice that, the scores look like means over the three
// formats, 3 x 250 samples. The paper does not say so; a score that is none is therefore not decidable.
func formatMeans() []Check {
	var checks []Check
	for _, e := range append(entries(2), entries(3)...) {
		var terms []int
		for _, f := range entries(4) {
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

// entries returns a table's entries; the table must exist.
func entries(number int) []Entry {
	for _, t := range tables {
		if t.Number == number {
			return append([]Entry(nil), t.Entries...)
		}
	}
	panic(fmt.Sprintf("no table %d", number))
}

// printed returns the entry at key, which must exist, its model by the tables' name.
func printed(key Key) Entry {
	for _, e := range entries(key.Table) {
		if e.Model == key.Model && e.Length == key.Length && e.Depth == key.Depth && e.Format == key.Format {
			return e
		}
	}
	panic(fmt.Sprintf("no score at %+v", key))
}
