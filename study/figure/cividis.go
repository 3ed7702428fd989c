package figure

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/palette/moreland"
)

// cividisControls are every 15th of the 256 colours of cividis (Nuñez, Anderton
// and Renslow 2018, "Optimizing colormaps with consideration for color vision
// deficiency"): dark blue for low, yellow for high, the same to those with a
// red-green deficiency as to others.
var cividisControls = []uint32{
	0x00224e, 0x002d68, 0x163770, 0x2e416d, 0x3f4c6c, 0x4e566c,
	0x5c616e, 0x696b71, 0x767676, 0x838179, 0x928c78, 0xa09875,
	0xafa471, 0xbfb06b, 0xcfbd62, 0xdfca57, 0xf0d846, 0xfee838,
}

// cividis returns the colour map over 0 to 100 percent.
func cividis() (palette.ColorMap, error) {
	controls := make([]color.Color, len(cividisControls))
	for i, rgb := range cividisControls {
		controls[i] = color.RGBA{uint8(rgb >> 16), uint8(rgb >> 8), uint8(rgb), 0xff}
	}
	m, err := moreland.NewLuminance(controls)
	if err != nil {
		return nil, fmt.Errorf("build the colour map: %w", err)
	}
	m.SetMin(0)
	m.SetMax(100)
	return m, nil
}

// contrasting returns black or white, whichever has the higher contrast to the colour (WCAG 2.1).
func contrasting(ground color.Color) color.Color {
	if luminance(ground) > 0.179 { // at 0.179 the contrasts are equal
		return color.Black
	}
	return color.White
}

// luminance returns the relative luminance of a colour, 0 black to 1 white.
func luminance(ground color.Color) float64 {
	r, g, b, _ := ground.RGBA()
	linear := func(v uint32) float64 { return math.Pow(float64(v)/0xffff, 2.2) }
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}
