package ops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/ops/naive"
)

// Rows of logits of several sizes of vocabulary, one of them one row with all of its probability elsewhere, one with two
// largest logits, and targets of which some are none.
func TestCrossEntropyAndItsGradientEqualTheNaiveLoop(t *testing.T) {
	for _, kernels := range []string{"", "avx2"} {
		b := openFor(t, Native, kernels)
		for _, shape := range [][2]int{{1, 1}, {3, 2}, {5, 17}, {65, 64}, {130, 107}} {
			rows, V := shape[0], shape[1]
			rng := rand.New(rand.NewPCG(22, uint64(V)))
			logits, targets := naive.Draw(func() float64 { return 4 * rng.NormFloat64() }, rows, V), make([]int32, rows)
			for i := range targets {
				targets[i] = int32(rng.IntN(V+1) - 1)
			}
			if rows > 2 {
				targets[0], logits.Values[0], logits.Values[1] = 0, -300, 300
				targets[1], logits.Values[V], logits.Values[V+1] = 1, 40, 40
			}
			for _, form := range []Form{Native, Parallel} {
				to, limit, gradientLimit := dtypes.Float64, exact64, gradient64
				if form == Native {
					to, limit, gradientLimit = dtypes.Float32, exact32, gradient32
				}
				t.Run(fmt.Sprintf("%s%v/%s", kernels, shape, form), func(t *testing.T) {
					exec := executor(t, b, func(in []*Node) []*Node {
						g, out := in[0].Graph(), make([]*Node, 2)
						mustBuild(t, g, form, func() { out[0], out[1] = CrossEntropy(in[0], Const(g, targets), form) })
						return append(out, Gradient(loss(out[:1]), in[0])[0])
					})
					got, want := run(t, exec, to, logits), naive.CrossEntropy(logits, targets)
					near(t, "cross entropy", got[0], want[0].Values, limit)
					near(t, "right", got[1], want[1].Values, 0)
					var gradient []float64
					for i := range rows { // each row's, by its weight in the loss
						row := array{Dims: []int{1, V}, Values: logits.Values[i*V : (i+1)*V]}
						for _, d := range naive.Differences(row, func() []array { return naive.CrossEntropy(row, targets[i:i+1])[:1] }) {
							gradient = append(gradient, d*math.Cos(1.7*float64(i)))
						}
					}
					near(t, "gradient", got[2], gradient, gradientLimit)
				})
			}
		}
	}
}
