package figure

import (
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A key explains lines and markers once, above small multiples that share them.
type key []keyEntry

type keyEntry struct {
	words string
	look  *curveLook // nil: the chance level
}

const (
	keySample = vg.Length(15) // length of the sample line
	keyGap    = vg.Length(7)  // between entries
	keyPitch  = vg.Length(11) // from row to row
)

// keyOf lists every model of the panels once, in order of first appearance.
func keyOf(panels []Panel, o Options) key {
	var out key
	seen := map[string]bool{}
	for _, panel := range panels {
		for _, look := range looksOf(panel.Curves) {
			if !seen[look.Name] {
				seen[look.Name] = true
				out = append(out, keyEntry{look.Name, &look})
			}
		}
	}
	if o.Chance > 0 {
		out = append(out, keyEntry{"chance " + number(o.Chance) + "%", nil})
	}
	return out
}

func (k key) style() text.Style { return style(smallSize+0.5, ink, text.XLeft, middle) }

// rows breaks the key into rows that fit the width.
func (k key) rows(width vg.Length) []key {
	sty := k.style()
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

// height is the room that the key takes at the top of a figure.
func (k key) height(width vg.Length) vg.Length {
	return vg.Length(len(k.rows(width)))*keyPitch + 4
}

// draw writes the key at the top of the canvas and returns what is left below.
func (k key) draw(c draw.Canvas) draw.Canvas {
	sty := k.style()
	width := c.Max.X - c.Min.X
	for i, row := range k.rows(width) {
		x, y := c.Min.X, c.Max.Y-keyPitch*(vg.Length(i)+0.5)
		for _, entry := range row {
			line := chanceLine
			if entry.look != nil {
				line = draw.LineStyle{Color: entry.look.Color, Width: curveWidth, Dashes: entry.look.dash}
			}
			c.StrokeLine2(line, x, y, x+keySample, y)
			if entry.look != nil {
				drawMarker(c, *entry.look, vg.Point{X: x + keySample/2, Y: y})
			}
			x += keySample + 3
			c.FillText(sty, vg.Point{X: x, Y: y}, entry.words)
			x += sty.Width(entry.words) + keyGap
		}
	}
	return draw.Crop(c, 0, 0, 0, -k.height(width))
}
