package figure

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

// withPoint returns one good curve with one bad point.
func withPoint(p Point) []Curve {
	return []Curve{{Architecture: "mamba2", Points: []Point{{X: 64, Y: 100}, p}}}
}

func TestBadDataIsAnErrorThatNamesIt(t *testing.T) {
	nan := math.NaN()
	length := func(c []Curve) func() (*Figure, error) {
		return func() (*Figure, error) { return LengthCurves(c, Options{}) }
	}
	depth := func(p ...Panel) func() (*Figure, error) {
		return func() (*Figure, error) { return DepthCurves(p, Options{}) }
	}
	grid := func(g ...Grid) func() (*Figure, error) {
		return func() (*Figure, error) { return LengthDepthHeatmap(g, Options{}) }
	}
	tile := func(t ...Tile) func() (*Figure, error) { return grid(Grid{Architecture: "mamba2", Tiles: t}) }
	for name, c := range map[string]struct {
		draw func() (*Figure, error)
		want string
	}{
		"no curves":         {length(nil), "draw length curves: no curves"},
		"no points":         {length([]Curve{{Name: "A"}}), `curve "A" has no points`},
		"score NaN":         {length(withPoint(Point{X: 128, Y: nan})), `curve "mamba2" at 128 tokens: score NaN; want a percent, 0 to 100`},
		"score infinite":    {length(withPoint(Point{X: 128, Y: math.Inf(1)})), "score +Inf"},
		"score above 100":   {length(withPoint(Point{X: 128, Y: 100.5})), "score 100.5"},
		"interval NaN":      {length(withPoint(Point{X: 128, Y: 50, Low: nan, High: 60, N: 9})), "interval NaN to 60"},
		"interval upturned": {length(withPoint(Point{X: 128, Y: 50, Low: 60, High: 40, N: 9})), "interval 60 to 40"},
		"samples negative":  {length(withPoint(Point{X: 128, Y: 50, N: -1})), "-1 samples"},
		"length zero":       {length(withPoint(Point{X: 0, Y: 50})), "length 0; want tokens, more than 0"},
		"length NaN":        {length(withPoint(Point{X: nan, Y: 50})), "length NaN"},
		"length infinite":   {length(withPoint(Point{X: math.Inf(1), Y: 50})), "length +Inf"},
		"training length":   {length([]Curve{{Name: "A", Trained: -1, Points: []Point{{X: 1}}}}), "training length -1"},
		"no panels":         {depth(), "draw depth curves: no panels"},
		"empty panel":       {depth(Panel{Heading: "4k"}), `panel "4k": no curves`},
		"depth above 100":   {depth(Panel{"4k", withPoint(Point{X: 101, Y: 50})}), "depth 101; want a percent"},
		"no grids":          {grid(), "draw heatmap: no grids"},
		"no tiles":          {grid(Grid{Name: "A"}), `grid "A" has no tiles`},
		"tile score":        {tile(Tile{Length: 64, Depth: 50, Score: nan}), "score NaN"},
		"tile length":       {tile(Tile{Depth: 50}), "want a length of more than 0 tokens"},
		"tile depth":        {tile(Tile{Length: 64, Depth: nan}), "want a depth of 0 to 100 percent"},
		"tile twice":        {tile(Tile{Length: 64}, Tile{Length: 64}), "two tiles; want one"},
		"distance negative": {func() (*Figure, error) { return RetentionCurve(withPoint(Point{X: -1}), Options{}) }, "distance -1"},
		"state zero":        {func() (*Figure, error) { return AccuracyAgainstState(withPoint(Point{}), Options{}) }, "state 0; want bytes"},
		"published lengths": {func() (*Figure, error) { return PaperLengths(nil, "", Options{}) }, "draw published lengths: no curves"},
		"published depths":  {func() (*Figure, error) { return PaperDepths(nil, Options{}) }, "draw published depths: no panels"},
	} {
		f, err := c.draw()
		if err == nil || f != nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: err = %v; want one line with %q", name, err, c.want)
		}
	}
}

func TestOnePointAloneIsDrawn(t *testing.T) {
	for name, f := range map[string]*Figure{
		"length":  must(LengthCurves([]Curve{{Architecture: "llama", Trained: 64, Points: []Point{around(64, 50, 10)}}}, Options{})),
		"depth":   must(DepthCurves([]Panel{{"", []Curve{{Architecture: "llama", Points: []Point{{X: 50, Y: 0}}}}}}, Options{})),
		"heatmap": must(LengthDepthHeatmap([]Grid{{Architecture: "llama", Tiles: []Tile{{Length: 64}}}}, Options{})),
		"state":   must(AccuracyAgainstState([]Curve{{Architecture: "llama", Points: []Point{{X: 5e4, Y: 9}}}}, Options{})),
	} {
		for _, format := range Formats {
			if _, err := Render(f, format); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestPointsMayComeInAnyOrderAndAreLeftAsTheyWere(t *testing.T) {
	mixed := demoCurves()
	for i := range mixed {
		p := mixed[i].Points
		p[0], p[3] = p[3], p[0]
	}
	a := must(LengthCurves(demoCurves(), Options{}))
	b := must(LengthCurves(mixed, Options{}))
	if a.Alt != b.Alt {
		t.Errorf("%s\nwant %s", b.Alt, a.Alt)
	}
	if mixed[0].Points[0].X != 512 {
		t.Error("the caller's points were sorted in place")
	}
}

func TestTicksAreWrittenAsTheFieldWritesThem(t *testing.T) {
	label := func(ticks []string) string { return strings.Join(ticks, " ") }
	labels := func(low, high float64, room int, x axis) string {
		var out []string
		for _, tick := range x.ticks(low, high, room) {
			if tick.Label == "" {
				out = append(out, "-")
				continue
			}
			out = append(out, tick.Label)
		}
		return label(out)
	}
	for _, c := range []struct {
		x         axis
		low, high float64
		room      int
		want      string
	}{
		{lengthAxis, 60, 1100, 6, "64 128 256 512 1k"},
		{lengthAxis, 64, 65536, 6, "64 - 256 - 1k - 4k - 16k - 64k"},
		{distanceAxis, 1000, 16384, 3, "1k - 4k - 16k"},
		{depthAxis, 0, 100, 9, "0 25 50 75 100"},
		{depthAxis, 0, 100, 3, "0 - 50 - 100"},
		{stateAxis, 12e3, 5.5e5, 8, "20 kB 50 kB 100 kB 200 kB 500 kB"},
		{stateAxis, 500, 3e9, 8, "1 kB 10 kB 100 kB 1 MB 10 MB 100 MB 1 GB"},
	} {
		if got := labels(c.low, c.high, c.room, c.x); got != c.want {
			t.Errorf("%s %v to %v: %s; want %s", c.x.column, c.low, c.high, got, c.want)
		}
	}
}

func TestTheLineAtTheTrainingLengthStandsRightOfWhatWasTrained(t *testing.T) {
	lengths := []int{64, 128, 256}
	for trained, want := range map[int]float64{32: -0.5, 64: 0.5, 100: 0.5, 256: 2.5, 1000: 2.5} {
		if got := (tiles{grid: Grid{Trained: trained}, lengths: lengths}).trained()[0].x; got != want {
			t.Errorf("trained at %d: %v, want %v", trained, got, want)
		}
	}
}

func TestWideIntervalsAndMissingCellsAreSaid(t *testing.T) {
	f := must(LengthDepthHeatmap([]Grid{{Architecture: "rwkv6", Tiles: []Tile{
		{Length: 64, Depth: 0, Score: 50, Low: 30, High: 70, N: 20},
		{Length: 128, Depth: 100, Score: 50, Low: 45, High: 55, N: 400},
	}}}, Options{}))
	const caption = "n = 20 to 400 a cell; corner: 95% interval wider than ±10; hatched: not run; depth 0% is the document's start."
	if f.Caption != caption {
		t.Errorf("caption = %q, want %q", f.Caption, caption)
	}
	if !strings.HasSuffix(f.Alt, "2 cells not run.") {
		t.Errorf("alt = %q; want what was not run", f.Alt)
	}
}

func TestLongNamesLeaveRoomForTheCurves(t *testing.T) {
	for name, width := range map[string]vg.Length{"": Column, "Transformer++ with convolution 4": Page} {
		curves := demoCurves()
		curves[0].Name = name
		f, err := LengthCurves(curves, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if f.Width != width {
			t.Errorf("with the name %q the figure is %v wide, want %v", name, f.Width, width)
		}
	}
}
