package figure

import (
	"bytes"
	"flag"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

// golden returns what the file holds, after rewriting it if that was asked for.
func golden(t *testing.T, name string, got []byte) []byte {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return want
}

func TestFiguresAreDrawnAsTheGoldensShow(t *testing.T) {
	figures := gallery()
	for _, name := range []string{"length", "depth", "heatmap", "state", "paper", "paper-depths", "variants", "factor", "factors"} {
		t.Run(name, func(t *testing.T) {
			got, err := Render(figures[name], SVG)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(golden(t, name+".svg", got)), string(got)); diff != "" {
				t.Errorf("drawn otherwise (-golden +now):\n%s", diff)
			}
		})
	}
}

func TestPNGIsThePictureOfItsGolden(t *testing.T) {
	// Text is rasterised with floating point, whose last bit may differ from one
	// processor to another: one dot in a thousand may.
	const maxDots = 0.001
	data, err := Render(gallery()["heatmap"], PNG)
	if err != nil {
		t.Fatal(err)
	}
	want, err := png.Decode(bytes.NewReader(golden(t, "heatmap.png", data)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	size := got.Bounds()
	if size != want.Bounds() || size.Dx() != 975 {
		t.Fatalf("size %v, golden %v; want a width of 3.25 in x 300 = 975", size, want.Bounds())
	}
	var differ int
	for y := range size.Dy() {
		for x := range size.Dx() {
			if got.At(x, y) != want.At(x, y) {
				differ++
			}
		}
	}
	if float64(differ) > maxDots*float64(size.Dx()*size.Dy()) {
		t.Errorf("%d dots of %v differ; run with -update and look at the picture", differ, size.Max)
	}
}
