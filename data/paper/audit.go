package paper

import (
	"fmt"
	"slices"
	"strings"
)

// A Verdict says whether a printed figure follows from the tables.
type Verdict string

// The verdicts.
const (
	Agrees    Verdict = "agrees"
	CannotBe  Verdict = "cannot be"     // no values that are printed as the table's give it
	Undecided Verdict = "not decidable" // some such values give it, others do not; or the paper does not say enough
)

// The kinds of check.
const (
	RowAverage  = "row average" // the last column is the mean of the others
	Aggregate   = "aggregate"   // Table 1 is the mean of Tables 6 to 18
	FormatMean  = "format mean" // Tables 2 and 3 are, it seems, means over Table 4's formats
	Granularity = "granularity" // a score is a multiple of 100 / (samples x answers)
	Claim       = "claim"       // what the text says of a table
)

var kinds = []string{RowAverage, Aggregate, FormatMean, Granularity, Claim}

// A Check is one printed figure or sentence with what the tables say of it.
type Check struct {
	Table int    `json:"table"`
	Model string `json:"model,omitempty"` // empty: a claim about several
	Kind  string `json:"kind"`
	Place string `json:"place,omitempty"` // where in the row: "length 16384"
	*Figure
	Quote       string  `json:"quote,omitempty"` // of a claim, from the text
	Verdict     Verdict `json:"verdict"`
	Explanation string  `json:"explanation"` // one sentence
}

// A Figure is a printed number beside what it should be, in percent.
type Figure struct {
	Printed    float64 `json:"printed"`
	Recomputed float64 `json:"recomputed"`
	// Low and High bound what it can be, given that the numbers it comes from are rounded; of a
	// granularity they are the possible scores on either side.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// A Report is all checks, by kind and table.
type Report struct{ Checks []Check }

// Audit checks everything that can be checked.
func Audit() Report {
	return Report{slices.Concat(rowAverages(), aggregates(), formatMeans(), granularities(), claims())}
}

// Findings returns the checks of which the printed figure cannot be, never nil.
func (r Report) Findings() []Check { return r.with(CannotBe) }

func (r Report) with(v Verdict) []Check {
	checks := []Check{}
	for _, c := range r.Checks {
		if c.Verdict == v {
			checks = append(checks, c)
		}
	}
	return checks
}

// Count returns how many checks of that kind came to that verdict.
func (r Report) Count(kind string, v Verdict) int {
	n := 0
	for _, c := range r.Checks {
		if c.Kind == kind && c.Verdict == v {
			n++
		}
	}
	return n
}

// String returns the report for people: how many checks of each kind agree, cannot be and are not
// decidable, then a line for each of the last two.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-12s %7s %10s %14s\n", "kind", Agrees, CannotBe, Undecided)
	for _, kind := range kinds {
		fmt.Fprintf(&b, "%-12s %7d %10d %14d\n", kind,
			r.Count(kind, Agrees), r.Count(kind, CannotBe), r.Count(kind, Undecided))
	}
	for _, v := range []Verdict{CannotBe, Undecided} {
		fmt.Fprintf(&b, "\n%s\n", v)
		for _, c := range r.with(v) {
			fmt.Fprintf(&b, "  %s\n", c)
		}
	}
	return b.String()
}

// String returns the check in one line.
func (c Check) String() string {
	where := []string{fmt.Sprintf("Table %d", c.Table)}
	for _, s := range []string{c.Model, c.Place} {
		if s != "" {
			where = append(where, s)
		}
	}
	text := fmt.Sprintf("%s, %s: ", strings.Join(where, ", "), c.Kind)
	if c.Quote != "" {
		text += fmt.Sprintf("%q: ", c.Quote)
	}
	return text + c.Explanation
}
