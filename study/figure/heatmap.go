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

// A Grid holds the scores of one model by length and depth, for one heatmap.
type Grid struct {
	Name         string // the model's name for the reader; empty: the label of its architecture's style
	Architecture string // the architecture's registered name
	Trained      int    // the length at which the model was trained, in tokens; 0: not marked
	Tiles        []Tile // in any order; a length and depth without one was not run
}

// A Tile is one rectangle of a heatmap.
type Tile struct {
	Length    int     // tokens
	Depth     float64 // percent, 0 to 100
	Score     float64 // percent, 0 to 100
	Low, High float64 // the 95% interval, percent; not used when N is 0
	N         int     // samples; 0 for a score without an interval
}

// LengthDepthHeatmap draws accuracy as colour (cividis, always 0 to 100 percent) over prompt length (tokens) and
// needle depth (percent; 0% is the start of the document, at the top): one map for each model, with one colour
// bar. Tiles show their numbers when there are fewer than 12 by 12 and the numbers fit. A corner marks an
// interval wider than ±10, a bar below the number one that holds chance, hatching what was not run, a dotted line the training length. A grid that has no
// tiles, two for one length and depth, or values that cannot be drawn, is an error that names it.
func LengthDepthHeatmap(grids []Grid, o Options) (*Figure, error) {
	f, err := heatmap(grids, o)
	if err != nil {
		return nil, fmt.Errorf("draw heatmap: %w", err)
	}
	return f, nil
}

// The layout of heatmaps.
const (
	maxMapColumns = 3
	barRoom       = vg.Length(36) // for the colour bar with its numbers
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
	cols := columns(len(grids), maxMapColumns)
	rows := (len(grids) + cols - 1) / cols
	width := o.width(Page)
	if len(grids) == 1 {
		width = o.width(Column)
	}
	mapWidth := (width-barRoom-yAxisRoom)/vg.Length(cols) - panelGap
	mapHeight := min(max(vg.Length(len(depths))*14, 0.6*mapWidth), 2.6*vg.Inch)
	height := vg.Length(rows)*(mapHeight+30) + 16

	plots := make([]*plot.Plot, len(grids))
	var hatched, uncertain, atChance bool
	for i, g := range grids {
		m := newTiles(g, lengths, depths, colours, o.Chance)
		hatched = hatched || m.missing > 0
		uncertain = uncertain || m.uncertain > 0
		atChance = atChance || m.guesses > 0
		plots[i] = m.plot(lengths, depths, labelsIn(mapWidth), int(mapHeight/12))
		line := marks(m.trained())
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
		Caption: captionGrids(grids, hatched, uncertain, atChance, o),
		Data:    gridRows(grids),
		draw: func(c draw.Canvas) {
			panels := drawPanels(draw.Crop(c, 0, -barRoom, 0, 0), plots, cols)
			first := plots[0].DataCanvas(panels[0][0])
			last := plots[(rows-1)*cols].DataCanvas(panels[rows-1][0])
			colourBar(draw.Canvas{Canvas: c, Rectangle: vg.Rectangle{
				Min: vg.Point{X: c.Max.X - barRoom + 8, Y: last.Min.Y},
				Max: vg.Point{X: c.Max.X, Y: first.Max.Y},
			}}, colours, o.measure())
		},
	}, nil
}

// sides returns the lengths and depths of all grids, ascending, or an error that names the first tile that cannot
// be drawn.
func sides(grids []Grid) (lengths []int, depths []float64, err error) {
	if len(grids) == 0 {
		return nil, nil, fmt.Errorf("no grids to draw")
	}
	for _, g := range grids {
		if len(g.Tiles) == 0 {
			return nil, nil, fmt.Errorf("grid %q has no tiles", gridName(g))
		}
		type position struct {
			length int
			depth  float64
		}
		seen := map[position]bool{}
		for _, c := range g.Tiles {
			at := fmt.Sprintf("grid %q at %d tokens, depth %v%%", gridName(g), c.Length, c.Depth)
			switch {
			case c.Length <= 0:
				return nil, nil, fmt.Errorf("%s: want a length of more than 0 tokens", at)
			case !percent(c.Depth):
				return nil, nil, fmt.Errorf("%s: want a depth of 0 to 100 percent", at)
			case seen[position{c.Length, c.Depth}]:
				return nil, nil, fmt.Errorf("%s: two tiles; want one", at)
			}
			if err := percentScale.check(c.Score, c.Low, c.High, c.N); err != nil {
				return nil, nil, fmt.Errorf("%s: %w", at, err)
			}
			seen[position{c.Length, c.Depth}] = true
			lengths = append(lengths, c.Length)
			depths = append(depths, c.Depth)
		}
	}
	slices.Sort(lengths)
	slices.Sort(depths)
	return slices.Compact(lengths), slices.Compact(depths), nil
}

// gridName returns the reader's name of the grid's model.
func gridName(g Grid) string { return label(g.Name, g.Architecture) }

// headingOf returns the words over one of n maps: the model's name, or the heading asked for if it is alone.
func headingOf(g Grid, n int, o Options) string {
	if n == 1 && o.Heading != "" {
		return o.Heading
	}
	return gridName(g)
}

// gridRows returns the tiles as rows for a CSV file.
func gridRows(grids []Grid) [][]string {
	rows := [][]string{{"model", "architecture", "trained", "length", "depth", "percent", "low", "high", "n"}}
	for _, g := range grids {
		for _, t := range g.Tiles {
			row := []string{gridName(g), g.Architecture, strconv.Itoa(g.Trained), strconv.Itoa(t.Length), exact(t.Depth), exact(t.Score), "", "", ""}
			if t.N > 0 {
				row[6], row[7], row[8] = exact(t.Low), exact(t.High), strconv.Itoa(t.N)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// colourBar draws the colours of 0 to 100 percent, with numbers at the right and words above.
func colourBar(c draw.Canvas, colours palette.ColorMap, words string) {
	const steps, width = 50, vg.Length(8)
	height := c.Max.Y - c.Min.Y
	for i := range steps {
		fillRect(c, vg.Rectangle{ // each overlaps the next, or a gap would be visible
			Min: vg.Point{X: c.Min.X, Y: c.Min.Y + height*vg.Length(i)/steps},
			Max: vg.Point{X: c.Min.X + width, Y: c.Min.Y + height*vg.Length(min(i+2, steps))/steps},
		}, colourOf(colours, 100*(float64(i)+0.5)/steps))
	}
	sty := textStyle(smallSize, ink, text.XLeft, middle)
	for i := range 5 {
		y := c.Min.Y + height*vg.Length(i)/4
		c.StrokeLine2(draw.LineStyle{Color: ink, Width: axisWidth}, c.Min.X+width, y, c.Min.X+width+2, y)
		c.FillText(sty, vg.Point{X: c.Min.X + width + 3.5, Y: y}, strconv.Itoa(25*i))
	}
	sty = textStyle(smallSize, ink, text.XRight, text.YBottom)
	c.FillText(sty, vg.Point{X: c.Max.X, Y: c.Max.Y + 5}, words)
}

// colourOf returns the colour of a value in percent.
func colourOf(colours palette.ColorMap, percent float64) color.Color {
	ink, err := colours.At(percent)
	if err != nil { // cannot happen: the values are checked
		return grey
	}
	return ink
}
