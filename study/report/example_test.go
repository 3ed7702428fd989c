package report_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"longseq/study"
	"longseq/study/models"
	"longseq/study/report"
	"longseq/study/studytest"
)

// A sweep asks the models; its store becomes a table with intervals.
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
	// ┌─────────┬──────────────────────┬──────────────────────┬──────────────────┐
	// │ model   │                   64 │                  128 │ effective length │
	// ├─────────┼──────────────────────┼──────────────────────┼──────────────────┤
	// │ oracle  │ 100.0 [89.1, 100.0]* │ 100.0 [89.1, 100.0]* │            > 128 │
	// │ guesser │      5.2 [1.4, 17.0] │      0.0 [0.0, 10.9] │             < 64 │
	// └─────────┴──────────────────────┴──────────────────────┴──────────────────┘
	// One checkpoint, 32 questions × 3 depths a value. 95% intervals: Gaffke; marked: the best, and what tests of all pairs (2) do not tell from it. Each value is of one checkpoint: it says nothing about an architecture. Effective length: the last one, in tokens, up to which the score is at least 85.6%.
}

// RULER's own files of predictions, one folder a model and length, become the paper's tables.
func ExampleReadRuler() {
	dir, err := os.MkdirTemp("", "predictions")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	for length, lines := range map[string]string{
		"4096": `{"index": 0, "pred": "The number is 4512.", "input": "", "outputs": ["4512"]}
{"index": 1, "pred": "It is 77.", "input": "", "outputs": ["77"]}`,
		"8192": `{"index": 0, "pred": "The number is 45.", "input": "", "outputs": ["4512"]}
{"index": 1, "pred": "It is 77.", "input": "", "outputs": ["77"]}`,
	} {
		folder := filepath.Join(dir, "mamba2-2.7b", "synthetic", length, "pred")
		if err := os.MkdirAll(folder, 0o777); err != nil {
			fmt.Println(err)
			return
		}
		if err := os.WriteFile(filepath.Join(folder, "niah_single_1.jsonl"), []byte(lines), 0o666); err != nil {
			fmt.Println(err)
			return
		}
	}
	summary, err := report.ReadRuler([]string{dir}, 0.95)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(summary.RulerTaskTable("niah_single_1").Markdown())
	// Output:
	// niah_single_1 by length, percent
	//
	// | model | 4096 | 8192 | average |
	// | --- | ---:| ---:| ---:|
	// | mamba2-2.7b | 100.0 [15.8, 100.0] | 50.0 [1.3, 98.7] | 75.0 [26.4, 99.4] |
	//
	// samples: 4. One checkpoint, 2 questions a value. 95% intervals: Gaffke. Each value is of one checkpoint: it says nothing about an architecture.
}
