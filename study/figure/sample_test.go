package figure

import (
	"fmt"
	"math"
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
	return Point{X: x, Y: percent, Low: 100 * max(centre-half, 0), High: 100 * min(centre+half, 1), N: n}
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

func demoGrid(architecture string) Grid {
	g := Grid{Architecture: architecture, Trained: 64}
	for i, depths := range demoDepths[architecture] {
		for j, percent := range depths {
			p := around(0, percent, 128)
			g.Tiles = append(g.Tiles, Tile{128 << i, float64(25 * j), percent, p.Low, p.High, p.N})
		}
	}
	for j := range 5 {
		p := around(0, 100, 128)
		g.Tiles = append(g.Tiles, Tile{64, float64(25 * j), 100, p.Low, p.High, p.N})
	}
	return g
}

// paperCurves are the RULER averages of the paper's Table 1 at 1K to 16K tokens.
func paperCurves() []Curve {
	var out []Curve
	for _, row := range []struct {
		name, architecture string
		trained            int
		percent            [5]float64
	}{
		{"Mamba2", "mamba2", 2048, [5]float64{38.52, 32.91, 12.98, 6.51, 0.1}},
		{"M2A", "mamba2attn", 2048, [5]float64{39.14, 30.43, 12.89, 7.8, 3.49}},
		{"TPP", "transformerpp", 2048, [5]float64{46.61, 36.74, 0.31, 0.06, 0.03}},
		{"RG", "griffin", 8192, [5]float64{78.82, 71.72, 22.45, 11.21, 6.29}},
		{"SL", "llama", 4096, [5]float64{84.38, 69.89, 58.37, 0, 0}},
		{"RWKV", "rwkv6", 4096, [5]float64{68.09, 55.27, 37.47, 23.73, 13.81}},
		{"RG-IT", "griffin", 8192, [5]float64{85.64, 79.45, 44.33, 24.19, 14.18}},
		{"SL-IT", "llama", 4096, [5]float64{86.22, 77.54, 74.25, 0, 0}},
	} {
		c := Curve{Name: row.name, Architecture: row.architecture, Trained: row.trained}
		for i, percent := range row.percent {
			c.Points = append(c.Points, Point{X: float64(int(1024) << i), Y: percent})
		}
		out = append(out, c)
	}
	return out
}

// paperPanels are three rows each of the paper's Tables 2 and 3.
func paperPanels() []Panel {
	depths := []float64{0, 20, 40, 50, 60, 80, 100}
	curve := func(name, architecture string, percent ...float64) Curve {
		c := Curve{Name: name, Architecture: architecture}
		for i, y := range percent {
			c.Points = append(c.Points, Point{X: depths[i], Y: y})
		}
		return c
	}
	return []Panel{
		{"Table 2: at the training length", []Curve{
			curve("Mamba2", "mamba2", 59.07, 31.47, 33.07, 39.07, 40, 31.33, 66),
			curve("M2A", "mamba2attn", 40.27, 36.53, 30.27, 29.33, 29.33, 35.07, 37.2),
			curve("RG", "griffin", 100, 100, 100, 100, 100, 100, 99.47),
		}},
		{"Table 3: at twice that", []Curve{
			curve("Mamba2", "mamba2", 26.8, 19.6, 17.73, 18.93, 18.93, 20.13, 21.87),
			curve("M2A", "mamba2attn", 38.8, 26.27, 18.93, 28.8, 10.13, 21.6, 66.67),
			curve("RG", "griffin", 0, 0, 0, 99.87, 100, 100, 96.27),
		}},
	}
}

// stateCurves are accuracies against invented sizes of state at five lengths.
func stateCurves() []Curve {
	var out []Curve
	for _, d := range demo {
		c := Curve{Architecture: d.architecture}
		for i, percent := range d.percent {
			state := map[string]float64{"mamba2": 41e3, "rwkv6": 13e3, "griffin": 37e3, "mamba2attn": 35e3 + 13e3*float64(int(1)<<i),
				"transformerpp": 70e3 * float64(int(1)<<i), "llama": 65e3 * float64(int(1)<<i)}[d.architecture]
			c.Points = append(c.Points, around(state, percent, 640))
		}
		out = append(out, c)
	}
	return out
}

// seedCurves are two of the demonstration's curves as means over training seeds, with their effective lengths.
func seedCurves() []Curve {
	var out []Curve
	for i, c := range demoCurves()[:2] {
		c.Reach = []float64{181, 700}[i]
		for k := range c.Points {
			c.Points[k].Seeds = 3
		}
		out = append(out, seeded(c, 6))
	}
	return out
}

// logProbCurves are two invented curves of log-probabilities.
func logProbCurves() []Curve {
	var out []Curve
	for i, c := range demoCurves()[:2] {
		for k := range c.Points {
			y := -0.1 - float64(k*(i+1))*0.9
			c.Points[k] = Point{X: c.Points[k].X, Y: y, Low: 1.2 * y, High: 0.8 * y, N: 128, Seeds: 3}
		}
		out = append(out, c)
	}
	return out
}

// seeded returns a curve of means over three training seeds, which are spread points around them.
func seeded(c Curve, spread float64) Curve {
	for seed := range 3 {
		var points []Point
		for i, p := range c.Points {
			y := p.Y + spread*float64(seed-1)*float64(i)/2
			points = append(points, Point{X: p.X, Y: max(0, min(100, y))})
		}
		c.Seeds = append(c.Seeds, Seed{Number: int64(seed) + 1, Points: points})
	}
	return c
}

// variantCurves are four sizes of the state of Mamba-2, and three variants of a Transformer++, invented.
func variantCurves() (ordered, unordered []Curve) {
	for i, size := range []int{8, 16, 32, 64} {
		c := Curve{Name: fmt.Sprintf("d_state %d", size), Architecture: "mamba2", Trained: 64, Level: Level{At: i, Of: 4, Ordered: true}}
		for k := range 5 {
			c.Points = append(c.Points, Point{X: float64(int(64) << k), Y: 100 / (1 + math.Exp(1.4*float64(k)-1.1*float64(i)-1))})
		}
		ordered = append(ordered, seeded(c, 6))
	}
	for i, name := range []string{"conv", "no-conv", "no-rope"} {
		c := Curve{Name: name, Architecture: "transformerpp", Trained: 64, Level: Level{At: i, Of: 3}}
		for k := range 5 {
			c.Points = append(c.Points, Point{X: float64(int(64) << k), Y: 100 - float64(i+1)*float64(k)*7})
		}
		unordered = append(unordered, seeded(c, 5))
	}
	return ordered, unordered
}

// must unwraps a figure that the data of this file always gives.
func must(f *Figure, err error) *Figure {
	if err != nil {
		panic(err)
	}
	return f
}

// gallery has one figure of each kind.
func gallery() map[string]*Figure {
	grids := make([]Grid, len(demo))
	for i, d := range demo {
		grids[i] = demoGrid(d.architecture)
	}
	holes := demoGrid("mamba2")
	holes.Tiles = holes.Tiles[:18]
	for i, c := range holes.Tiles { // few samples: wide intervals in the middle
		p := around(0, c.Score, 60)
		holes.Tiles[i].Low, holes.Tiles[i].High, holes.Tiles[i].N = p.Low, p.High, p.N
	}
	big := Grid{Name: "a large map", Trained: 3000}
	for i := range 60 {
		for j := range 51 {
			big.Tiles = append(big.Tiles, Tile{Length: 100 * (i + 1), Depth: 2 * float64(j), Score: 100 * math.Exp(-float64(i*(51-j))/1000)})
		}
	}
	retention := demoCurves()
	for i := range retention {
		retention[i].Trained = 0
	}
	footed := must(LengthCurves(demoCurves(), Options{Chance: 6.25}))
	footed.Provenance = Provenance{Plan: "3f2a9c10", Store: "88d01bee"}
	footed.Footer = true
	ordered, unordered := variantCurves()
	sizes := seeded(Curve{Name: "Mamba-2", Architecture: "mamba2", Points: []Point{{X: 8, Y: 21}, {X: 16, Y: 42}, {X: 32, Y: 68}, {X: 64, Y: 83}}}, 8)
	return map[string]*Figure{
		"variants": must(LengthCurves(append(ordered, unordered...), Options{})),
		"factor":   must(FactorCurves([]Curve{sizes}, Factor{Key: "config.ssm_cfg.d_state", Label: "d_state", Values: []float64{8, 16, 32, 64}}, Options{Heading: "256 tokens"})),
		"memory":   must(FactorCurves([]Curve{sizes}, Factor{Key: "state_bytes", Label: "size of the state", Unit: "B"}, Options{})),
		"factors": must(FactorHeatmap(FactorGrid{Name: "Mamba-2", X: Factor{Key: "config.ssm_cfg.d_state", Label: "d_state"}, Y: Factor{Key: "train.length", Label: "length"},
			XLabels: []string{"8", "16", "32"}, YLabels: []string{"32", "64"}, Scores: [][]float64{{10, 20, 40}, {30, math.NaN(), 90}}}, Options{})),
		"length": footed,
		"seeds": must(LengthCurves(seedCurves(), Options{Chance: 6.25, Chances: []Chance{{25, "of four"}}, Threshold: 85.6,
			Count: "3 seeds × 128 questions × 5 depths"})),
		"logprob":      must(LogProbCurves(logProbCurves(), Options{Count: "3 seeds × 128 questions × 5 depths"})),
		"depth":        must(DepthCurves(demoPanels(), Options{Chance: 6.25})),
		"heatmap":      must(LengthDepthHeatmap([]Grid{holes}, Options{})),
		"heatmaps":     must(LengthDepthHeatmap(grids, Options{Chance: 6.25})),
		"heatmap-big":  must(LengthDepthHeatmap([]Grid{big}, Options{})),
		"state":        must(AccuracyAgainstState(stateCurves(), Options{})),
		"retention":    must(RetentionCurve(retention, Options{Chance: 6.25})),
		"paper":        must(PaperLengths(paperCurves(), "Published: Table 1, 1.3B to 2.7B", Options{})),
		"paper-depths": must(PaperDepths(paperPanels(), Options{})),
		"headed":       must(LengthCurves(demoCurves(), Options{Chance: 6.25, Heading: "Ours: 0.1M parameters"})),
	}
}
