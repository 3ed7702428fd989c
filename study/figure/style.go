package figure

import (
	"image/color"

	"gonum.org/v1/plot/vg"
)

// A Style is how an architecture is drawn, the same in every figure. Fields that are not set are chosen
// for it, see [Register].
type Style struct {
	Label  string      // the architecture's name for the reader: "Mamba-2 + attention"
	Color  color.RGBA  // opaque
	Marker Marker      // at each point of a curve
	Dash   []vg.Length // of the line: lengths of dashes and gaps in turn; empty but not nil: a solid line
}

// The palette of Okabe and Ito (2008), "Color universal design", whose colours differ for people with any of
// the common colour vision deficiencies, too.
var (
	black         = color.RGBA{0x00, 0x00, 0x00, 0xff}
	orange        = color.RGBA{0xe6, 0x9f, 0x00, 0xff}
	skyBlue       = color.RGBA{0x56, 0xb4, 0xe9, 0xff}
	bluishGreen   = color.RGBA{0x00, 0x9e, 0x73, 0xff}
	blue          = color.RGBA{0x00, 0x72, 0xb2, 0xff}
	vermilion     = color.RGBA{0xd5, 0x5e, 0x00, 0xff}
	reddishPurple = color.RGBA{0xcc, 0x79, 0xa7, 0xff}
)

// styles has the styles of the six architectures that come with longseq, by their registered names.
var styles = map[string]Style{
	"transformerpp": {"Transformer++", black, circle, solid},
	"mamba2":        {"Mamba-2", blue, square, dashes(5, 1.5)},
	"mamba2attn":    {"Mamba-2 + attention", bluishGreen, diamond, dashes(7, 1.5, 1, 1.5)},
	"rwkv6":         {"RWKV-6", vermilion, triangle, dashes(3, 1.2)},
	"griffin":       {"RecurrentGemma", reddishPurple, wedge, dashes(4, 1.2, 1, 1.2, 1, 1.2)},
	"llama":         {"Llama", orange, cross, dashes(1.5, 1)},
}

// spares are the styles for architectures that have none of their own. The colours after the first were
// found by a greedy search over a grid of RGB: each is as far as can be (the least CIE76 distance to normal
// vision and the three deficiencies) from the six and from those before it, and dark enough to be read on
// white. Yellow, the eighth colour of Okabe and Ito, is not.
var spares = []Style{
	{"", skyBlue, star, dashes(6, 1, 2, 1)},
	{"", color.RGBA{0x77, 0x00, 0xff, 0xff}, plus, dashes(2, 1, 1, 1)},
	{"", color.RGBA{0x55, 0x33, 0x00, 0xff}, leftTriangle, dashes(8, 2)},
	{"", color.RGBA{0xaa, 0xbb, 0x66, 0xff}, rightTriangle, dashes(3, 1, 3, 1, 1, 1)},
	{"", color.RGBA{0x77, 0x77, 0xff, 0xff}, tripod, dashes(5, 1, 1, 1, 1, 1, 1, 1)},
	{"", color.RGBA{0xdd, 0x00, 0x44, 0xff}, invertedTripod, dashes(2.5, 2)},
	{"", color.RGBA{0x44, 0x44, 0x55, 0xff}, flatBar, dashes(9, 1.5, 3, 1.5)},
	{"", color.RGBA{0x77, 0x00, 0x77, 0xff}, uprightBar, dashes(6, 2.5, 2, 2.5)},
}

// solid is the dash pattern of a line without gaps.
var solid = []vg.Length{}

// dashes returns a dash pattern, in points.
func dashes(points ...float64) []vg.Length {
	out := make([]vg.Length, len(points))
	for i, p := range points {
		out[i] = vg.Points(p)
	}
	return out
}
