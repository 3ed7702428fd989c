package figure_test

import (
	"fmt"
	"image/color"
	"os"
	"path/filepath"

	"longseq/study/figure"
)

// Two models at three lengths, from 250 samples a point.
func ExampleLengthCurves() {
	curves := []figure.Curve{
		{Architecture: "mamba2", Trained: 2048, Points: []figure.Point{
			{X: 1024, Y: 98, Low: 95.4, High: 99.1, N: 250},
			{X: 2048, Y: 90, Low: 85.7, High: 93.1, N: 250},
			{X: 4096, Y: 41, Low: 35.1, High: 47.2, N: 250},
		}},
		{Architecture: "transformerpp", Trained: 2048, Points: []figure.Point{
			{X: 1024, Y: 100, Low: 98.5, High: 100, N: 250},
			{X: 2048, Y: 96, Low: 92.8, High: 97.8, N: 250},
			{X: 4096, Y: 0, Low: 0, High: 1.5, N: 250},
		}},
	}
	f, err := figure.LengthCurves(curves, figure.Options{Chance: 0.1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Alt)
	fmt.Println(f.Caption)
	// Output:
	// Line plot of accuracy against prompt length, 1k tokens to 4k tokens, with 95% intervals. Mamba-2 falls from 98% at 1k tokens to 41% at 4k tokens; Transformer++ falls from 100% at 1k tokens to 0% at 4k tokens. Guessing gets 0.1% right.
	// n = 250 a point; bands: 95% interval; dotted: training length; dashed grey: chance.
}

// What has no tile was not run: it is hatched.
func ExampleLengthDepthHeatmap() {
	f, err := figure.LengthDepthHeatmap([]figure.Grid{{
		Architecture: "griffin",
		Trained:      64,
		Tiles: []figure.Tile{
			{Length: 64, Depth: 0, Score: 100},
			{Length: 64, Depth: 100, Score: 100},
			{Length: 128, Depth: 0, Score: 4},
		},
	}}, figure.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Alt)
	// Output:
	// Heatmap of accuracy by prompt length, 64 to 128 tokens, and needle depth, 0% to 100%. RecurrentGemma: mean 68%, worst 4% at 128 tokens, depth 0%, best 100% at 64 tokens, depth 0%, 1 cell not run.
}

// A figure and its numbers are saved in four files of one name.
func ExampleSave() {
	f, err := figure.RetentionCurve([]figure.Curve{{
		Architecture: "rwkv6",
		Points:       []figure.Point{{X: 64, Y: 99}, {X: 128, Y: 97}},
	}}, figure.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	dir, err := os.MkdirTemp("", "figures")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	paths, err := figure.Save(f, dir, "retention")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, path := range paths {
		fmt.Println(filepath.Base(path))
	}
	numbers, err := os.ReadFile(filepath.Join(dir, "retention.csv"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(numbers))
	// Output:
	// retention.svg
	// retention.png
	// retention.pdf
	// retention.csv
	// panel,model,architecture,trained,distance,percent,low,high,n,seeds,scope,train_seed
	// ,RWKV-6,rwkv6,,64,99,,,,,,
	// ,RWKV-6,rwkv6,,128,97,,,,,,
}

// An architecture from another package is registered with its own colour; its marker is chosen.
func ExampleRegister() {
	figure.Register("gla", figure.Style{Label: "Gated linear attention", Color: color.RGBA{0x99, 0x33, 0x66, 0xff}})
	f, err := figure.LengthCurves([]figure.Curve{
		{Architecture: "gla", Points: []figure.Point{{X: 64, Y: 100}, {X: 128, Y: 72}}},
	}, figure.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Alt)
	// Output:
	// Line plot of accuracy against prompt length, 64 tokens to 128 tokens. Gated linear attention falls from 100% at 64 tokens to 72% at 128 tokens.
}
