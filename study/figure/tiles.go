package figure

import (
	"image"
	"image/color"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// tiles draws the tiles of one heatmap.
type tiles struct {
	grid      Grid
	lengths   []int
	at        [][]*Tile // [depth][length]; nil: not run
	colours   palette.ColorMap
	missing   int // how many were not run
	uncertain int // how many have an interval wider than ±maxHalfWidth
	chance    float64
	guesses   int // how many have an interval that holds chance
}

// newTiles returns the tiles of a grid over lengths and depths, both ascending.
func newTiles(g Grid, lengths []int, depths []float64, colours palette.ColorMap, chance float64) tiles {
	m := tiles{grid: g, lengths: lengths, colours: colours, missing: len(lengths) * len(depths), chance: chance}
	m.at = make([][]*Tile, len(depths))
	for i := range m.at {
		m.at[i] = make([]*Tile, len(lengths))
	}
	for i, t := range g.Tiles {
		row, _ := slices.BinarySearch(depths, t.Depth)
		col, _ := slices.BinarySearch(lengths, t.Length)
		m.at[row][col] = &g.Tiles[i]
		m.missing--
		if t.uncertain() {
			m.uncertain++
		}
		if t.holds(chance) {
			m.guesses++
		}
	}
	return m
}

// maxHalfWidth is the half-width of an interval, in points of percent, above which a tile is marked as
// uncertain.
const maxHalfWidth = 10

// uncertain reports whether the interval is wider than ±maxHalfWidth.
func (t Tile) uncertain() bool { return t.N > 0 && t.High-t.Low > 2*maxHalfWidth }

// holds reports whether the interval holds the level of chance; 0 is none.
func (t Tile) holds(chance float64) bool {
	return chance > 0 && t.N > 0 && t.Low <= chance && chance <= t.High
}

// plot returns a plot of the tiles with a column for each length and a row for each depth. roomX and roomY are
// the numbers of labels that fit along the axes.
func (m tiles) plot(lengths []int, depths []float64, roomX, roomY int) *plot.Plot {
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

// trained returns the mark of the training length: at the right edge of the last column that is not longer.
func (m tiles) trained() []mark {
	if m.grid.Trained == 0 {
		return nil
	}
	n, found := slices.BinarySearch(m.lengths, m.grid.Trained)
	if found {
		n++
	}
	return []mark{{float64(n) - 0.5, tokens(float64(m.grid.Trained)), ink}}
}

const (
	maxVector  = 2500 // tiles; more are drawn as one image, since the file would be too large
	maxNumbers = 12   // rows and columns; with fewer, each tile shows its number
)

// Plot implements plot.Plotter.
func (m tiles) Plot(c draw.Canvas, p *plot.Plot) {
	rows, cols := len(m.at), len(m.lengths)
	if rows*cols > maxVector {
		m.image(c)
		return
	}
	w, h := (c.Max.X-c.Min.X)/vg.Length(cols), (c.Max.Y-c.Min.Y)/vg.Length(rows)
	const seam = vg.Length(0.25) // half the white gap between tiles
	numbers := textStyle(smallSize, ink, text.XCenter, middle)
	fits := rows < maxNumbers && cols < maxNumbers && w >= numbers.Width("100")+2 && h >= smallSize+1
	for i, row := range m.at {
		for j, t := range row {
			r := vg.Rectangle{
				Min: vg.Point{X: c.Min.X + w*vg.Length(j) + seam, Y: c.Max.Y - h*vg.Length(i+1) + seam},
				Max: vg.Point{X: c.Min.X + w*vg.Length(j+1) - seam, Y: c.Max.Y - h*vg.Length(i) - seam},
			}
			if t == nil {
				hatch(c, r)
				continue
			}
			ground := colourOf(m.colours, t.Score)
			fillRect(c, r, ground)
			if t.uncertain() {
				side := min(w, h) / 4
				c.FillPolygon(contrasting(ground), []vg.Point{r.Max, {X: r.Max.X - side, Y: r.Max.Y}, {X: r.Max.X, Y: r.Max.Y - side}})
			}
			if t.holds(m.chance) {
				const edge = vg.Length(2)
				line := draw.LineStyle{Color: contrasting(ground), Width: 0.9}
				c.StrokeLine2(line, r.Min.X+w/4, r.Min.Y+edge, r.Max.X-w/4, r.Min.Y+edge)
			}
			if fits {
				numbers.Color = contrasting(ground)
				c.FillText(numbers, r.Min.Add(r.Max).Scale(0.5), strings.TrimSuffix(score(t.Score), "%"))
			}
		}
	}
}

// image draws a large map as an image with four by four dots for each tile.
func (m tiles) image(c draw.Canvas) {
	const dots = 4
	img := image.NewNRGBA(image.Rect(0, 0, dots*len(m.lengths), dots*len(m.at)))
	for i, row := range m.at {
		for j, t := range row {
			var ink color.Color = notRun
			if t != nil {
				ink = colourOf(m.colours, t.Score)
			}
			for k := range dots * dots {
				img.Set(dots*j+k%dots, dots*i+k/dots, ink)
			}
		}
	}
	c.DrawImage(c.Rectangle, img)
}

// notRun is the background of a tile that was not run.
var notRun = color.RGBA{0xe6, 0xe6, 0xe6, 0xff}

// hatch fills the rectangle of what was not run: light grey with lines at 45 degrees.
func hatch(c draw.Canvas, r vg.Rectangle) {
	fillRect(c, r, notRun)
	line := draw.LineStyle{Color: color.RGBA{0x9a, 0x9a, 0x9a, 0xff}, Width: 0.5}
	w, h := r.Size().X, r.Size().Y
	const pitch = vg.Length(4)
	for d := pitch; d < w+h; d += pitch { // x + y = d, from the left or top edge to the bottom or right one
		from := vg.Point{X: r.Min.X + max(0, d-h), Y: r.Min.Y + min(d, h)}
		to := vg.Point{X: r.Min.X + min(d, w), Y: r.Min.Y + max(0, d-w)}
		c.StrokeLine2(line, from.X, from.Y, to.X, to.Y)
	}
}
