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
	// ┌─────────┬──────────────────────┬──────────────────────┐
	// │ model   │                   64 │                  128 │
	// ├─────────┼──────────────────────┼──────────────────────┤
	// │ oracle  │ 100.0 [96.2, 100.0]* │ 100.0 [96.2, 100.0]* │
	// │ guesser │      5.2 [2.2, 11.6] │       0.0 [0.0, 3.8] │
	// └─────────┴──────────────────────┴──────────────────────┘
	// 96 samples a value; 95% intervals: Wilson for 0/1 scores, else bootstrap; marked: the best, and what paired tests (Holm over the table) do not tell from it.
}
