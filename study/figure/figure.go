package figure

import (
	"image/color"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Figure is a drawing with its alt text, its caption and the numbers in it.
type Figure struct {
	Plots         []*plot.Plot // the panels in reading order; they may be changed before the figure is rendered
	Width, Height vg.Length    // in print, without the footer
	Alt           string       // alt text: what the figure shows, for readers who cannot see it
	Caption       string       // n, the interval and what the marks mean
	Data          [][]string   // the numbers drawn: a header and a row for each value
	Provenance    Provenance   // is put into the metadata of every file but CSV
	Footer        bool         // whether the provenance is printed under the figure

	draw func(draw.Canvas)
}

// Provenance says which plan and records a figure was drawn from.
type Provenance struct {
	Plan  string    // digest of the plan
	Store string    // digest of the records
	Date  time.Time // the date in the files; the zero value, 1970, keeps them the same byte for byte
}

// words returns the provenance as one line, "" when nothing is known.
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

// date returns the date that is written into files.
func (p Provenance) date() time.Time {
	if p.Date.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return p.Date.UTC()
}

// Options say what a figure shows beside its data. The zero value is a good default.
type Options struct {
	Heading string   // the words above the plot
	Measure string   // the label of the y axis or the colour bar; empty: "accuracy (%)"
	Chance  float64  // the percentage that guessing gets right; 0: no line
	Chances []Chance // what other guesses get right
	// Threshold in percent, at which ticks show where curves have their Reach.
	Threshold float64
	// Count is what is behind each value: "5 seeds × 128 questions". Empty: the points' number of questions.
	Count string
	Width vg.Length // Column or Page; 0: chosen to fit the data

	published bool // the values are published ones
	nats      bool // the values are log-probabilities
}

// A Chance is what a kind of guess gets right: a dashed line.
type Chance struct {
	Percent float64
	Words   string // at the end of the line: "one of the four in the text"
}

// chances returns what all kinds of guesses get right.
func (o Options) chances() []Chance {
	if o.Chance > 0 {
		return append([]Chance{{o.Chance, "chance"}}, o.Chances...)
	}
	return o.Chances
}

func (o Options) measure() string {
	if o.Measure != "" {
		return o.Measure
	}
	return o.scale().label
}

func (o Options) width(otherwise vg.Length) vg.Length {
	if o.Width > 0 {
		return o.Width
	}
	return otherwise
}

// margin is the white edge around a figure.
const margin = vg.Length(2)

// footerHeight is the height of the footer.
const footerHeight = vg.Length(smallSize*lineHeight + 2)

// size returns the width and height of the whole drawing.
func (f *Figure) size() (w, h vg.Length) {
	if f.Footer {
		return f.Width, f.Height + footerHeight
	}
	return f.Width, f.Height
}

// Draw draws the figure, with its footer if it has one, on a canvas of its size.
func (f *Figure) Draw(c draw.Canvas) {
	fillRect(c, c.Rectangle, color.White)
	if f.Footer {
		c.FillText(textStyle(smallSize, grey, text.XLeft, text.YBottom),
			vg.Point{X: c.Min.X + margin, Y: c.Min.Y + margin + 1}, f.Provenance.words())
		c = draw.Crop(c, 0, 0, footerHeight, 0)
	}
	f.draw(draw.Crop(c, margin, -margin, margin, -margin))
}
