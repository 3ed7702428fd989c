package figure

import (
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A key explains the lines and markers of all panels, once, above them.
type key []keyEntry

type keyEntry struct {
	words string
	style *curveStyle // nil: the chance level
}

const (
	keySample = vg.Length(15) // length of the sample line
	keyGap    = vg.Length(7)  // between entries
	keyPitch  = vg.Length(11) // from row to row
)

// keyOf returns the key of the panels, whose curves have the given styles: every model once, in order of first
// appearance, and the chance level.
func keyOf(panels []Panel, styles [][]curveStyle, o Options) key {
	var out key
	type model struct{ label, architecture string }
	seen := map[model]bool{}
	for i, panel := range panels {
		for j, c := range panel.Curves {
			s := &styles[i][j]
			if m := (model{s.Label, c.Architecture}); !seen[m] {
				seen[m] = true
				out = append(out, keyEntry{s.Label, s})
			}
		}
	}
	for _, chance := range o.chances() {
		out = append(out, keyEntry{chance.Words + " " + number(chance.Percent) + "%", nil})
	}
	return out
}

func (k key) textStyle() text.Style { return textStyle(smallSize+0.5, ink, text.XLeft, middle) }

// rows breaks the key into rows of at most the given width.
func (k key) rows(width vg.Length) []key {
	sty := k.textStyle()
	var out []key
	var x vg.Length
	for _, entry := range k {
		w := keySample + 3 + sty.Width(entry.words)
		if len(out) == 0 || x+w > width {
			out = append(out, nil)
			x = 0
		}
		out[len(out)-1] = append(out[len(out)-1], entry)
		x += w + keyGap
	}
	return out
}

// height returns the height of the key in a figure of the given width.
func (k key) height(width vg.Length) vg.Length {
	return vg.Length(len(k.rows(width)))*keyPitch + 4
}

// draw draws the key at the top of the canvas and returns the rest of the canvas, below it.
func (k key) draw(c draw.Canvas) draw.Canvas {
	sty := k.textStyle()
	width := c.Max.X - c.Min.X
	for i, row := range k.rows(width) {
		x, y := c.Min.X, c.Max.Y-keyPitch*(vg.Length(i)+0.5)
		for _, entry := range row {
			line := chanceLine
			if entry.style != nil {
				line = draw.LineStyle{Color: entry.style.Color, Width: curveWidth, Dashes: entry.style.Dash}
			}
			c.StrokeLine2(line, x, y, x+keySample, y)
			if entry.style != nil {
				drawMarker(c, *entry.style, vg.Point{X: x + keySample/2, Y: y})
			}
			x += keySample + 3
			c.FillText(sty, vg.Point{X: x, Y: y}, entry.words)
			x += sty.Width(entry.words) + keyGap
		}
	}
	return draw.Crop(c, 0, 0, 0, -k.height(width))
}
