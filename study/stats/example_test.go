package stats_test

import (
	"fmt"

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
