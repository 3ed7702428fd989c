package figure

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// A Factor is what variants differ in, along an axis.
type Factor struct {
	Key   string // for the CSV file: "config.ssm_cfg.d_state"
	Label string // of the axis: "d_state"
	// Values are those that have ticks, where there is room; nil: decades.
	Values []float64
	// Unit, "" for a plain number, is "B" for bytes.
	Unit string
}

// FactorCurves draws accuracy (percent) against a factor: for each curve a line with markers, thin lines of training seeds,
// and its name at the end of the line. The axis is logarithmic where the largest value is at least four times the
// least. All else is as in [LengthCurves].
func FactorCurves(curves []Curve, by Factor, o Options) (*Figure, error) {
	unmarked := slices.Clone(curves)
	for i := range unmarked {
		unmarked[i].Trained = 0 // it is a length, not a value of the factor
	}
	f, err := lineFigure(unmarked, by.axis(curves), o)
	if err != nil {
		return nil, fmt.Errorf("draw factor curves: %w", err)
	}
	return f, nil
}

// axis returns the axis of a factor for curves.
func (by Factor) axis(curves []Curve) axis {
	low, high := span(curves)
	format := short
	if by.Unit == "B" {
		format = memory
	}
	a := axis{label: by.Label, column: by.Key, of: by.Label, log: low > 0 && high >= 4*low, check: finite, format: format}
	a.linear = !a.log
	a.ticks = func(low, high float64, room int) plot.ConstantTicks {
		if by.Values == nil {
			return labelled(decades(low, high, room), format)
		}
		var ticks plot.ConstantTicks
		for i, v := range by.Values {
			tick := plot.Tick{Value: v}
			if i%stride(len(by.Values), room) == 0 {
				tick.Label = format(v)
			}
			ticks = append(ticks, tick)
		}
		return ticks
	}
	if a.linear && by.Values == nil {
		a.ticks = func(low, high float64, room int) plot.ConstantTicks {
			return labelled(plot.DefaultTicks{}.Ticks(low, high), format)
		}
	}
	return a
}

// labelled writes the labels of ticks anew.
func labelled(ticks []plot.Tick, format func(float64) string) plot.ConstantTicks {
	out := make(plot.ConstantTicks, len(ticks))
	for i, t := range ticks {
		if out[i].Value = t.Value; t.Label != "" {
			out[i].Label = format(t.Value)
		}
	}
	return out
}

// finite returns an error for a value that no axis has.
func finite(x float64) error {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return fmt.Errorf("value %v; want a finite number", x)
	}
	return nil
}

// short formats a number with at most three digits and a decimal unit: 8, 0.005, 100k, 2.5M.
func short(x float64) string {
	units := []string{"", "k", "M", "G", "T"}
	unit := 0
	for limit := 9999.5; math.Abs(x) >= limit && unit < len(units)-1; limit = 999.5 {
		x /= 1000
		unit++
	}
	digits := 3
	if math.Abs(x) >= 1000 {
		digits = 4
	}
	return strconv.FormatFloat(x, 'g', digits, 64) + units[unit]
}

// A FactorGrid holds scores by two factors, for one heatmap.
type FactorGrid struct {
	Name string // of what the factors vary; empty: no words above the map
	X, Y Factor
	// XLabels and YLabels are the values of the factors, in the order of the axes.
	XLabels, YLabels []string
	// Scores are percents, [y][x], y from the bottom; NaN for what was not run.
	Scores [][]float64
}

// FactorHeatmap draws accuracy as colour (cividis, always 0 to 100 percent) over two factors.
func FactorHeatmap(g FactorGrid, o Options) (*Figure, error) {
	grid := Grid{Name: g.Name}
	if len(g.XLabels) == 0 || len(g.YLabels) == 0 || len(g.Scores) != len(g.YLabels) {
		return nil, fmt.Errorf("draw heatmap: %d rows of scores for %d by %d values", len(g.Scores), len(g.XLabels), len(g.YLabels))
	}
	rows := [][]string{{g.X.Key, g.Y.Key, "percent"}}
	for j, row := range g.Scores {
		if len(row) != len(g.XLabels) {
			return nil, fmt.Errorf("draw heatmap: row %d has %d scores for %d values", j, len(row), len(g.XLabels))
		}
		for i, score := range row {
			if math.IsNaN(score) {
				continue
			}
			// Tiles are placed by rank: columns from 1 on, rows from the top.
			grid.Tiles = append(grid.Tiles, Tile{Length: i + 1, Depth: float64(len(g.Scores)-1-j) * 100 / float64(max(1, len(g.Scores)-1)), Score: score})
			rows = append(rows, []string{g.XLabels[i], g.YLabels[j], exact(score)})
		}
	}
	if lengths, depths, err := sides([]Grid{grid}); err == nil && (len(lengths) < len(g.XLabels) || len(depths) < len(g.YLabels)) {
		return nil, fmt.Errorf("draw heatmap: a value of %s or of %s was not run at all", g.X.Label, g.Y.Label)
	}
	if o.Heading == "" {
		o.Heading = g.Name
	}
	f, err := heatmap([]Grid{grid}, o)
	if err != nil {
		return nil, fmt.Errorf("draw heatmap: %w", err)
	}
	p := f.Plots[0]
	p.X.Label.Text, p.Y.Label.Text = g.X.Label, g.Y.Label
	p.X.Tick.Marker, p.Y.Tick.Marker = ranks(g.XLabels), ranks(g.YLabels)
	f.Data = rows
	f.Alt = g.describe(o)
	f.Caption = "mean of the training seeds."
	if len(grid.Tiles) < len(g.XLabels)*len(g.YLabels) {
		f.Caption = "hatched: not run; " + f.Caption
	}
	return f, nil
}

// ranks returns a labelled tick for each value.
func ranks(labels []string) plot.ConstantTicks {
	var ticks plot.ConstantTicks
	for i, words := range labels {
		ticks = append(ticks, plot.Tick{Value: float64(i), Label: words})
	}
	return ticks
}

// describe returns the alt text of a heatmap of two factors.
func (g FactorGrid) describe(o Options) string {
	best, worst := math.Inf(-1), math.Inf(1)
	var at, worstAt string
	for j, row := range g.Scores {
		for i, score := range row {
			words := fmt.Sprintf("%s %s, %s %s", g.X.Label, g.XLabels[i], g.Y.Label, g.YLabels[j])
			if score > best {
				best, at = score, words
			}
			if score < worst {
				worst, worstAt = score, words
			}
		}
	}
	return fmt.Sprintf("Heatmap of %s of %s by %s and %s: best %s at %s, worst %s at %s.", strings.TrimSuffix(o.measure(), " (%)"), g.Name, g.X.Label, g.Y.Label, score(best), at, score(worst), worstAt)
}
