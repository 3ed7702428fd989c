package display_test

import (
	"longseq/kernelsrc/jupyter/display"
)

func ExampleDataTable() {
	display.DataTable{
		Caption: "Accuracy, percent",
		Header:  []string{"model", "score", "tokens"},
		Rows: [][]string{
			{"Mamba-2", "91.4 ± 2.0", "1,024"},
			{"Griffin", "6.3 ± 1.7", "64"},
		},
		Note: "128 samples each",
	}.Show()
	// Output:
	// Accuracy, percent
	// model         score  tokens
	// Mamba-2  91.4 ± 2.0   1,024
	// Griffin   6.3 ± 1.7      64
	// 128 samples each
}

func ExampleBlock() {
	curve := display.NewBlock()
	for _, samples := range []string{"10 samples", "100 samples"} {
		curve.Figure(nil, nil, "accuracy by length, after "+samples)
	}
	display.Flush()
	// Output:
	// accuracy by length, after 100 samples
}
