package figure

import (
	"image/color"
	"math"
)

// A Level says which of several variants of one architecture a curve is: number At, from 0, of Of.
type Level struct {
	At, Of int
	// Ordered variants are values of a factor that grows with At, such as the size of the state: their colours are a ramp
	// of the architecture's hue, from light to dark. Others have colours, markers and dash patterns of their own; the
	// first has the architecture's.
	Ordered bool
}

// variant is the name under which the style of a variant is chosen that has one of its own, or "".
func (c Curve) variant() string {
	if c.Level.Ordered || c.Level.At == 0 {
		return ""
	}
	return c.Architecture + " " + c.Name
}

// hollowFrom is the number of levels of a ramp from which every second one has a hollow marker, since neighbours in
// so long a ramp are hard to tell by colour.
const hollowFrom = 6

// style returns the style of an ordered variant: the architecture's, in a colour of the ramp. The lines are solid, or they
// would differ in their dashes' phase alone.
func (l Level) style(of Style) curveStyle {
	if !l.Ordered || l.Of < 2 {
		return curveStyle{Style: of}
	}
	of.Color = ramp(of.Color, float64(l.At)/float64(l.Of-1))
	of.Dash = solid
	return curveStyle{of, l.Of >= hollowFrom && l.At%2 == 1}
}

// The lightness, CIE L*, of the ends of a ramp: the light one can be read on white, the dark one is not yet black.
const (
	lightEnd = 78
	darkEnd  = 18
)

// ramp returns the colour of a hue at a place from 0, light, to 1, dark. Equal steps are equal steps of lightness, which
// every kind of colour vision and a grey print keep.
func ramp(hue color.RGBA, at float64) color.RGBA {
	want := lightEnd + (darkEnd-lightEnd)*at
	if lightness(hue) > want { // mix with black, else with white
		return mixed(hue, color.RGBA{0, 0, 0, 0xff}, want)
	}
	return mixed(hue, color.RGBA{0xff, 0xff, 0xff, 0xff}, want)
}

// mixed returns the mixture of two colours that has the wanted lightness, by bisection.
func mixed(a, b color.RGBA, want float64) color.RGBA {
	mix := func(share float64) color.RGBA {
		part := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + share*(float64(y)-float64(x)))) }
		return color.RGBA{part(a.R, b.R), part(a.G, b.G), part(a.B, b.B), 0xff}
	}
	low, high := 0.0, 1.0
	rising := lightness(b) > lightness(a)
	for range 12 {
		middle := (low + high) / 2
		if (lightness(mix(middle)) < want) == rising {
			low = middle
		} else {
			high = middle
		}
	}
	return mix((low + high) / 2)
}

// lightness is CIE L*, 0 black to 100 white.
func lightness(c color.RGBA) float64 {
	y := luminance(c)
	if y <= 216.0/24389 {
		return y * 24389 / 27
	}
	return 116*math.Cbrt(y) - 16
}
