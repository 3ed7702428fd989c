package paper

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Verdict is the result of checking a printed number or a claim against the tables.
type Verdict string

// The verdicts.
const (
	Agrees    Verdict = "agrees"
	CannotBe  Verdict = "cannot be"     // no values that round to the printed ones give it
	Undecided Verdict = "not decidable" // some such values give it and others do not, or the paper says too little
	Unlikely  Verdict = "unlikely"      // chance alone hardly gives it, by the error that its samples have
)

// The kinds of check.
const (
	RowAverage  = "row average" // the last column is the mean of the others
	Aggregate   = "aggregate"   // Table 1 is the mean of Tables 6 to 18
	FormatMean  = "format mean" // Tables 2 and 3 seem to be means over the formats of Table 4
	Granularity = "granularity" // a score is a multiple of 100 / (samples x answers)
	Claim       = "claim"       // a sentence of the text about a table
	// Kinds of [AuditAll] alone.
	Monotonicity = "monotonicity" // a score does not rise with the length
	Neighbours   = "neighbours"   // a score is not far below those beside it
)

var kinds = []string{RowAverage, Aggregate, FormatMean, Granularity, Claim, Monotonicity, Neighbours, Impossible}

// Check is one printed number or claim with its verdict.
type Check struct {
	Table int    `json:"table,omitempty"`
	Model string `json:"model,omitempty"` // empty for a claim about several
	Kind  string `json:"kind"`
	Place string `json:"place,omitempty"` // in the row: "length 16384"
	*Figure
	Quote       string  `json:"quote,omitempty"` // the sentence of a claim
	Verdict     Verdict `json:"verdict"`
	Explanation string  `json:"explanation"` // one sentence
	// RestsOn are the numbers that a claim rests on, with the samples behind each; in [AuditAll] alone.
	RestsOn string `json:"rests_on,omitempty"`
}

// Figure is a printed number and what it should be, in percent.
type Figure struct {
	Printed    float64 `json:"printed"`
	Recomputed float64 `json:"recomputed"`
	// Low and High bound what the number can be, since the numbers it comes from are rounded. For a
	// granularity they are the possible scores on either side.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Report is all checks, by kind and table.
type Report struct{ Checks []Check }

// Audit checks every average, every aggregate, the granularity of every score, and the claims.
func Audit() Report {
	return Report{slices.Concat(rowAverages(), aggregates(), formatMeans(), granularities(), paperBook.claims())}
}

// Findings returns the checks with the verdict CannotBe or Unlikely. It is never nil.
func (r Report) Findings() []Check { return r.with(CannotBe, Unlikely) }

func (r Report) with(verdicts ...Verdict) []Check {
	checks := []Check{}
	for _, c := range r.Checks {
		if slices.Contains(verdicts, c.Verdict) {
			checks = append(checks, c)
		}
	}
	return checks
}

// Count returns how many checks of a kind have a verdict.
func (r Report) Count(kind string, v Verdict) int {
	n := 0
	for _, c := range r.Checks {
		if c.Kind == kind && c.Verdict == v {
			n++
		}
	}
	return n
}

// String returns the report as text: a table of how many checks of each kind have each verdict, then a line
// for each check that does not agree.
func (r Report) String() string {
	var b strings.Builder
	shown := []Verdict{Agrees, CannotBe, Undecided}
	if len(r.with(Unlikely)) > 0 {
		shown = append(shown, Unlikely)
	}
	width := map[Verdict]int{Agrees: 7, CannotBe: 10, Undecided: 14, Unlikely: 9}
	line := func(name string, value func(Verdict) string) {
		fmt.Fprintf(&b, "%-12s", name)
		for _, v := range shown {
			fmt.Fprintf(&b, " %*s", width[v], value(v))
		}
		b.WriteByte('\n')
	}
	line("kind", func(v Verdict) string { return string(v) })
	for _, kind := range kinds {
		if slices.ContainsFunc(r.Checks, func(c Check) bool { return c.Kind == kind }) {
			line(kind, func(v Verdict) string { return strconv.Itoa(r.Count(kind, v)) })
		}
	}
	for _, v := range shown[1:] {
		if v == Unlikely || len(r.with(v)) > 0 {
			fmt.Fprintf(&b, "\n%s\n", v)
		}
		for _, c := range r.with(v) {
			fmt.Fprintf(&b, "  %s\n", c)
		}
	}
	return b.String()
}

// String returns the check on one line.
func (c Check) String() string {
	where := []string{fmt.Sprintf("Table %d", c.Table)}
	for _, s := range []string{c.Model, c.Place} {
		if s != "" {
			where = append(where, s)
		}
	}
	text := fmt.Sprintf("%s, %s: ", strings.Join(where, ", "), c.Kind)
	if c.Table == 0 { // somebody else's
		text = fmt.Sprintf("%s, %s: ", strings.Join(where[1:], ", "), c.Kind)
	}
	if c.Quote != "" {
		text += fmt.Sprintf("%q: ", c.Quote)
	}
	if text += c.Explanation; c.RestsOn != "" {
		text += " (rests on " + c.RestsOn + ")"
	}
	return text
}
