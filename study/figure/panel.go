package figure

import (
	"image/color"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// newPanel returns a plot of checked curves in the given styles over x from low to high. room is the number of
// labels that fit along the x axis.
func newPanel(curves []Curve, styles []curveStyle, x axis, low, high float64, room int, o Options) *plot.Plot {
	p := newPlot(o.measure())
	p.X.Label.Text = x.label
	p.X.Min, p.X.Max = low, high
	if x.log {
		p.X.Scale = plot.LogScale{}
	}
	p.X.Tick.Marker = x.ticks(low, high, room)
	o.scale().fit(p, curves)

	if o.published {
		p.Add(tinted{})
	}
	p.Add(grid{})
	for _, chance := range o.chances() {
		p.Add(level(chance.Percent))
	}
	for i, c := range curves {
		p.Add(band{points: c.Points, style: styles[i], bars: x.column == stateAxis.column})
	}
	for i, c := range curves {
		p.Add(curvePlotter{points: c.Points, style: styles[i], seeds: c.Seeds})
	}
	if o.Threshold > 0 {
		p.Add(reaches{curves, styles, o.Threshold})
	}
	return p
}

// widened returns the range of the axis for values from low to high. A logarithmic one is a little wider than
// the values, so that a line at the shortest length does not coincide with the y axis, and so is that of a factor; depth is 0 to 100.
func (x axis) widened(low, high float64) (float64, float64) {
	switch {
	case x.linear:
		edge := 0.04 * (high - low)
		if edge == 0 {
			edge = 0.5
		}
		return low - edge, high + edge
	case !x.log:
		return 0, 100
	}
	edge := math.Pow(high/low, 0.04)
	if high/low < 1.5 {
		edge = 1.5
	}
	return low / edge, high * edge
}

// trainingMarks returns a mark for each training length from low to high: in the model's colour, or in the
// colour of text when models of several colours were trained at it.
func trainingMarks(curves []Curve, styles []curveStyle, low, high float64) marks {
	at := map[int]color.Color{}
	for i, c := range curves {
		if x := float64(c.Trained); c.Trained == 0 || x < low || x > high {
			continue
		}
		if other, taken := at[c.Trained]; taken && other != color.Color(styles[i].Color) {
			at[c.Trained] = ink
			continue
		}
		at[c.Trained] = styles[i].Color
	}
	lengths := make([]int, 0, len(at))
	for length := range at {
		lengths = append(lengths, length)
	}
	slices.Sort(lengths)
	var out marks
	for _, length := range lengths {
		out = append(out, mark{float64(length), tokens(float64(length)), at[length]})
	}
	return out
}

// labelEnds returns the labels at the ends of the lines, and that of the chance level.
func labelEnds(curves []Curve, styles []curveStyle, high float64, o Options) endLabels {
	var out endLabels
	for i, c := range curves {
		last := c.Points[len(c.Points)-1]
		out = append(out, endLabel{last.X, last.Y, styles[i].Label, &styles[i]})
	}
	for _, chance := range o.chances() {
		out = append(out, endLabel{high, chance.Percent, chance.Words + " " + number(chance.Percent) + "%", nil})
	}
	return out
}

// curveRows returns the curves as rows for a CSV file: the values of each, and below them those of its training seeds.
func curveRows(panels []Panel, x axis, y scale) [][]string {
	rows := [][]string{{"panel", "model", "architecture", "trained", x.column, y.column, "low", "high", "n", "seeds", "scope", "train_seed"}}
	for _, panel := range panels {
		names := labels(panel.Curves)
		for i, c := range panel.Curves {
			trained := ""
			if c.Trained > 0 {
				trained = strconv.Itoa(c.Trained)
			}
			row := func(p Point) []string {
				return []string{panel.Heading, names[i], c.Architecture, trained, exact(p.X), exact(p.Y), "", "", "", "", "", ""}
			}
			for _, p := range c.Points {
				r := row(p)
				if p.N > 0 {
					r[6], r[7], r[8] = exact(p.Low), exact(p.High), strconv.Itoa(p.N)
				}
				if p.Seeds > 0 {
					r[9], r[10] = strconv.Itoa(p.Seeds), scope(p.Seeds)
				}
				rows = append(rows, r)
			}
			for _, seed := range c.Seeds {
				for _, p := range seed.Points {
					r := row(p)
					r[9], r[10], r[11] = "1", scope(1), strconv.FormatInt(seed.Number, 10)
					rows = append(rows, r)
				}
			}
		}
	}
	return rows
}

// scope says what a number of so many trainings is one of.
func scope(seeds int) string {
	if seeds > 1 {
		return "architecture"
	}
	return "checkpoint"
}

// exact formats v with as many digits as reading the same value back takes.
func exact(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// Estimates of the room beside and below the data, from which the number of ticks and the heights follow.
const (
	yAxisRoom = vg.Length(32) // label, ticks and their numbers
	xAxisRoom = vg.Length(46) // the same, and the words above the plot
)

// labelsIn returns the number of labels that fit along an x axis of the given width.
func labelsIn(width vg.Length) int { return int(width / 20) }

// stackHeight returns the height of a plot, at least minimum, such that n names fit beside it.
func stackHeight(n int, minimum vg.Length) vg.Length {
	return max(minimum, vg.Length(n)*labelPitch+xAxisRoom)
}
