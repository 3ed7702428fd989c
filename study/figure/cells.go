package figure

import (
	"image"
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// cells draws the squares of one heatmap.
type cells struct {
	grid    Grid
	lengths []int
	at      [][]*Cell // [depth][length]; nil: not run
	colours palette.ColorMap
	missing int // cells that were not run
	wide    int // cells whose interval is wider than ±wide
}

func newCells(g Grid, lengths []int, depths []float64, colours palette.ColorMap) cells {
	m := cells{grid: g, lengths: lengths, colours: colours, missing: len(lengths) * len(depths)}
	m.at = make([][]*Cell, len(depths))
	for i := range m.at {
		m.at[i] = make([]*Cell, len(lengths))
	}
	for i, c := range g.Cells {
		row, _ := slices.BinarySearch(depths, c.Depth)
		col, _ := slices.BinarySearch(lengths, c.Length)
		m.at[row][col] = &g.Cells[i]
		m.missing--
		if c.uncertain() {
			m.wide++
		}
	}
	return m
}

// uncertain reports whether the interval reaches further than ±wide.
func (c Cell) uncertain() bool { return c.N > 0 && c.High-c.Low > 2*wide }

// trained returns the line at the training length: at the right edge of the last
// column that is not longer.
func (m cells) trained() []mark {
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
	mostVector = 2500 // cells; larger maps are one image, or the file would be too large
	mostNumber = 12   // columns and rows; below, a number stands in each cell
)

// Plot implements plot.Plotter.
func (m cells) Plot(c draw.Canvas, p *plot.Plot) {
	rows, cols := len(m.at), len(m.lengths)
	if rows*cols > mostVector {
		m.image(c)
		return
	}
	w, h := (c.Max.X-c.Min.X)/vg.Length(cols), (c.Max.Y-c.Min.Y)/vg.Length(rows)
	const seam = vg.Length(0.25) // white between cells, half of it
	numbers := style(smallSize, ink, text.XCenter, middle)
	fits := rows < mostNumber && cols < mostNumber && w >= numbers.Width("100")+2 && h >= smallSize+1
	for i, row := range m.at {
		for j, cell := range row {
			r := vg.Rectangle{
				Min: vg.Point{X: c.Min.X + w*vg.Length(j) + seam, Y: c.Max.Y - h*vg.Length(i+1) + seam},
				Max: vg.Point{X: c.Min.X + w*vg.Length(j+1) - seam, Y: c.Max.Y - h*vg.Length(i) - seam},
			}
			if cell == nil {
				hatch(c, r)
				continue
			}
			ground := colourOf(m.colours, cell.Score)
			fillRect(c, r, ground)
			if cell.uncertain() {
				side := min(w, h) / 4
				c.FillPolygon(against(ground), []vg.Point{r.Max, {X: r.Max.X - side, Y: r.Max.Y}, {X: r.Max.X, Y: r.Max.Y - side}})
			}
			if fits {
				numbers.Color = against(ground)
				centre := r.Min.Add(r.Max).Scale(0.5)
				c.FillText(numbers, centre, score(cell.Score)[:len(score(cell.Score))-1])
			}
		}
	}
}

// image draws a large map as a picture of four dots a cell.
func (m cells) image(c draw.Canvas) {
	const dots = 4
	img := image.NewNRGBA(image.Rect(0, 0, dots*len(m.lengths), dots*len(m.at)))
	for i, row := range m.at {
		for j, cell := range row {
			var ink color.Color = notRun
			if cell != nil {
				ink = colourOf(m.colours, cell.Score)
			}
			for k := range dots * dots {
				img.Set(dots*j+k%dots, dots*i+k/dots, ink)
			}
		}
	}
	c.DrawImage(c.Rectangle, img)
}

// notRun is the ground of cells without a value.
var notRun = color.RGBA{0xe6, 0xe6, 0xe6, 0xff}

// hatch fills a cell that was not run: light grey with lines at 45 degrees.
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
