package figure

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A shape is the outline of a marker around the origin, in units of its radius.
// An empty shape is the circle.
type shape []vg.Point

var (
	circle   = shape{}
	square   = shape{{X: -.85, Y: -.85}, {X: .85, Y: -.85}, {X: .85, Y: .85}, {X: -.85, Y: .85}}
	diamond  = shape{{X: 0, Y: -1.2}, {X: 1.1, Y: 0}, {X: 0, Y: 1.2}, {X: -1.1, Y: 0}}
	triangle = shape{{X: -1.1, Y: -.8}, {X: 1.1, Y: -.8}, {X: 0, Y: 1.15}}
	wedge    = shape{{X: -1.1, Y: .8}, {X: 0, Y: -1.15}, {X: 1.1, Y: .8}}
	plus     = gear(4, 0)
	cross    = gear(4, math.Pi/4)
	star     = gear(5, math.Pi/10)
)

// gear returns a shape with n arms; the first points in the direction turn (rad).
func gear(n int, turn float64) shape {
	const arm, waist, half = 1.25, 0.5, 0.3 // reach, inner radius, half an arm's angle in arms
	var out shape
	step := 2 * math.Pi / float64(n)
	at := func(r, angle float64) {
		out = append(out, vg.Point{X: vg.Length(r * math.Cos(angle)), Y: vg.Length(r * math.Sin(angle))})
	}
	for i := range n {
		angle := turn + float64(i)*step
		at(arm, angle-half*step/2)
		at(arm, angle+half*step/2)
		at(waist, angle+step/2)
	}
	return out
}

// markerRadius is the size of markers; none of the shapes reaches beyond 1.3 of it.
const (
	markerRadius = vg.Length(2.1)
	markerReach  = 1.3 * markerRadius
)

// drawMarker draws a look's marker at p: filled with a white rim, so that it
// stands out from lines that cross it, or hollow.
func drawMarker(c draw.Canvas, look curveLook, p vg.Point) {
	path := look.shape.path(p, markerRadius)
	if look.hollow {
		c.SetColor(color.White)
		c.Fill(path)
		stroke(c, path, look.Color, 0.9)
		return
	}
	stroke(c, path, color.White, 1)
	c.SetColor(look.Color)
	c.Fill(path)
}

// path returns the outline at p with the given radius.
func (s shape) path(p vg.Point, radius vg.Length) vg.Path {
	var path vg.Path
	if len(s) == 0 {
		path.Move(p.Add(vg.Point{X: radius}))
		path.Arc(p, radius, 0, 2*math.Pi)
		path.Close()
		return path
	}
	path.Move(p.Add(s[0].Scale(radius)))
	for _, corner := range s[1:] {
		path.Line(p.Add(corner.Scale(radius)))
	}
	path.Close()
	return path
}

// stroke draws the path as a solid line of the given width in points.
func stroke(c draw.Canvas, path vg.Path, ink color.Color, width vg.Length) {
	c.SetLineStyle(draw.LineStyle{Color: ink, Width: width})
	c.Stroke(path)
}
