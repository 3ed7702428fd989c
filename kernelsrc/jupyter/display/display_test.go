package display_test

import (
	"longseq/kernelsrc/jupyter/display"
)

func ExampleBlock() {
	curve := display.NewBlock()
	for _, samples := range []string{"10 samples", "100 samples"} {
		curve.Figure(nil, nil, "accuracy by length, after "+samples)
	}
	display.Flush()
	// Output:
	// accuracy by length, after 100 samples
}
