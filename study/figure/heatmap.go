package figure

import (
	"fmt"
	"image/color"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Grid is what one model did at lengths and depths.
type Grid struct {
	Name         string // for the reader; empty: the architecture's own
	Architecture string
	Trained      int // length it was trained at, tokens; 0: not marked
	Cells        []Cell
}

// A Cell is one square of a heatmap. What is not among the cells was not run.
type Cell struct {
	Length    int     // tokens
	Depth     float64 // percent, 0 to 100
	Score     float64 // percent, 0 to 100
	Low, High float64 // the 95% interval; not read when N is 0
	N         int     // samples
}

// wide is the half-width of an interval, in points of percent, from which a cell
// is marked as uncertain.
const wide = 10

// LengthDepthHeatmap draws accuracy as colour (cividis, always 0 to 100 percent)
// over prompt length and needle depth (0% at the top, the start of the document),
// one map for each model, with one colour bar. A number stands in each cell when
// there are fewer than 12 by 12 and it fits; a corner marks an interval wider than
// ±10; hatched cells were not run; a line stands at the training length.
func LengthDepthHeatmap(grids []Grid, o Options) (*Figure, error) {
	f, err := heatmap(grids, o)
	if err != nil {
		return nil, fmt.Errorf("draw heatmap: %w", err)
	}
	return f, nil
}

// Heatmaps: at most three abreast.
const (
	mapsAbreast = 3
	barRoom     = vg.Length(36) // for the colour bar with its numbers
)

func heatmap(grids []Grid, o Options) (*Figure, error) {
	colours, err := cividis()
	if err != nil {
		return nil, err
	}
	lengths, depths, err := sides(grids)
	if err != nil {
		return nil, err
	}
	cols := columns(len(grids), mapsAbreast)
	rows := (len(grids) + cols - 1) / cols
	width := o.width(Page)
	if len(grids) == 1 {
		width = o.width(Column)
	}
	mapWidth := (width-barRoom-yAxisRoom)/vg.Length(cols) - panelGap
	mapHeight := min(max(vg.Length(len(depths))*14, 0.6*mapWidth), 2.6*vg.Inch)
	height := vg.Length(rows)*(mapHeight+30) + 16

	plots := make([]*plot.Plot, len(grids))
	var hatched, uncertain bool
	for i, g := range grids {
		cells := newCells(g, lengths, depths, colours)
		hatched = hatched || cells.missing > 0
		uncertain = uncertain || cells.wide > 0
		plots[i] = cells.plot(lengths, depths, labelsIn(mapWidth), int(mapHeight/12))
		line := marks(cells.trained())
		plots[i].Add(line)
		if words := headingOf(g, len(grids), o); words != "" {
			plots[i].Add(heading{words, line.height()})
		}
	}
	shareAxes(plots, cols)
	return &Figure{
		Plots:   plots,
		Width:   width,
		Height:  height,
		Alt:     describeGrids(grids, lengths, depths, o),
		Caption: captionGrids(grids, hatched, uncertain),
		Data:    gridRows(grids),
		draw: func(c draw.Canvas) {
			tiles := drawTiles(draw.Crop(c, 0, -barRoom, 0, 0), plots, cols)
			first := plots[0].DataCanvas(tiles[0][0])
			last := plots[(rows-1)*cols].DataCanvas(tiles[rows-1][0])
			colourBar(draw.Canvas{Canvas: c, Rectangle: vg.Rectangle{
				Min: vg.Point{X: c.Max.X - barRoom + 8, Y: last.Min.Y},
				Max: vg.Point{X: c.Max.X, Y: first.Max.Y},
			}}, colours, o.measure())
		},
	}, nil
}

// sides returns the lengths and depths of all grids in order, or an error that
// names the first cell which cannot be drawn.
func sides(grids []Grid) (lengths []int, depths []float64, err error) {
	if len(grids) == 0 {
		return nil, nil, fmt.Errorf("no grids to draw")
	}
	for _, g := range grids {
		if len(g.Cells) == 0 {
			return nil, nil, fmt.Errorf("grid %q has no cells", gridName(g))
		}
		type place struct {
			length int
			depth  float64
		}
		seen := map[place]bool{}
		for _, c := range g.Cells {
			at := fmt.Sprintf("grid %q at %d tokens, depth %v%%", gridName(g), c.Length, c.Depth)
			switch {
			case c.Length <= 0:
				return nil, nil, fmt.Errorf("%s: want a length of more than 0 tokens", at)
			case !percent(c.Depth):
				return nil, nil, fmt.Errorf("%s: want a depth of 0 to 100 percent", at)
			case seen[place{c.Length, c.Depth}]:
				return nil, nil, fmt.Errorf("%s: two cells; want one", at)
			}
			if err := checkScore(c.Score, c.Low, c.High, c.N); err != nil {
				return nil, nil, fmt.Errorf("%s: %w", at, err)
			}
			seen[place{c.Length, c.Depth}] = true
			lengths = append(lengths, c.Length)
			depths = append(depths, c.Depth)
		}
	}
	slices.Sort(lengths)
	slices.Sort(depths)
	return slices.Compact(lengths), slices.Compact(depths), nil
}

// gridName is what a reader calls the grid's model.
func gridName(g Grid) string {
	return looksOf([]Curve{{Name: g.Name, Architecture: g.Architecture}})[0].Name
}

// headingOf names the model over its map; a single map may do without.
func headingOf(g Grid, n int, o Options) string {
	if n == 1 && o.Heading != "" {
		return o.Heading
	}
	return gridName(g)
}

// plot returns a plot of the cells with a column for each length and a row for
// each depth; room is how many labels fit along x and y.
func (m cells) plot(lengths []int, depths []float64, roomX, roomY int) *plot.Plot {
	p := newPlot("needle depth (%)")
	p.X.Label.Text = lengthAxis.label
	p.X.Min, p.X.Max = -0.5, float64(len(lengths))-0.5
	p.Y.Min, p.Y.Max = -0.5, float64(len(depths))-0.5
	p.X.Tick.Length, p.Y.Tick.Length = 0, 0
	p.X.Width, p.Y.Width = 0, 0
	var x, y plot.ConstantTicks
	for i, length := range lengths {
		if i%stride(len(lengths), roomX) == 0 {
			x = append(x, plot.Tick{Value: float64(i), Label: tokens(float64(length))})
		}
	}
	for i, depth := range depths {
		if i%stride(len(depths), roomY) == 0 {
			y = append(y, plot.Tick{Value: float64(len(depths) - 1 - i), Label: number(depth)})
		}
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = x, y
	p.Add(m)
	return p
}

// colourBar draws the colours of 0 to 100 percent with their numbers at the right.
func colourBar(c draw.Canvas, colours palette.ColorMap, words string) {
	const steps, width = 50, vg.Length(8)
	height := c.Max.Y - c.Min.Y
	for i := range steps {
		fillRect(c, vg.Rectangle{ // each reaches under the next, or a seam would show
			Min: vg.Point{X: c.Min.X, Y: c.Min.Y + height*vg.Length(i)/steps},
			Max: vg.Point{X: c.Min.X + width, Y: c.Min.Y + height*vg.Length(min(i+2, steps))/steps},
		}, colourOf(colours, 100*(float64(i)+0.5)/steps))
	}
	sty := style(smallSize, ink, text.XLeft, middle)
	for i := range 5 {
		y := c.Min.Y + height*vg.Length(i)/4
		c.StrokeLine2(draw.LineStyle{Color: ink, Width: axisWidth}, c.Min.X+width, y, c.Min.X+width+2, y)
		c.FillText(sty, vg.Point{X: c.Min.X + width + 3.5, Y: y}, strconv.Itoa(25*i))
	}
	sty = style(smallSize, ink, text.XRight, text.YBottom)
	c.FillText(sty, vg.Point{X: c.Max.X, Y: c.Max.Y + 5}, words)
}

// colourOf returns the colour of a percent.
func colourOf(colours palette.ColorMap, percent float64) color.Color {
	ink, err := colours.At(percent)
	if err != nil { // cannot be: the values are checked
		return grey
	}
	return ink
}
