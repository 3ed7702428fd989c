package report_test

import (
	"context"
	"fmt"
	"os"

	"longseq/study"
	"longseq/study/models"
	"longseq/study/report"
	"longseq/study/studytest"
)

// A sweep asks what is missing; its store becomes a table with intervals.
func ExampleOf() {
	dir, err := os.MkdirTemp("", "study")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	plan := study.Plan{Models: []string{"oracle", "guesser"}, Tasks: []string{"recall"}, Lengths: []int{64, 128},
		Depths: []float64{0, 50, 100}, Samples: 32}
	store, err := study.Sweep{Plan: plan, Models: studytest.Extremes{}, Tasks: study.NewTasks(models.Recall), Dir: dir}.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(report.Of(store, 0.95).TableByLength().Text())
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
