package compare

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
)

// Print writes the result as tables: scores and differences in percent, or in nats where o compares log-probabilities. Differences whose
// family's p-value is above 1 - confidence are told as what they cannot be larger than.
func (r Result) Print(w io.Writer, o Options) error {
	o, err := o.complete()
	if err != nil {
		return err
	}
	scale, unit := 100.0, "percent"
	if o.LogProb {
		scale, unit = 1, "nats"
	}
	number := func(v float64) string { return strconv.FormatFloat(scale*v, 'f', 1, 64) }
	if o.LogProb {
		number = func(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) }
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "Scores, %s, with %.3g%% intervals\nmodel\t%sscore\tinterval\tquestions\tseeds\tscope\n", unit, 100*o.Confidence, heading(o.By))
	for _, s := range r.Scores {
		fmt.Fprintf(t, "%s\t%s%s\t[%s, %s]\t%d\t%d\t%s\n", s.Model, s.Cell.text(o.By), number(s.Score), number(s.Low), number(s.High), s.N, s.Seeds, s.scope())
	}
	t.Flush()
	if len(r.Differences) > 0 {
		fmt.Fprintf(t, "\nDifferences, a - b, %s; p among all %d\na\tb\t%sdifference\tinterval\tp\tscope\tfound\n", points(o), len(r.Differences), heading(o.By))
		for _, d := range r.Differences {
			found := "yes"
			if d.PFamily > 1-o.Confidence {
				found = "no difference larger than " + number(max(math.Abs(d.Low), math.Abs(d.High)))
			}
			fmt.Fprintf(t, "%s\t%s\t%s%s\t[%s, %s]\t%.2g\t%s\t%s\n", d.A, d.B, d.Cell.text(o.By), signed(number(d.Difference)), signed(number(d.Low)), signed(number(d.High)), d.PFamily,
				scopeText(d.Scope), found)
		}
		t.Flush()
	}
	if len(r.Effective) > 0 {
		fmt.Fprintf(t, "\nEffective length, tokens: up to where the score is %s\nmodel\tlength\tinterval\tscope\n", o.thresholdText())
		for _, e := range r.Effective {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", e.Model, e.Text(), e.interval(), scopeText(e.Scope))
		}
		t.Flush()
	}
	if len(r.Factors) > 0 {
		fmt.Fprintf(t, "\nWhat scores vary with, percent of their variance\nfactor\tshare\tinterval\n")
		for _, f := range r.Factors {
			fmt.Fprintf(t, "%s\t%.1f\t[%.1f, %.1f]\n", f.Factor, 100*f.Share, 100*f.Low, 100*f.High)
		}
	}
	return t.Flush()
}

// points is the unit of differences.
func points(o Options) string {
	if o.LogProb {
		return "nats"
	}
	return "points"
}

func heading(by []string) string {
	if len(by) == 0 {
		return ""
	}
	return strings.Join(by, "\t") + "\t"
}

// text returns the cell's keys as columns.
func (c Cell) text(by []string) string {
	var b strings.Builder
	for _, name := range by {
		switch {
		case name == "length" && c.Length != nil:
			b.WriteString(tokens(float64(*c.Length)))
		case name == "depth" && c.Depth != nil:
			fmt.Fprintf(&b, "%g", *c.Depth)
		case name == "format" && c.Format != nil:
			b.WriteString(*c.Format)
		case name == "task" && c.Task != nil:
			b.WriteString(*c.Task)
		default:
			b.WriteString("–")
		}
		b.WriteByte('\t')
	}
	return b.String()
}

func (s Score) scope() string { return scopeText(s.Scope) }

func scopeText(scope string) string {
	if scope == Checkpoint {
		return "one checkpoint"
	}
	return scope
}

// Text writes the length in tokens, "> 1,024" or "< 64" where it is not between asked ones.
func (e Effective) Text() string {
	switch e.Censored {
	case "above":
		return "> " + tokens(e.Length)
	case "below":
		return "< " + tokens(e.Length)
	}
	return tokens(e.Length)
}

// String is Text with the bounds, where they say more: "181 [160, 205]", "> 1,024", "> 1,024 (from 700)".
func (e Effective) String() string {
	switch {
	case e.Censored == "" && e.Low != nil && e.High != nil:
		return e.Text() + " " + e.interval()
	case e.Censored == "":
		return e.Text() + " (" + e.interval() + ")"
	case e.Censored == "above" && e.Low != nil && *e.Low < e.Length, e.Censored == "below" && e.High != nil && *e.High > e.Length:
		return e.Text() + " (" + e.interval() + ")"
	}
	return e.Text()
}

// interval writes the bounds, "from" or "up to" where one is open.
func (e Effective) interval() string {
	switch {
	case e.Low == nil && e.High == nil:
		return "not known"
	case e.Low == nil:
		return "up to " + tokens(*e.High)
	case e.High == nil:
		return "from " + tokens(*e.Low)
	}
	return fmt.Sprintf("[%s, %s]", tokens(*e.Low), tokens(*e.High))
}

func (o Options) thresholdText() string {
	switch {
	case o.Threshold.Relative == 0:
		return fmt.Sprintf("at least %.3g%%", 100*o.Threshold.Absolute)
	case o.Base == 0:
		return fmt.Sprintf("at least %.3g%% of that at the shortest length", 100*o.Threshold.Relative)
	}
	return fmt.Sprintf("at least %.3g%% of that at %s tokens", 100*o.Threshold.Relative, tokens(float64(o.Base)))
}

// tokens writes a number of tokens with commas.
func tokens(v float64) string {
	digits := strconv.FormatFloat(v, 'f', 0, 64)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func signed(s string) string {
	if strings.HasPrefix(s, "-") {
		return s
	}
	return "+" + s
}
