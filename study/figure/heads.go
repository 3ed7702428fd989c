package figure

import (
	"fmt"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A HeadMap holds values of a model's heads or channels for each token of a prompt, such as the attention of the
// last token or what decay keeps.
type HeadMap struct {
	Name string // what the values are, for the reader
	// Rows are names of heads, from top to bottom.
	Rows []string
	// First is the index of the first token of each column, ascending from 0. Tokens is the length of the prompt.
	First  []int
	Tokens int
	// Percent holds the values, [row][column], 0 to 100.
	Percent [][]float64
	// Needles are the ranges of tokens that hold the answer: the first and the one after the last.
	Needles [][2]int
}

// headsRoom is the room above a map of heads, for the words "needle" and those of the colour bar.
const headsRoom = vg.Length(14)

// HeadHeatmap draws the values as colour (cividis, always 0 to 100 percent) over the tokens of the prompt, the
// first at the left, in a row for each head. Lines mark where the needles begin and end. Values that cannot be
// drawn, or rows of different lengths, are an error that names them.
func HeadHeatmap(m HeadMap, o Options) (*Figure, error) {
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("draw heads: %w", err)
	}
	colours, err := cividis()
	if err != nil {
		return nil, fmt.Errorf("draw heads: %w", err)
	}
	g := Grid{Name: m.Name}
	lengths, rows := make([]int, len(m.First)), make([]float64, len(m.Rows))
	for col := range lengths {
		lengths[col] = col + 1
	}
	for row := range rows {
		rows[row] = float64(row)
		for col, percent := range m.Percent[row] {
			g.Tiles = append(g.Tiles, Tile{Length: col + 1, Depth: float64(row), Score: percent})
		}
	}
	width := o.width(Page)
	mapWidth := width - barRoom - yAxisRoom
	height := max(vg.Length(len(rows))*7, 60) + 44 + headsRoom
	p := newPlot("")
	p.X.Label.Text = "token of the prompt"
	p.X.Min, p.X.Max = -0.5, float64(len(lengths))-0.5
	p.Y.Min, p.Y.Max = -0.5, float64(len(rows))-0.5
	p.X.Tick.Length, p.Y.Tick.Length, p.X.Width, p.Y.Width = 0, 0, 0, 0
	var x, y plot.ConstantTicks
	for col, first := range m.First {
		if col%stride(len(m.First), labelsIn(mapWidth)) == 0 {
			x = append(x, plot.Tick{Value: float64(col), Label: strconv.Itoa(first)})
		}
	}
	for row, name := range m.Rows {
		if row%stride(len(m.Rows), int(height/10)) == 0 {
			y = append(y, plot.Tick{Value: float64(len(rows) - 1 - row), Label: name})
		}
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = x, y
	p.Add(newTiles(g, lengths, rows, colours, 0), needleLines{m})
	if o.Heading != "" {
		p.Add(heading{o.Heading, smallSize * lineHeight})
	}
	return &Figure{
		Plots: []*plot.Plot{p}, Width: width, Height: height,
		Alt:     m.describe(o),
		Caption: fmt.Sprintf("%s: %s, %s. Lines: where the needles begin and end.", m.Name, m.heads(), counted(m.Tokens, "token", "tokens")),
		Data:    m.rows(),
		draw: func(c draw.Canvas) {
			c = draw.Crop(c, 0, 0, 0, -headsRoom)
			inner := draw.Crop(c, 0, -barRoom, 0, 0)
			p.Draw(inner)
			data := p.DataCanvas(inner)
			colourBar(draw.Canvas{Canvas: c, Rectangle: vg.Rectangle{
				Min: vg.Point{X: c.Max.X - barRoom + 8, Y: data.Min.Y}, Max: vg.Point{X: c.Max.X, Y: data.Max.Y},
			}}, colours, o.measure())
		},
	}, nil
}

// check returns an error that names what cannot be drawn.
func (m HeadMap) check() error {
	switch {
	case len(m.Rows) == 0 || len(m.First) == 0:
		return fmt.Errorf("%d rows of %d columns; want at least one of each", len(m.Rows), len(m.First))
	case len(m.Percent) != len(m.Rows):
		return fmt.Errorf("%d rows with values; want %d", len(m.Percent), len(m.Rows))
	}
	for i, row := range m.Percent {
		if len(row) != len(m.First) {
			return fmt.Errorf("row %q has %d values; want %d", m.Rows[i], len(row), len(m.First))
		}
		for col, value := range row {
			if !percent(value) {
				return fmt.Errorf("row %q, column %d: %v; want a percent, 0 to 100", m.Rows[i], col, value)
			}
		}
	}
	for _, needle := range m.Needles {
		if needle[0] < 0 || needle[1] < needle[0] || needle[1] > m.Tokens {
			return fmt.Errorf("needle at tokens %v; want places among %d", needle, m.Tokens)
		}
	}
	return nil
}

// column returns the x position of a token's left edge, in columns.
func (m HeadMap) column(token int) float64 {
	for col := len(m.First) - 1; col >= 0; col-- {
		if first := m.First[col]; token >= first {
			end := m.Tokens
			if col+1 < len(m.First) {
				end = m.First[col+1]
			}
			return float64(col) - 0.5 + float64(token-first)/float64(max(1, end-first))
		}
	}
	return -0.5
}

// rows returns the values as rows for a CSV file.
func (m HeadMap) rows() [][]string {
	out := [][]string{{"head", "first token", "percent"}}
	for i, row := range m.Percent {
		for col, value := range row {
			out = append(out, []string{m.Rows[i], strconv.Itoa(m.First[col]), exact(value)})
		}
	}
	return out
}

// describe returns the alt text: the axes, and the head with the largest value at a token of a needle.
func (m HeadMap) describe(o Options) string {
	best, at := -1.0, ""
	for i, row := range m.Percent {
		largest := 0.0
		for col, value := range row {
			for _, needle := range m.Needles {
				if m.First[col] >= needle[0] && m.First[col] < needle[1] {
					largest = max(largest, value)
				}
			}
		}
		if largest > best {
			best, at = largest, m.Rows[i]
		}
	}
	return fmt.Sprintf("Heatmap of %s by token of the prompt, %s, for %s. Largest at one token of a needle: %s, %s%%.",
		o.measure(), counted(m.Tokens, "token", "tokens"), m.heads(), at, number(float64(int(best+0.5))))
}

// heads returns the number of rows in words.
func (m HeadMap) heads() string { return counted(len(m.Rows), "head or channel", "heads or channels") }

// counted returns a number and what it counts.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// needleLines draws a line at either end of each needle.
type needleLines struct{ m HeadMap }

// Plot implements plot.Plotter.
func (n needleLines) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	for i, needle := range n.m.Needles {
		for _, token := range needle {
			at := x(n.m.column(token))
			c.StrokeLine2(draw.LineStyle{Color: vermilion, Width: curveWidth}, at, c.Min.Y, at, c.Max.Y+3)
		}
		if i == 0 {
			c.FillText(textStyle(smallSize, ink, text.XLeft, text.YBottom), vg.Point{X: x(n.m.column(needle[0])), Y: c.Max.Y + 4}, "needle")
		}
	}
}
