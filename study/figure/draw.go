package figure

import (
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// grid draws a light horizontal line at every y tick.
type grid struct{}

func (grid) Plot(c draw.Canvas, p *plot.Plot) {
	for _, tick := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		y := c.Y(p.Y.Norm(tick.Value))
		c.StrokeLine2(draw.LineStyle{Color: gridline, Width: axisWidth}, c.Min.X, y, c.Max.X, y)
	}
}

// tinted fills the data area: the background of published values.
type tinted struct{}

func (tinted) Plot(c draw.Canvas, _ *plot.Plot) { fillRect(c, c.Rectangle, tint) }

// curvePlotter draws the line and the markers of one curve, and before them the thin lines of its training seeds.
type curvePlotter struct {
	points []Point
	style  curveStyle
	bars   bool
	seeds  []Seed
}

// Of training seeds: the width of their lines and of that of the mean.
const (
	seedWidth = vg.Length(0.4)
	seedDot   = vg.Length(0.8) // radius, where a seed has one point
	meanWidth = vg.Length(1.5)
)

// seedAlpha is the opacity of the lines of training seeds, of 255.
const seedAlpha = 140

// bandAlpha is the opacity of a 95% band, of 255.
const bandAlpha = 51

// Plot implements plot.Plotter. The bands are drawn before, below all lines.
func (d curvePlotter) Plot(c draw.Canvas, p *plot.Plot) {
	width := curveWidth
	faint := color.NRGBA{d.style.Color.R, d.style.Color.G, d.style.Color.B, seedAlpha}
	for _, seed := range d.seeds {
		width = meanWidth
		at := positions(c, p, seed.Points)
		c.StrokeLines(draw.LineStyle{Color: faint, Width: seedWidth}, at)
		if len(at) == 1 { // there is no line: a dot
			c.SetColor(d.style.Color)
			c.Fill(circle.path(at[0], seedDot))
		}
	}
	at := positions(c, p, d.points)
	c.StrokeLines(draw.LineStyle{Color: d.style.Color, Width: width, Dashes: d.style.Dash}, at)
	for _, pt := range at {
		drawMarker(c, d.style, pt)
	}
}

// GlyphBoxes keeps room for a marker at every edge, whether one is there or not, so that the axes of
// neighbouring panels are aligned.
func (d curvePlotter) GlyphBoxes(*plot.Plot) []plot.GlyphBox {
	marker := vg.Rectangle{
		Min: vg.Point{X: -markerReach, Y: -markerReach},
		Max: vg.Point{X: markerReach, Y: markerReach},
	}
	return []plot.GlyphBox{{X: 0, Y: 0, Rectangle: marker}, {X: 1, Y: 1, Rectangle: marker}}
}

// positions returns where points lie on the canvas.
func positions(c draw.Canvas, p *plot.Plot, points []Point) []vg.Point {
	x, y := p.Transforms(&c)
	at := make([]vg.Point, len(points))
	for i, pt := range points {
		at[i] = vg.Point{X: x(pt.X), Y: y(pt.Y)}
	}
	return at
}

// band draws the intervals of a curve: a band through neighbouring points that both have one, or, with bars,
// an error bar at each point.
type band curvePlotter

func (d band) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	ink := color.NRGBA{d.style.Color.R, d.style.Color.G, d.style.Color.B, bandAlpha}
	var lower, upper []vg.Point
	flush := func() {
		if len(lower) == 1 || d.bars {
			for i := range lower {
				c.StrokeLine2(draw.LineStyle{Color: d.style.Color, Width: 0.8},
					lower[i].X, lower[i].Y, upper[i].X, upper[i].Y)
			}
		} else if len(lower) > 1 {
			outline := lower
			for i := len(upper) - 1; i >= 0; i-- {
				outline = append(outline, upper[i])
			}
			c.FillPolygon(ink, outline)
		}
		lower, upper = nil, nil
	}
	for _, pt := range d.points {
		if pt.N == 0 {
			flush()
			continue
		}
		lower = append(lower, vg.Point{X: x(pt.X), Y: y(pt.Low)})
		upper = append(upper, vg.Point{X: x(pt.X), Y: y(pt.High)})
	}
	flush()
}

// level draws a dashed horizontal line over the whole width: chance.
type level float64

func (l level) Plot(c draw.Canvas, p *plot.Plot) {
	y := c.Y(p.Y.Norm(float64(l)))
	c.StrokeLine2(chanceLine, c.Min.X, y, c.Max.X, y)
}

// reaches draws a tick at the effective length of each curve, at the height of the threshold.
type reaches struct {
	curves    []Curve
	styles    []curveStyle
	threshold float64 // percent
}

func (r reaches) Plot(c draw.Canvas, p *plot.Plot) {
	const reach = vg.Length(4) // of a tick, up and down
	y := c.Y(p.Y.Norm(r.threshold))
	for i, curve := range r.curves {
		if curve.Reach > 0 {
			x := c.X(p.X.Norm(curve.Reach))
			c.StrokeLine2(draw.LineStyle{Color: r.styles[i].Color, Width: meanWidth}, x, y-reach, x, y+reach)
		}
	}
}

var chanceLine = draw.LineStyle{Color: grey, Width: 0.75, Dashes: dashes(2, 2)}

// marks draws dotted vertical lines at training lengths. The lengths are written above the plot, after the
// words "trained at" where there is room.
type marks []mark

type mark struct {
	x     float64
	words string
	color color.Color
}

func (m marks) textStyle() text.Style { return textStyle(smallSize, ink, text.XLeft, text.YBottom) }

func (m marks) Plot(c draw.Canvas, p *plot.Plot) {
	if len(m) == 0 {
		return
	}
	sty := m.textStyle()
	var widest vg.Length
	wanted := make([]vg.Length, len(m))
	for i, mark := range m {
		widest = max(widest, sty.Width(mark.words))
		wanted[i] = c.X(p.X.Norm(mark.x))
	}
	left := spread(wanted, widest+3, c.Min.X, c.Max.X-widest)
	const before = "trained at "
	first := slices.Min(left) - sty.Width(before)
	if first < c.Min.X && len(m) == 1 { // the line is near the left edge: the words start there
		first = c.Min.X
		left[0] = first + sty.Width(before)
	}
	if first >= c.Min.X {
		c.FillText(sty, vg.Point{X: first - 1, Y: c.Max.Y + 2.5}, before)
	}
	for i, mark := range m {
		c.StrokeLine2(draw.LineStyle{Color: mark.color, Width: 0.9, Dashes: dashes(0.9, 1.6)},
			wanted[i], c.Min.Y, wanted[i], c.Max.Y)
		sty.Color = mark.color
		c.FillText(sty, vg.Point{X: left[i] - 1, Y: c.Max.Y + 2.5}, mark.words)
	}
}

// height returns the height of the words above the plot.
func (m marks) height() vg.Length {
	if len(m) == 0 {
		return 0
	}
	return smallSize*lineHeight + 1
}

// GlyphBoxes keeps room for a line of text above the plot.
func (m marks) GlyphBoxes(*plot.Plot) []plot.GlyphBox {
	return []plot.GlyphBox{roomAbove(m.height())}
}

// heading writes words above the plot, at its left edge. above is the height of what stands between.
type heading struct {
	words string
	above vg.Length
}

func (h heading) Plot(c draw.Canvas, _ *plot.Plot) {
	sty := textStyle(textSize, ink, text.XLeft, text.YBottom)
	c.FillText(sty, vg.Point{X: c.Min.X, Y: c.Max.Y + h.above + 3}, h.words)
}

func (h heading) GlyphBoxes(*plot.Plot) []plot.GlyphBox {
	return []plot.GlyphBox{roomAbove(h.above + textSize*lineHeight + 2)}
}

// roomAbove returns a box above the top edge. Its width is 0, so that the x axis is not changed.
func roomAbove(height vg.Length) plot.GlyphBox {
	return plot.GlyphBox{Y: 1, Rectangle: vg.Rectangle{Max: vg.Point{Y: height}}}
}

// endLabels writes a name to the right of each line's end, with the line's marker and a thin line that leads to
// the end. Names that would overlap are moved apart.
type endLabels []endLabel

type endLabel struct {
	x, y  float64 // where the line ends
	words string
	style *curveStyle // nil: no marker (the chance level)
}

const (
	labelGap    = vg.Length(9)   // from the plot to the markers beside the names
	labelIndent = vg.Length(5)   // from marker to name
	labelPitch  = vg.Length(8.6) // from name to name
)

func (l endLabels) textStyle() text.Style { return textStyle(smallSize+0.5, ink, text.XLeft, middle) }

func (l endLabels) Plot(c draw.Canvas, p *plot.Plot) {
	wanted := make([]vg.Length, len(l))
	for i, label := range l {
		wanted[i] = c.Y(p.Y.Norm(label.y))
	}
	column := c.Max.X + labelGap
	for i, y := range spread(wanted, labelPitch, c.Min.Y, c.Max.Y) {
		label := l[i]
		leader := draw.LineStyle{Color: grey, Width: 0.5}
		start := c.X(p.X.Norm(label.x)) + markerReach + 0.5
		sty := l.textStyle()
		if label.style == nil {
			c.StrokeLine2(leader, c.Max.X, wanted[i], column-3, y)
			sty.Color = grey
			c.FillText(sty, vg.Point{X: column - 2, Y: y}, label.words)
			continue
		}
		leader.Color = label.style.Color
		c.StrokeLine2(leader, start, wanted[i], column-markerReach, y)
		drawMarker(c, *label.style, vg.Point{X: column, Y: y})
		c.FillText(sty, vg.Point{X: column + labelIndent, Y: y}, label.words)
	}
}

// width returns the width of the names at the right of the plot.
func (l endLabels) width() vg.Length {
	var widest vg.Length
	for _, label := range l {
		widest = max(widest, l.textStyle().Width(label.words))
	}
	return labelGap + labelIndent + widest + 1
}

// GlyphBoxes keeps the right margin free for the widest name.
func (l endLabels) GlyphBoxes(*plot.Plot) []plot.GlyphBox {
	return []plot.GlyphBox{{X: 1, Rectangle: vg.Rectangle{Max: vg.Point{X: l.width()}}}}
}
