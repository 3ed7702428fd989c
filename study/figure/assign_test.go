package figure

import (
	"bytes"
	"fmt"
	"image/color"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

// strangers are names of architectures that have no style.
var strangers = []string{"gla", "retnet", "hgrn2", "xlstm", "deltanet", "mega", "hyena", "s4"}

// curvesOf returns a curve for each architecture.
func curvesOf(architectures ...string) []Curve {
	var out []Curve
	for _, a := range architectures {
		out = append(out, Curve{Architecture: a, Points: []Point{{X: 64, Y: 100}, {X: 128, Y: 50}}})
	}
	return out
}

// onePanel returns the styles of curves of the architectures in one panel.
func onePanel(architectures ...string) []curveStyle {
	return stylesOf([]Panel{{Curves: curvesOf(architectures...)}})[0]
}

func TestArchitecturesWithoutAStyleDifferFromTheSixAndFromOneAnother(t *testing.T) {
	var six []string
	for name := range styles {
		six = append(six, name)
	}
	names := append(six, strangers...)
	colors, markers, dashes := map[color.RGBA]string{}, map[string]string{}, map[string]string{}
	for i, s := range onePanel(names...) {
		if other, taken := colors[s.Color]; taken {
			t.Errorf("%s has the colour of %s", names[i], other)
		}
		if other, taken := markers[fmt.Sprint(s.Marker)]; taken {
			t.Errorf("%s has the marker of %s", names[i], other)
		}
		if other, taken := dashes[fmt.Sprint(s.Dash)]; taken {
			t.Errorf("%s has the dash pattern of %s", names[i], other)
		}
		colors[s.Color], markers[fmt.Sprint(s.Marker)], dashes[fmt.Sprint(s.Dash)] = names[i], names[i], names[i]
		if s.Label == "" || s.hollow {
			t.Errorf("%s: label %q, hollow %v", names[i], s.Label, s.hollow)
		}
	}
}

// With more architectures than spare styles colours come back, but never with the same marker.
func TestManyArchitecturesStillDifferInColourOrMarker(t *testing.T) {
	var names []string
	for i := range 40 {
		names = append(names, fmt.Sprintf("variant %d", i))
	}
	seen := map[string]string{}
	for i, s := range onePanel(names...) {
		key := fmt.Sprint(s.Color, s.Marker)
		if other, taken := seen[key]; taken {
			t.Errorf("%s is drawn as %s", names[i], other)
		}
		seen[key] = names[i]
	}
}

func TestTheStyleOfAnArchitectureFollowsFromItsName(t *testing.T) {
	for _, name := range strangers {
		alone := onePanel(name)[0]
		if other := onePanel("mamba2", name, "llama")[1]; fmt.Sprint(other) != fmt.Sprint(alone) {
			t.Errorf("%s is %v alone and %v beside others", name, alone, other)
		}
	}
	forwards, backwards := onePanel("gla", "retnet", "s4"), onePanel("s4", "retnet", "gla")
	for i := range forwards {
		if a, b := forwards[i], backwards[2-i]; fmt.Sprint(a) != fmt.Sprint(b) {
			t.Errorf("%s is %v in one order of curves and %v in another", a.Label, a, b)
		}
	}
	colors := map[color.RGBA]bool{}
	for _, name := range strangers {
		colors[onePanel(name)[0].Color] = true
	}
	if len(colors) < 3 {
		t.Errorf("eight names have %d colours between them", len(colors))
	}
}

func TestAModelHasTheSameStyleInAllPanels(t *testing.T) {
	small, large := Curve{Name: "small", Architecture: "gla"}, Curve{Name: "large", Architecture: "gla"}
	other := Curve{Architecture: "deltanet"}
	got := stylesOf([]Panel{{Curves: []Curve{small, large}}, {Curves: []Curve{other, large}}, {Curves: []Curve{large, large}}})
	if a, b := got[0][1], got[1][1]; fmt.Sprint(a) != fmt.Sprint(b) || !a.hollow {
		t.Errorf("the second model of an architecture is %v in one panel and %v in another; want hollow markers in both", a, b)
	}
	if got[0][0].hollow || got[0][0].Color != got[0][1].Color || got[1][0].Color == got[0][0].Color {
		t.Errorf("styles %v; want one colour for an architecture, filled for its first model", got)
	}
	if !got[2][1].hollow {
		t.Error("a second curve of the same name is filled")
	}
}

func TestARegisteredStyleIsDrawn(t *testing.T) {
	pink := color.RGBA{0xff, 0x00, 0x7f, 0xff}
	box := Marker{{X: -1, Y: -1}, {X: 1, Y: -1}, {X: 1, Y: 1}, {X: -1, Y: 1}}
	Register("test-full", Style{Label: "Gated linear attention", Color: pink, Marker: box, Dash: []vg.Length{}})
	Register("test-label", Style{Label: "Only a label"})
	Register("test-spare", Style{Color: spares[hash("test-label")%len(spares)].Color})
	got := onePanel("test-full", "test-label", "test-spare")
	if s := got[0]; s.Label != "Gated linear attention" || s.Color != pink || len(s.Marker) != 4 || len(s.Dash) != 0 {
		t.Errorf("drawn as %+v", s)
	}
	if s := got[1]; s.Label != "Only a label" || s.Color == (color.RGBA{}) || s.Color == got[2].Color || s.Marker == nil || len(s.Dash) == 0 {
		t.Errorf("a style with a label alone is completed to %+v; want a colour that is not %v", s, got[2].Color)
	}
	f := must(LengthCurves(curvesOf("test-full", "mamba2"), Options{}))
	svg, err := Render(f, SVG)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(svg, []byte("#FF007F")) || !strings.Contains(f.Alt, "Gated linear attention falls from") {
		t.Errorf("neither colour nor label in the figure: %s", f.Alt)
	}
	Register("test-full", Style{Label: "GLA"})
	if s := onePanel("test-full")[0]; s.Label != "GLA" || s.Color == pink {
		t.Errorf("registered anew, drawn as %+v", s)
	}
}

func TestRegisterRefusesWhatCannotBeDrawn(t *testing.T) {
	for want, register := range map[string]func(){
		`figure: Register "": the name is empty`:                      func() { Register("", Style{}) },
		`figure: Register "mamba2": it is one of the six`:             func() { Register("mamba2", Style{}) },
		`the colour's alpha is 128; want 255, opaque`:                 func() { Register("test-alpha", Style{Color: color.RGBA{1, 2, 3, 128}}) },
		`the marker has 2 corners; want at least 3, or 0`:             func() { Register("test-line", Style{Marker: make(Marker, 2)}) },
		`a corner of the marker is 2 from its centre; want at most 1`: func() { Register("test-far", Style{Marker: Marker{{X: 2}, {}, {Y: 1}}}) },
	} {
		func() {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, want) {
					t.Errorf("panic %q, want %q in it", got, want)
				}
			}()
			register()
		}()
	}
}
