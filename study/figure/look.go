package figure

import (
	"image/color"

	"gonum.org/v1/plot/vg"
)

// A Look is how an architecture appears in every figure.
type Look struct {
	Name  string     // what a reader calls it: "Mamba-2 + attention"
	Color color.RGBA // of the Okabe-Ito palette
	shape shape
	dash  []vg.Length
}

// The palette of Okabe and Ito (2008), "Color universal design", which people
// with any of the common colour deficiencies can tell apart.
var (
	black         = color.RGBA{0x00, 0x00, 0x00, 0xff}
	orange        = color.RGBA{0xe6, 0x9f, 0x00, 0xff}
	skyBlue       = color.RGBA{0x56, 0xb4, 0xe9, 0xff}
	bluishGreen   = color.RGBA{0x00, 0x9e, 0x73, 0xff}
	yellow        = color.RGBA{0xf0, 0xe4, 0x42, 0xff}
	blue          = color.RGBA{0x00, 0x72, 0xb2, 0xff}
	vermilion     = color.RGBA{0xd5, 0x5e, 0x00, 0xff}
	reddishPurple = color.RGBA{0xcc, 0x79, 0xa7, 0xff}
)

// looks has the architectures of the registry, by its names.
var looks = map[string]Look{
	"transformerpp": {"Transformer++", black, circle, nil},
	"mamba2":        {"Mamba-2", blue, square, dashes(5, 1.5)},
	"mamba2attn":    {"Mamba-2 + attention", bluishGreen, diamond, dashes(7, 1.5, 1, 1.5)},
	"rwkv6":         {"RWKV-6", vermilion, triangle, dashes(3, 1.2)},
	"griffin":       {"RecurrentGemma", reddishPurple, wedge, dashes(4, 1.2, 1, 1.2, 1, 1.2)},
	"llama":         {"Llama", orange, cross, dashes(1.5, 1)},
}

// spares are given, in order, to architectures that the table does not know.
var spares = []Look{
	{"", skyBlue, star, dashes(6, 1, 2, 1)},
	{"", yellow, plus, dashes(2, 1, 1, 1)},
}

// LookOf returns the look of an architecture of the registry, and whether the
// table has it. A figure gives an architecture that is not in the table one of
// two spare colours, and grey when those are used up.
func LookOf(architecture string) (Look, bool) {
	look, ok := looks[architecture]
	return look, ok
}

// looksOf assigns a look to each curve: that of its architecture, and to the
// second and later models of one architecture the same colour and shape with a
// hollow marker, so that two sizes of a family are told apart.
func looksOf(curves []Curve) []curveLook {
	given := map[string]Look{}
	seen := map[string]int{}
	var strangers int
	out := make([]curveLook, len(curves))
	for i, c := range curves {
		look, ok := looks[c.Architecture]
		if !ok {
			look, ok = given[c.Architecture]
		}
		if !ok {
			look = Look{"", grey, circle, dashes(2, 2)}
			if strangers < len(spares) {
				look = spares[strangers]
			}
			look.Name = c.Architecture
			given[c.Architecture] = look
			strangers++
		}
		if c.Name != "" {
			look.Name = c.Name
		}
		out[i] = curveLook{look, seen[c.Architecture] > 0}
		seen[c.Architecture]++
	}
	return out
}

// A curveLook is a look as one curve wears it.
type curveLook struct {
	Look
	hollow bool
}

func dashes(points ...float64) []vg.Length {
	out := make([]vg.Length, len(points))
	for i, p := range points {
		out[i] = vg.Points(p)
	}
	return out
}
