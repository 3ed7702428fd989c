package figure

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Marker is the outline of a marker around the origin, in units of its radius, which is 2.1 points. Its
// corners lie within 1.5 of the origin. One without corners, but not nil, is a circle.
type Marker []vg.Point

// The markers of the six architectures, then those of the spare styles.
var (
	circle   = Marker{}
	square   = Marker{{X: -.85, Y: -.85}, {X: .85, Y: -.85}, {X: .85, Y: .85}, {X: -.85, Y: .85}}
	diamond  = Marker{{X: 0, Y: -1.2}, {X: 1.1, Y: 0}, {X: 0, Y: 1.2}, {X: -1.1, Y: 0}}
	triangle = Marker{{X: -1.1, Y: -.8}, {X: 1.1, Y: -.8}, {X: 0, Y: 1.15}}
	wedge    = Marker{{X: -1.1, Y: .8}, {X: 0, Y: -1.15}, {X: 1.1, Y: .8}}
	cross    = gear(4, math.Pi/4)

	star           = gear(5, math.Pi/10)
	plus           = gear(4, 0)
	leftTriangle   = Marker{{X: .8, Y: -1.1}, {X: .8, Y: 1.1}, {X: -1.15, Y: 0}}
	rightTriangle  = Marker{{X: -.8, Y: -1.1}, {X: 1.15, Y: 0}, {X: -.8, Y: 1.1}}
	tripod         = gear(3, math.Pi/2)
	invertedTripod = gear(3, -math.Pi/2)
	flatBar        = Marker{{X: -1.2, Y: -.5}, {X: 1.2, Y: -.5}, {X: 1.2, Y: .5}, {X: -1.2, Y: .5}}
	uprightBar     = Marker{{X: -.5, Y: -1.2}, {X: .5, Y: -1.2}, {X: .5, Y: 1.2}, {X: -.5, Y: 1.2}}
)

// gear returns a marker with n arms; the first points in the direction turn (radians).
func gear(n int, turn float64) Marker {
	const arm, waist, half = 1.25, 0.5, 0.3 // reach, inner radius, half an arm's angle in arms
	var out Marker
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

// The size of markers. The corners of a triangle reach a little beyond the room that is kept for a marker.
const (
	markerRadius = vg.Length(2.1)
	markerReach  = 1.3 * markerRadius
	maxCorner    = 1.5 // of the radius
)

// drawMarker draws the marker of a style at p: filled with a white rim, so that it stands out from lines that
// cross it, or hollow.
func drawMarker(c draw.Canvas, s curveStyle, p vg.Point) {
	path := s.Marker.path(p, markerRadius)
	if s.hollow {
		c.SetColor(color.White)
		c.Fill(path)
		stroke(c, path, s.Color, 0.9)
		return
	}
	stroke(c, path, color.White, 1)
	c.SetColor(s.Color)
	c.Fill(path)
}

// path returns the outline at p with the given radius.
func (m Marker) path(p vg.Point, radius vg.Length) vg.Path {
	var path vg.Path
	if len(m) == 0 {
		path.Move(p.Add(vg.Point{X: radius}))
		path.Arc(p, radius, 0, 2*math.Pi)
		path.Close()
		return path
	}
	path.Move(p.Add(m[0].Scale(radius)))
	for _, corner := range m[1:] {
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
