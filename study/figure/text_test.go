package figure

import (
	"image"
	"image/color"
	"testing"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A textCanvas records the positions of text and draws nothing.
type textCanvas struct {
	w, h  vg.Length
	now   affine
	stack []affine
	texts []placed
}

// placed is a text with the box that its letters fill on the page.
type placed struct {
	words string
	box   vg.Rectangle
	size  vg.Length
}

func (c *textCanvas) Size() (vg.Length, vg.Length)        { return c.w, c.h }
func (c *textCanvas) SetLineWidth(vg.Length)              {}
func (c *textCanvas) SetLineDash([]vg.Length, vg.Length)  {}
func (c *textCanvas) SetColor(color.Color)                {}
func (c *textCanvas) Stroke(vg.Path)                      {}
func (c *textCanvas) Fill(vg.Path)                        {}
func (c *textCanvas) DrawImage(vg.Rectangle, image.Image) {}
func (c *textCanvas) Push()                               { c.stack = append(c.stack, c.now) }
func (c *textCanvas) Scale(x, y float64)                  { c.now = c.now.after(affine{x, 0, 0, y, 0, 0}) }
func (c *textCanvas) Pop() {
	c.now = c.stack[len(c.stack)-1]
	c.stack = c.stack[:len(c.stack)-1]
}
func (c *textCanvas) Translate(p vg.Point) {
	c.now = c.now.after(affine{1, 0, 0, 1, float64(p.X), float64(p.Y)})
}
func (c *textCanvas) Rotate(rad float64) {
	p := pdfCanvas{now: pdfState{matrix: c.now}}
	p.Rotate(rad)
	c.now = p.now.matrix
}

func (c *textCanvas) FillString(face font.Face, p vg.Point, words string) {
	const capitals = 0.72 // height of capitals and digits, of the size
	var box vg.Rectangle
	for i, corner := range []vg.Point{{}, {X: face.Width(words)}, {Y: capitals * face.Font.Size}, {X: face.Width(words), Y: capitals * face.Font.Size}} {
		x, y := float64(p.X+corner.X), float64(p.Y+corner.Y)
		at := vg.Point{
			X: vg.Length(c.now.a*x + c.now.c*y + c.now.e),
			Y: vg.Length(c.now.b*x + c.now.d*y + c.now.f),
		}
		if i == 0 {
			box = vg.Rectangle{Min: at, Max: at}
		}
		box.Min = vg.Point{X: min(box.Min.X, at.X), Y: min(box.Min.Y, at.Y)}
		box.Max = vg.Point{X: max(box.Max.X, at.X), Y: max(box.Max.Y, at.Y)}
	}
	c.texts = append(c.texts, placed{words, box, face.Font.Size})
}

// texts returns every text of a figure with its place.
func texts(f *Figure) *textCanvas {
	w, h := f.size()
	c := &textCanvas{w: w, h: h, now: affine{1, 0, 0, 1, 0, 0}}
	f.Draw(draw.New(c))
	return c
}

func TestNoTwoTextsOverlapAndNoneIsCutOff(t *testing.T) {
	figures := gallery()
	// Hard cases: all lines end at one place, at either edge, and twelve of them.
	for name, y := range map[string]float64{"all at 0": 0, "all at 50": 50, "all at 100": 100} {
		var curves []Curve
		for _, d := range append(demo, demo...) {
			curves = append(curves, Curve{Architecture: d.architecture, Points: []Point{{X: 64, Y: 50}, {X: 1024, Y: y}}})
		}
		figures[name] = must(LengthCurves(curves, Options{Chance: y / 2}))
	}
	far := demoCurves()
	for i := range far {
		far[i].Trained = 700 + 30*i // six training lengths close together at the right
	}
	figures["training lengths at the right"] = must(LengthCurves(far, Options{Heading: "crowded"}))
	for name, f := range figures {
		t.Run(name, func(t *testing.T) {
			c := texts(f)
			page := vg.Rectangle{Max: vg.Point{X: c.w, Y: c.h}}
			for i, a := range c.texts {
				if a.size < 7 || a.size > 9 {
					t.Errorf("%q has %v pt; want 7 to 9", a.words, a.size)
				}
				if a.box.Min.X < page.Min.X || a.box.Min.Y < page.Min.Y || a.box.Max.X > page.Max.X || a.box.Max.Y > page.Max.Y {
					t.Errorf("%q reaches beyond the page: %v of %v", a.words, a.box, page.Max)
				}
				for _, b := range c.texts[:i] {
					if a.box.Min.X < b.box.Max.X && b.box.Min.X < a.box.Max.X && a.box.Min.Y < b.box.Max.Y && b.box.Min.Y < a.box.Max.Y {
						t.Errorf("%q over %q: %v, %v", a.words, b.words, a.box, b.box)
					}
				}
			}
		})
	}
}

func TestSpreadMovesLabelsApartAndNoFurtherThanNeeded(t *testing.T) {
	for name, c := range map[string]struct {
		wanted, want []vg.Length
	}{
		"none":                        {nil, []vg.Length{}},
		"far apart: nothing moves":    {[]vg.Length{90, 10, 50}, []vg.Length{90, 10, 50}},
		"two at one place: half each": {[]vg.Length{50, 50}, []vg.Length{45, 55}},
		"three, the middle one stays": {[]vg.Length{48, 50, 52}, []vg.Length{40, 50, 60}},
		"at the lower edge: upwards":  {[]vg.Length{0, 0, 0}, []vg.Length{0, 10, 20}},
		"at the upper edge: down":     {[]vg.Length{100, 100}, []vg.Length{90, 100}},
		"groups that meet are pooled": {[]vg.Length{50, 50, 58}, []vg.Length{43 - 1.0/3, 53 - 1.0/3, 63 - 1.0/3}},
	} {
		got := spread(c.wanted, 10, 0, 100)
		for i := range c.want {
			if d := got[i] - c.want[i]; d > 1e-9 || d < -1e-9 {
				t.Errorf("%s: %v, want %v", name, got, c.want)
				break
			}
		}
	}
}

func TestSpreadCentresWhatDoesNotFit(t *testing.T) {
	got := spread([]vg.Length{5, 5, 5}, 10, 0, 10)
	for i, want := range []vg.Length{-5, 5, 15} {
		if got[i] != want {
			t.Errorf("%v, want -5, 5, 15", got)
			break
		}
	}
}
