package study

import (
	"context"
	"fmt"
	"os"
)

// A sweep asks what is missing; its store becomes a table with intervals.
func ExampleSweep_Run() {
	dir, err := os.MkdirTemp("", "study")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	plan := Plan{Models: []string{"mamba2", "llama"}, Tasks: []string{"recall"}, Lengths: []int{64, 128},
		Depths: []float64{0, 50, 100}, Samples: 32}
	store, err := Sweep{Plan: plan, Models: &fakeModels{}, Tasks: fakeTasks, Dir: dir}.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(Of(store, 0.95).TableByLength().Text())
	// Output:
	// Score by length, percent
	// ┌────────┬───────────────────┬───────────────────┐
	// │ model  │                64 │               128 │
	// ├────────┼───────────────────┼───────────────────┤
	// │ mamba2 │ 64.6 [54.6, 73.4] │ 55.2 [45.3, 64.8] │
	// │ llama  │ 63.5 [53.6, 72.5] │ 56.2 [46.3, 65.7] │
	// └────────┴───────────────────┴───────────────────┘
	// 96 samples a value; 95% intervals: Wilson for 0/1 scores, else bootstrap; marked: the best, and what paired tests (Holm over the table) do not tell from it.
}

// One model against another on the same samples.
func ExampleCompare() {
	a := []float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 0}
	b := []float64{1, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	c, err := Compare(a, b, 0.95)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s, p = %.4f (%s, %d samples differ)\n", c.Difference, c.P, c.Test, c.Discordant)
	// Output:
	// 80.0 [37.0, 91.6], p = 0.0078 (McNemar exact, 8 samples differ)
}
