package figure

import (
	"fmt"
	"math"
	"strings"
)

// describe returns the alt text of a figure of curves: the axes, and the first and last value of each model.
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
	fmt.Fprintf(&s, "%s of %s against %s, %s to %s", what, strings.TrimSuffix(strings.TrimSuffix(o.measure(), " (%)"), " (nats)"), x.of, x.format(low), x.format(high))
	n := samples(all, o)
	if n != "" {
		s.WriteString(", with 95% intervals")
	}
	s.WriteString(".")
	if o.Count != "" && n != "" {
		fmt.Fprintf(&s, " Behind each point: %s.", o.Count)
	}
	for _, panel := range panels {
		if len(panels) > 1 {
			fmt.Fprintf(&s, " %s, first to last: %s", panel.Heading, ends(panel.Curves, o.scale()))
			continue
		}
		s.WriteString(" " + trends(panel.Curves, x, o.scale()))
	}
	if o.Threshold > 0 {
		s.WriteString(reachesOf(all, x))
	}
	for _, chance := range o.chances() {
		if chance.Words == "chance" {
			fmt.Fprintf(&s, " Guessing gets %s%% right.", number(chance.Percent))
		} else {
			fmt.Fprintf(&s, " Guessing %s gets %s%% right.", chance.Words, number(chance.Percent))
		}
	}
	return s.String()
}

// reachesOf returns a sentence on the effective lengths of curves.
func reachesOf(curves []Curve, x axis) string {
	names := labels(curves)
	var parts []string
	for i, c := range curves {
		if c.Reach > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", names[i], x.format(math.Round(c.Reach))))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " Effective lengths: " + strings.Join(parts, ", ") + "."
}

// trends returns a sentence on how each curve of a panel runs: "Mamba-2 falls from 100% at 64 tokens to 35% at
// 1k tokens; ...".
func trends(curves []Curve, x axis, y scale) string {
	names := labels(curves)
	parts := make([]string, len(curves))
	for i, c := range curves {
		first, last := c.Points[0], c.Points[len(c.Points)-1]
		if len(c.Points) == 1 {
			parts[i] = fmt.Sprintf("%s %s at %s", names[i], y.format(first.Y), x.format(first.X))
			continue
		}
		verb := "goes"
		switch change := last.Y - first.Y; {
		case change < -y.noise:
			verb = "falls"
		case change > y.noise:
			verb = "rises"
		}
		parts[i] = fmt.Sprintf("%s %s from %s at %s to %s at %s",
			names[i], verb, y.format(first.Y), x.format(first.X), y.format(last.Y), x.format(last.X))
	}
	return strings.Join(parts, "; ") + "."
}

// ends returns the first and last value of each curve, for a figure of several panels: "Mamba-2 67% to 100%, ...".
func ends(curves []Curve, y scale) string {
	names := labels(curves)
	parts := make([]string, len(curves))
	for i, c := range curves {
		first, last := c.Points[0], c.Points[len(c.Points)-1]
		parts[i] = fmt.Sprintf("%s %s", names[i], y.format(first.Y))
		if len(c.Points) > 1 {
			parts[i] += " to " + y.format(last.Y)
		}
	}
	return strings.Join(parts, ", ") + "."
}

// score formats a percent for a sentence.
func score(y float64) string { return fmt.Sprintf("%.0f%%", math.Round(y)) }

// caption returns the caption of a figure of curves: n, the interval, and what the marks mean.
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
	if n := samples(all, o); n != "" {
		mark := "bands"
		if x.column == stateAxis.column {
			mark = "bars"
		}
		parts = append(parts, n, mark+": 95% interval")
	}
	for _, c := range all {
		if len(c.Seeds) > 0 {
			parts = append(parts, "thin: training seeds; bold: their mean")
			break
		}
	}
	if trained && x.log && x.column != stateAxis.column {
		parts = append(parts, "dotted: training length")
	}
	if o.Threshold > 0 {
		parts = append(parts, fmt.Sprintf("ticks: effective length, up to where the score is at least %s%%", number(o.Threshold)))
	}
	if len(o.chances()) > 0 {
		parts = append(parts, "dashed grey: chance")
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, "; ") + "."
}

// describeGrids returns the alt text of heatmaps: the axes, and the mean, worst and best score of each map.
func describeGrids(grids []Grid, lengths []int, depths []float64, o Options) string {
	var s strings.Builder
	if o.Heading != "" {
		fmt.Fprintf(&s, "%s. ", strings.TrimSuffix(o.Heading, "."))
	}
	fmt.Fprintf(&s, "Heatmap of %s by prompt length, %s to %s tokens, and needle depth, %s%% to %s%%.",
		strings.TrimSuffix(o.measure(), " (%)"), tokens(float64(lengths[0])), tokens(float64(lengths[len(lengths)-1])),
		number(depths[0]), number(depths[len(depths)-1]))
	for _, g := range grids {
		worst, best, sum := g.Tiles[0], g.Tiles[0], 0.0
		for _, t := range g.Tiles {
			sum += t.Score
			if t.Score < worst.Score {
				worst = t
			}
			if t.Score > best.Score {
				best = t
			}
		}
		at := func(t Tile) string {
			return fmt.Sprintf("%s at %s tokens, depth %s%%", score(t.Score), tokens(float64(t.Length)), number(t.Depth))
		}
		fmt.Fprintf(&s, " %s: mean %s, worst %s, best %s", gridName(g), score(sum/float64(len(g.Tiles))), at(worst), at(best))
		if n := len(lengths)*len(depths) - len(g.Tiles); n == 1 {
			s.WriteString(", 1 cell not run")
		} else if n > 1 {
			fmt.Fprintf(&s, ", %d cells not run", n)
		}
		s.WriteString(".")
	}
	return s.String()
}

// captionGrids returns the caption of heatmaps: n, and what the marks mean.
func captionGrids(grids []Grid, hatched, uncertain, atChance bool, o Options) string {
	var all []Curve
	for _, g := range grids {
		c := Curve{}
		for _, t := range g.Tiles {
			c.Points = append(c.Points, Point{N: t.N})
		}
		all = append(all, c)
	}
	var parts []string
	if n := samples(all, o); n != "" {
		parts = append(parts, strings.Replace(n, "a point", "a cell", 1))
	}
	if atChance {
		parts = append(parts, fmt.Sprintf("bar below: the 95%% interval holds chance, %s%%", number(o.Chance)))
	}
	if uncertain {
		parts = append(parts, fmt.Sprintf("corner: 95%% interval wider than ±%d", maxHalfWidth))
	}
	if hatched {
		parts = append(parts, "hatched: not run")
	}
	parts = append(parts, "depth 0% is the document's start")
	return strings.Join(parts, "; ") + "."
}
