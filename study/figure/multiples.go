package figure

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// DepthCurves draws accuracy (percent) against the needle's depth (percent of the haystack before it) in a
// small plot for each panel, usually a length. All have the same axes and one key.
func DepthCurves(panels []Panel, o Options) (*Figure, error) {
	f, err := multiples(panels, depthAxis, o)
	if err != nil {
		return nil, fmt.Errorf("draw depth curves: %w", err)
	}
	return f, nil
}

// The layout of small plots.
const (
	maxColumns = 5
	rowHeight  = 1.55 * vg.Inch
	panelGap   = vg.Length(7)
)

// multiples draws the panels side by side with the same axes.
func multiples(panels []Panel, x axis, o Options) (*Figure, error) {
	if len(panels) == 0 {
		return nil, fmt.Errorf("no panels to draw")
	}
	var all []Curve
	sorted := make([]Panel, len(panels))
	for i, panel := range panels {
		curves, err := checked(panel.Curves, x, o.scale())
		if err != nil {
			return nil, fmt.Errorf("panel %q: %w", panel.Heading, err)
		}
		sorted[i] = Panel{panel.Heading, curves}
		all = append(all, curves...)
	}
	low, high := x.widened(span(all))
	cols := columns(len(panels), maxColumns)
	width := o.width(Page)
	if len(panels) == 1 {
		width = o.width(Column)
	}
	room := labelsIn((width-yAxisRoom)/vg.Length(cols) - panelGap)

	styles := stylesOf(sorted)
	plots := make([]*plot.Plot, len(panels))
	for i, panel := range sorted {
		p := newPanel(panel.Curves, styles[i], x, low, high, room, o)
		if panel.Heading != "" {
			p.Add(heading{panel.Heading, 0})
		}
		plots[i] = p
	}
	shareAxes(plots, cols)

	k := keyOf(sorted, styles, o)
	rows := (len(plots) + cols - 1) / cols
	return &Figure{
		Plots:   plots,
		Width:   width,
		Height:  k.height(width-2*margin) + vg.Length(rows)*rowHeight,
		Alt:     describe(sorted, x, o),
		Caption: caption(sorted, x, o),
		Data:    curveRows(sorted, x, o.scale()),
		draw: func(c draw.Canvas) {
			drawPanels(k.draw(c), plots, cols)
		},
	}, nil
}

// columns returns the number of columns, at most limit, for n panels such that the rows are as full as possible.
func columns(n, limit int) int {
	rows := (n + limit - 1) / limit
	return (n + rows - 1) / rows
}

// shareAxes keeps the numbers and the label of the y axis only in the first column, and the label of the x axis
// only in the last panel of each column.
func shareAxes(plots []*plot.Plot, cols int) {
	for i, p := range plots {
		if i%cols > 0 {
			p.Y.Label.Text = ""
			ticks := p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max)
			unlabelled := make(plot.ConstantTicks, len(ticks))
			for j, tick := range ticks {
				unlabelled[j] = plot.Tick{Value: tick.Value}
			}
			p.Y.Tick.Marker = unlabelled
		}
		if i+cols < len(plots) {
			p.X.Label.Text = ""
		}
	}
}

// drawPanels draws the plots row by row, their data areas of one size and aligned, and returns the canvas of
// each, [row][column].
func drawPanels(c draw.Canvas, plots []*plot.Plot, cols int) [][]draw.Canvas {
	rows := (len(plots) + cols - 1) / cols
	table := make([][]*plot.Plot, rows)
	for j := range table {
		table[j] = make([]*plot.Plot, cols)
		copy(table[j], plots[j*cols:min((j+1)*cols, len(plots))])
	}
	tiles := plot.Align(table, draw.Tiles{Rows: rows, Cols: cols, PadX: panelGap, PadY: panelGap}, c)
	for j, row := range table {
		for i, p := range row {
			if p != nil {
				p.Draw(tiles[j][i])
			}
		}
	}
	return tiles
}
