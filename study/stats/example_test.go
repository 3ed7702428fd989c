package stats_test

import (
	"fmt"
	"slices"

	"longseq/study/stats"
)

// One model against another on the same samples.
func ExampleCompare() {
	a := []float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 0}
	b := []float64{1, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	c, err := stats.Compare(a, b, 0.95)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s, p = %.4f (%s, %d samples differ)\n", c.Difference, c.P, c.Test, c.Discordant)
	// Output:
	// 80.0 [37.0, 91.6], p = 0.0078 (McNemar exact, 8 samples differ)
}

// The mean of 0/1 scores, and the mean of two such means.
func ExampleMean() {
	recall := stats.Mean([]float64{1, 1, 1, 0, 1, 1, 1, 1, 0, 1}, 0.95)
	tracing := stats.Mean([]float64{0, 0, 1, 0, 0, 0, 0, 1, 0, 0}, 0.95)
	fmt.Println(recall, recall.Method)
	fmt.Println(tracing, tracing.Method)
	both := stats.MeanOf([]stats.Interval{recall, tracing})
	fmt.Println(both, both.Method)
	fmt.Println(stats.Mean(nil, 0.95), stats.Mean(nil, 0.95).Warnings)
	// Output:
	// 80.0 [49.0, 94.3] Wilson
	// 20.0 [5.7, 51.0] Wilson
	// 50.0 [32.9, 67.1] MOVER
	// – [no samples]
}

// A model's score halves with every doubling of length from 256 tokens on.
func ExampleEffectiveLength() {
	right := func(n int) []float64 {
		return append(slices.Repeat([]float64{1}, n), slices.Repeat([]float64{0}, 100-n)...)
	}
	scores := [][]float64{right(100), right(100), right(50), right(25)}
	length, err := stats.EffectiveLength([]int{128, 256, 512, 1024}, scores, stats.Threshold{Absolute: 0.856}, 0.95)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.0f tokens [%.0f, %.0f], %s\n", length.Center, length.Low, length.High, length.Method)
	// Output:
	// 313 tokens [302, 329], bootstrap percentile
}
