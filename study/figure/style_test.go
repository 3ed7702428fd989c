package figure

import (
	"fmt"
	"image/color"
	"math"
	"testing"
)

func TestArchitecturesHaveTheirFixedColours(t *testing.T) {
	for architecture, want := range map[string]string{
		"transformerpp": "#000000", "mamba2": "#0072b2", "mamba2attn": "#009e73",
		"rwkv6": "#d55e00", "griffin": "#cc79a7", "llama": "#e69f00",
	} {
		own := ownStyle(architecture)
		got := fmt.Sprintf("#%02x%02x%02x", own.Color.R, own.Color.G, own.Color.B)
		if got != want {
			t.Errorf("%s: %s, want %s", architecture, got, want)
		}
	}
}

// Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
var deficiencies = map[string][9]float64{
	"none":         {1, 0, 0, 0, 1, 0, 0, 0, 1},
	"protanopia":   {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
	"deuteranopia": {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
	"tritanopia":   {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900},
}

// seen returns the CIE L*a*b* coordinates of a colour as it is seen.
func seen(c color.RGBA, m [9]float64) [3]float64 {
	linear := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	r, g, b := linear(c.R), linear(c.G), linear(c.B)
	r, g, b = m[0]*r+m[1]*g+m[2]*b, m[3]*r+m[4]*g+m[5]*b, m[6]*r+m[7]*g+m[8]*b
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x := f((0.4124*r + 0.3576*g + 0.1805*b) / 0.9505)
	y := f(0.2126*r + 0.7152*g + 0.0722*b)
	z := f((0.0193*r + 0.1192*g + 0.9505*b) / 1.089)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

// allStyles has the styles of the six architectures and the spare ones.
func allStyles() map[string]Style {
	all := map[string]Style{}
	for name, s := range styles {
		all[name] = s
	}
	for i, s := range spares {
		all[fmt.Sprintf("spare %d", i)] = s
	}
	return all
}

func TestColoursDifferForEveryKindOfColourVision(t *testing.T) {
	const apart = 15 // CIE76; a just noticeable difference is about 2.3
	for kind, m := range deficiencies {
		for a, styleA := range allStyles() {
			for b, styleB := range allStyles() {
				if a >= b {
					continue
				}
				p, q := seen(styleA.Color, m), seen(styleB.Color, m)
				if d := math.Hypot(math.Hypot(p[0]-q[0], p[1]-q[1]), p[2]-q[2]); d < apart {
					t.Errorf("%s: %s and %s are %.1f apart, want %d", kind, a, b, d, apart)
				}
			}
		}
	}
}

// Variants of one architecture differ for every kind of colour vision, and in a grey print.
func TestVariantsOfOneArchitectureCanBeToldApart(t *testing.T) {
	// CIE76. Ramps have neighbours of one hue, whose lightness differs; as many levels as are common.
	const apart, levels = 8, 6
	for architecture := range styles {
		for kind, m := range deficiencies {
			var last [3]float64
			for i := range levels {
				c := ramp(styles[architecture].Color, float64(i)/(levels-1))
				now := seen(c, m)
				if d := math.Hypot(math.Hypot(now[0]-last[0], now[1]-last[1]), now[2]-last[2]); i > 0 && d < apart {
					t.Errorf("%s, %s: levels %d and %d are %.1f apart, want %d", kind, architecture, i-1, i, d, apart)
				}
				last = now
			}
		}
		for i := range levels {
			c := ramp(styles[architecture].Color, float64(i)/(levels-1))
			if want := lightEnd + (darkEnd-lightEnd)*float64(i)/(levels-1); math.Abs(lightness(c)-want) > 2 {
				t.Errorf("%s, level %d: lightness %.1f, want %.1f", architecture, i, lightness(c), want)
			}
		}
	}
	var curves []Curve
	const variants = 40
	for i := range variants {
		curves = append(curves, Curve{Name: fmt.Sprintf("variant %d", i), Architecture: "mamba2", Level: Level{At: i, Of: variants}})
	}
	marks := map[string]string{}
	for i, s := range stylesOf([]Panel{{Curves: curves}})[0] {
		key := fmt.Sprint(s.Color, s.Marker, s.Dash, s.hollow)
		if other, taken := marks[key]; taken {
			t.Errorf("%s is drawn as %s", curves[i].Name, other)
		}
		marks[key] = curves[i].Name
		if i == 0 && fmt.Sprint(s.Color, s.Marker) != fmt.Sprint(styles["mamba2"].Color, styles["mamba2"].Marker) {
			t.Errorf("the first variant is %+v", s)
		}
	}
	few := stylesOf([]Panel{{Curves: curves[:6]}})[0]
	for i, a := range few {
		for _, b := range few[:i] {
			if a.Color == b.Color || fmt.Sprint(a.Marker) == fmt.Sprint(b.Marker) || fmt.Sprint(a.Dash) == fmt.Sprint(b.Dash) {
				t.Errorf("%s and %s have the same colour, marker or dash", a.Label, b.Label)
			}
		}
	}
	ordered := []Curve{{Architecture: "mamba2", Level: Level{0, 8, true}}, {Architecture: "mamba2", Level: Level{1, 8, true}}}
	if s := stylesOf([]Panel{{Curves: ordered}})[0]; s[0].hollow || !s[1].hollow {
		t.Error("of a long ramp every second marker is hollow")
	}
}

func TestMarkerAndDashDifferAsWellAsColour(t *testing.T) {
	shapes, dashes := map[string]string{}, map[string]string{}
	for name, s := range allStyles() {
		if other, taken := shapes[fmt.Sprint(s.Marker)]; taken {
			t.Errorf("%s and %s have the same marker", name, other)
		}
		if other, taken := dashes[fmt.Sprint(s.Dash)]; taken {
			t.Errorf("%s and %s have the same dash", name, other)
		}
		shapes[fmt.Sprint(s.Marker)], dashes[fmt.Sprint(s.Dash)] = name, name
		for _, corner := range s.Marker {
			if r := math.Hypot(float64(corner.X), float64(corner.Y)); r > maxCorner {
				t.Errorf("%s: a corner of the marker is %v from its centre", name, r)
			}
		}
	}
}

func TestCividisIsThePublishedMap(t *testing.T) {
	const tolerance = 6 // of 255: between control colours, and the map's own darkest twentieth, where it is least even
	m, err := cividis()
	if err != nil {
		t.Fatal(err)
	}
	// Colours 0, 64, 128, 191 and 255 of 256.
	for at, want := range map[int]color.RGBA{
		0: {0x00, 0x22, 0x4e, 0xff}, 255: {0xfe, 0xe8, 0x38, 0xff},
		64: {0x43, 0x4e, 0x6c, 0xff}, 128: {0x7d, 0x7c, 0x78, 0xff}, 191: {0xbb, 0xad, 0x6d, 0xff},
	} {
		r, g, b, _ := colourOf(m, 100*float64(at)/255).RGBA()
		for i, d := range []int{int(r>>8) - int(want.R), int(g>>8) - int(want.G), int(b>>8) - int(want.B)} {
			if d > tolerance || d < -tolerance {
				t.Errorf("colour %d, channel %d is off by %d", at, i, d)
			}
		}
	}
}
