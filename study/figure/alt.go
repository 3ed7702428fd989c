package figure

import (
	"fmt"
	"math"
	"strings"
)

// describe says in a few sentences what a figure of curves shows: which models,
// from where to where each goes, who is highest and lowest at the end.
func describe(panels []Panel, x axis, o Options) string {
	var s strings.Builder
	var all []Curve
	for _, panel := range panels {
		all = append(all, panel.Curves...)
	}
	low, high := span(all)
	if o.Heading != "" {
		fmt.Fprintf(&s, "%s. ", strings.TrimSuffix(o.Heading, "."))
	}
	what := "Line plot"
	if len(panels) > 1 {
		what = fmt.Sprintf("%d line plots", len(panels))
	}
	fmt.Fprintf(&s, "%s of %s against %s, %s to %s", what, strings.TrimSuffix(o.measure(), " (%)"), x.of, x.say(low), x.say(high))
	if samples(all) != "" {
		s.WriteString(", with 95% intervals")
	}
	s.WriteString(".")
	for _, panel := range panels {
		if len(panels) > 1 {
			fmt.Fprintf(&s, " %s, first to last: %s", panel.Heading, ends(panel.Curves))
			continue
		}
		s.WriteString(" " + courses(panel.Curves, x))
	}
	if o.Chance > 0 {
		fmt.Fprintf(&s, " Guessing gets %s%% right.", number(o.Chance))
	}
	return s.String()
}

// courses says how each curve of a panel runs: "Mamba-2 falls from 100% at 64
// tokens to 35% at 1k tokens; ...".
func courses(curves []Curve, x axis) string {
	looks := looksOf(curves)
	parts := make([]string, len(curves))
	for i, c := range curves {
		first, last := c.Points[0], c.Points[len(c.Points)-1]
		if len(c.Points) == 1 {
			parts[i] = fmt.Sprintf("%s %s at %s", looks[i].Name, score(first.Y), x.say(first.X))
			continue
		}
		verb := "goes"
		switch change := last.Y - first.Y; {
		case change < -2:
			verb = "falls"
		case change > 2:
			verb = "rises"
		}
		parts[i] = fmt.Sprintf("%s %s from %s at %s to %s at %s",
			looks[i].Name, verb, score(first.Y), x.say(first.X), score(last.Y), x.say(last.X))
	}
	return strings.Join(parts, "; ") + "."
}

// ends is courses in short, for small multiples: "Mamba-2 67% to 100%, ...".
func ends(curves []Curve) string {
	looks := looksOf(curves)
	parts := make([]string, len(curves))
	for i, c := range curves {
		first, last := c.Points[0], c.Points[len(c.Points)-1]
		parts[i] = fmt.Sprintf("%s %s", looks[i].Name, score(first.Y))
		if len(c.Points) > 1 {
			parts[i] += " to " + score(last.Y)
		}
	}
	return strings.Join(parts, ", ") + "."
}

// score writes a percent for a sentence.
func score(y float64) string { return fmt.Sprintf("%.0f%%", math.Round(y)) }

// caption says what belongs under a figure of curves.
func caption(panels []Panel, x axis, o Options) string {
	var all []Curve
	trained := false
	for _, panel := range panels {
		all = append(all, panel.Curves...)
	}
	for _, c := range all {
		trained = trained || c.Trained > 0
	}
	var parts []string
	if n := samples(all); n != "" {
		mark := "bands"
		if x.column == stateAxis.column {
			mark = "bars"
		}
		parts = append(parts, n, mark+": 95% interval")
	}
	if trained && x.log && x.column != stateAxis.column {
		parts = append(parts, "dotted: training length")
	}
	if o.Chance > 0 {
		parts = append(parts, "dashed grey: chance")
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, "; ") + "."
}
