package figure

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The widths of figures in a two-column paper.
const (
	Column = 3.25 * vg.Inch // one column of two
	Page   = 6.75 * vg.Inch // both columns
)

// Sizes in print, in points.
const (
	textSize   = 8
	smallSize  = 7
	lineHeight = 1.2 // of a text size

	axisWidth  = vg.Length(0.5)
	curveWidth = vg.Length(1.2)
)

// Vertical alignments that centre text on its capitals and digits, not on its box, which has room for descenders,
// too. gonum/plot moves the labels of y ticks up by the height of a descender.
const (
	middle     = text.YAlignment(-0.4)
	tickMiddle = text.YAlignment(-0.6)
)

var (
	ink      = color.RGBA{0x22, 0x22, 0x22, 0xff}
	grey     = color.RGBA{0x70, 0x70, 0x70, 0xff}
	gridline = color.RGBA{0xe4, 0xe4, 0xe4, 0xff}
	tint     = color.RGBA{0xf5, 0xf3, 0xec, 0xff} // behind published values
)

// textStyle returns the style of text of the given size in points. The font is Liberation Sans, which has the
// metrics of Helvetica and Arial and may be embedded.
func textStyle(size float64, ink color.Color, x text.XAlignment, y text.YAlignment) text.Style {
	return text.Style{
		Color:   ink,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Points(size)},
		XAlign:  x,
		YAlign:  y,
		Handler: plot.DefaultTextHandler,
	}
}

// newPlot returns an empty plot in the style of this package, with y from 0 to 100 percent.
func newPlot(yLabel string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil // the figure has a white one
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Color = ink
		a.Width = axisWidth
		a.Label.TextStyle = textStyle(textSize, ink, text.XCenter, text.YBottom)
		a.Label.Padding = 2
		a.Tick.LineStyle = draw.LineStyle{Color: ink, Width: axisWidth}
		a.Tick.Length = 3
		a.Padding = 1
	}
	p.X.Tick.Label = textStyle(smallSize, ink, text.XCenter, text.YTop)
	p.Y.Tick.Label = textStyle(smallSize, ink, text.XRight, tickMiddle)
	p.Y.Min, p.Y.Max = 0, 100
	p.Y.Label.Text = yLabel
	p.Y.Tick.Marker = quarters(true)
	return p
}

// fillRect paints a rectangle.
func fillRect(c draw.Canvas, r vg.Rectangle, ink color.Color) {
	c.SetColor(ink)
	c.Fill(r.Path())
}
