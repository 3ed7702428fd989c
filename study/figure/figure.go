package figure

import (
	"image/color"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Figure is a drawing together with what a reader needs beside it.
type Figure struct {
	Plots         []*plot.Plot // its panels in reading order, to be adjusted before it is rendered
	Width, Height vg.Length    // at print, without the footer
	Alt           string       // what is to be seen, for those who cannot see it
	Caption       string       // what belongs under it: n, interval, what the marks mean
	Data          [][]string   // what is drawn: a header and a row for each value
	Provenance    Provenance   // goes into the metadata of every file
	Footer        bool         // prints the provenance under the figure

	draw func(draw.Canvas)
}

// Provenance says what a figure was drawn from.
type Provenance struct {
	Plan  string    // digest of the plan
	Store string    // digest of the records
	Date  time.Time // stands for the date of making, so that files repeat byte for byte; zero: 1970
}

// words returns the provenance as one line, empty when nothing is known.
func (p Provenance) words() string {
	var out string
	if p.Plan != "" {
		out = "plan " + p.Plan
	}
	if p.Store != "" {
		if out != "" {
			out += ", "
		}
		out += "store " + p.Store
	}
	return out
}

// date returns the date that files carry.
func (p Provenance) date() time.Time {
	if p.Date.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return p.Date.UTC()
}

// Options say what a figure shows beside its data. The zero value will do.
type Options struct {
	Heading string    // over the plot: what tells it from its neighbour
	Measure string    // what y is; empty: "accuracy (%)"
	Chance  float64   // percent that guessing gets right; 0: no line
	Width   vg.Length // Column or Page; 0: as the figure needs

	published bool // the values are not ours
}

func (o Options) measure() string {
	if o.Measure != "" {
		return o.Measure
	}
	return "accuracy (%)"
}

func (o Options) width(otherwise vg.Length) vg.Length {
	if o.Width > 0 {
		return o.Width
	}
	return otherwise
}

// margin is the white edge around a figure.
const margin = vg.Length(2)

// footerHeight is the room that the footer takes under a figure.
const footerHeight = vg.Length(smallSize*lineHeight + 2)

// size returns the width and height of the whole drawing.
func (f *Figure) size() (w, h vg.Length) {
	if f.Footer {
		return f.Width, f.Height + footerHeight
	}
	return f.Width, f.Height
}

// Draw draws the figure on the canvas, whose size should be the figure's.
func (f *Figure) Draw(c draw.Canvas) {
	fillRect(c, c.Rectangle, color.White)
	if f.Footer {
		c.FillText(style(smallSize, grey, text.XLeft, text.YBottom),
			vg.Point{X: c.Min.X + margin, Y: c.Min.Y + margin + 1}, f.Provenance.words())
		c = draw.Crop(c, 0, 0, footerHeight, 0)
	}
	f.draw(draw.Crop(c, margin, -margin, margin, -margin))
}
