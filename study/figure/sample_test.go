package figure

import (
	"math"
	"os"
	"testing"
)

// The six tiny models of the demonstration: accuracy (percent) by length, essay-word,
// 640 samples a point, seed 1.
var demo = []struct {
	architecture string
	percent      [5]float64
}{
	{"transformerpp", [5]float64{100, 90, 76, 50, 41}},
	{"llama", [5]float64{99, 86, 50, 18, 11}},
	{"mamba2", [5]float64{100, 99, 86, 55, 35}},
	{"mamba2attn", [5]float64{100, 97, 87, 64, 41}},
	{"rwkv6", [5]float64{100, 97, 73, 36, 21}},
	{"griffin", [5]float64{100, 52, 31, 25, 24}},
}

// around returns a point with Wilson's 95% interval.
func around(x, percent float64, n int) Point {
	const z = 1.959964
	p, m := percent/100, float64(n)
	centre := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return Point{x, percent, 100 * max(centre-half, 0), 100 * min(centre+half, 1), n}
}

// demoCurves are the demonstration's length curves.
func demoCurves() []Curve {
	var out []Curve
	for _, d := range demo {
		c := Curve{Architecture: d.architecture, Trained: 64}
		for i, percent := range d.percent {
			c.Points = append(c.Points, around(float64(int(64)<<i), percent, 640))
		}
		out = append(out, c)
	}
	return out
}

// By depth 0, 25, 50, 75, 100, at 2x, 4x, 8x and 16x.
var demoDepths = map[string][4][5]float64{
	"transformerpp": {{67, 85, 100, 100, 100}, {56, 59, 66, 100, 100}, {19, 23, 55, 55, 100}, {10, 35, 15, 45, 100}},
	"llama":         {{73, 89, 95, 94, 80}, {42, 48, 46, 54, 60}, {20, 16, 12, 22, 20}, {16, 4, 9, 12, 13}},
	"mamba2":        {{94, 99, 100, 100, 100}, {67, 74, 90, 98, 100}, {12, 22, 50, 92, 98}, {5, 5, 12, 51, 100}},
	"mamba2attn":    {{94, 95, 95, 100, 100}, {89, 59, 94, 95, 100}, {8, 42, 77, 96, 99}, {11, 4, 14, 79, 99}},
	"rwkv6":         {{91, 99, 96, 98, 100}, {52, 62, 77, 85, 91}, {20, 18, 37, 46, 62}, {12, 16, 13, 21, 45}},
	"griffin":       {{4, 4, 52, 100, 100}, {5, 7, 5, 36, 100}, {5, 7, 7, 5, 100}, {5, 6, 5, 5, 100}},
}

func demoPanels() []Panel {
	var out []Panel
	for i, words := range []string{"128 tokens (2x)", "256 tokens (4x)", "512 tokens (8x)", "1k tokens (16x)"} {
		panel := Panel{Heading: words}
		for _, d := range demo {
			c := Curve{Architecture: d.architecture, Trained: 64}
			for j, percent := range demoDepths[d.architecture][i] {
				c.Points = append(c.Points, around(float64(25*j), percent, 128))
			}
			panel.Curves = append(panel.Curves, c)
		}
		out = append(out, panel)
	}
	return out
}

func TestShow(t *testing.T) {
	dir := os.Getenv("SHOW")
	if dir == "" {
		t.Skip()
	}
	f, err := LengthCurves(demoCurves(), Options{Chance: 6.25})
	if err != nil {
		t.Fatal(err)
	}
	f.Provenance = Provenance{Plan: "3f2a9c10", Store: "88d01bee"}
	f.Footer = true
	g, err := DepthCurves(demoPanels(), Options{Chance: 6.25})
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]*Figure{"length": f, "depth": g} {
		if _, err := Save(f, dir, name); err != nil {
			t.Fatal(err)
		}
		t.Log(f.Alt, "|", f.Caption)
	}
}
