package figure

import (
	"image/color"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// newPanel returns a plot of the curves over x. The curves are checked, and looks
// has one look for each. room is how many labels the x axis has place for.
func newPanel(curves []Curve, looks []curveLook, x axis, low, high float64, room int, o Options) *plot.Plot {
	p := newPlot(o.measure())
	p.X.Label.Text = x.label
	p.X.Min, p.X.Max = low, high
	if x.log {
		p.X.Scale = plot.LogScale{}
	}
	p.X.Tick.Marker = x.ticks(low, high, room)

	if o.published {
		p.Add(tinted{})
	}
	p.Add(grid{})
	if o.Chance > 0 {
		p.Add(level(o.Chance))
	}
	for i, c := range curves {
		p.Add(band{points: c.Points, look: looks[i], bars: x.column == stateAxis.column})
	}
	for i, c := range curves {
		p.Add(curvePlotter{points: c.Points, look: looks[i]})
	}
	return p
}

// widened returns a range with some room at its ends: for a logarithmic axis, so
// that a line at the shortest length is seen beside the y axis.
func (x axis) widened(low, high float64) (float64, float64) {
	if !x.log {
		return 0, 100
	}
	edge := math.Pow(high/low, 0.04)
	if high/low < 1.5 {
		edge = 1.5
	}
	return low / edge, high * edge
}

// trainingMarks returns a line for each training length: in the model's colour
// when only that model has it, in ink when several share it.
func trainingMarks(curves []Curve, looks []curveLook, low, high float64) marks {
	at := map[int]color.Color{}
	for i, c := range curves {
		if x := float64(c.Trained); c.Trained == 0 || x < low || x > high {
			continue
		}
		if other, taken := at[c.Trained]; taken && other != color.Color(looks[i].Color) {
			at[c.Trained] = ink
			continue
		}
		at[c.Trained] = looks[i].Color
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

// labelEnds returns the names for the ends of the lines, and for the chance level.
func labelEnds(curves []Curve, looks []curveLook, high float64, o Options) endLabels {
	var out endLabels
	for i, c := range curves {
		last := c.Points[len(c.Points)-1]
		out = append(out, endLabel{last.X, last.Y, looks[i].Name, &looks[i]})
	}
	if o.Chance > 0 {
		out = append(out, endLabel{high, o.Chance, "chance " + number(o.Chance) + "%", nil})
	}
	return out
}

// curveRows returns the curves as rows for a CSV file.
func curveRows(panels []Panel, x axis) [][]string {
	rows := [][]string{{"panel", "model", "architecture", "trained", x.column, "percent", "low", "high", "n"}}
	for _, panel := range panels {
		for i, look := range looksOf(panel.Curves) {
			c := panel.Curves[i]
			trained := ""
			if c.Trained > 0 {
				trained = strconv.Itoa(c.Trained)
			}
			for _, p := range c.Points {
				row := []string{panel.Heading, look.Name, c.Architecture, trained, exact(p.X), exact(p.Y), "", "", ""}
				if p.N > 0 {
					row[6], row[7], row[8] = exact(p.Low), exact(p.High), strconv.Itoa(p.N)
				}
				rows = append(rows, row)
			}
		}
	}
	return rows
}

// exact writes a float so that it reads back the same.
func exact(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// Room beside and below the data, in points, for the choice of ticks and heights.
const (
	yAxisRoom = vg.Length(32) // label, ticks and their numbers
	xAxisRoom = vg.Length(46) // the same, and words above
)

// labelsIn is how many labels fit along an x axis of the given width.
func labelsIn(width vg.Length) int { return int(width / 20) }

// stackHeight is the height a plot needs so that n names fit beside it.
func stackHeight(n int, least vg.Length) vg.Length {
	return max(least, vg.Length(n)*labelPitch+xAxisRoom)
}
