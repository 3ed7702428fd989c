package ops

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/ops/naive"
)

// The weights are one value, whole vectors, more than a block and less than a vector. The gradient is clipped, or is not.
func TestAdamWEqualsTheNaiveLoop(t *testing.T) {
	sizes, decays := [][]int{{1}, {4, 16}, {3, 5500}, {7}}, []bool{false, true, true, false}
	for _, kernels := range []string{"", "avx2"} {
		b := openFor(t, Native, kernels)
		for _, a := range []naive.AdamW{
			{Rate: 3e-2, Step: 1, Beta1: 0.9, Beta2: 0.98, Epsilon: 1e-8, WeightDecay: 0.1, Clip: 1},
			{Rate: 1e-1, Step: 700, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-3, WeightDecay: 0.01, Clip: 1e9},
		} {
			rng := rand.New(rand.NewPCG(23, uint64(a.Step)))
			total := 0
			in := make([]array, 3)
			for _, dims := range sizes {
				in = append(in, naive.Draw(rng.NormFloat64, dims...))
				total += len(in[len(in)-1].Values)
			}
			in[0], in[1] = naive.Draw(rng.NormFloat64, total), naive.Draw(rng.NormFloat64, total)
			in[2] = naive.Draw(func() float64 { x := rng.NormFloat64(); return x * x }, total)
			for _, form := range []Form{Native, Parallel} {
				to := dtypes.Float64
				if form == Native {
					to = dtypes.Float32
				}
				t.Run(fmt.Sprintf("%s step %g/%s", kernels, a.Step, form), func(t *testing.T) {
					exec := executor(t, b, func(in []*Node) []*Node {
						g, out := in[0].Graph(), make([]*Node, 3)
						mustBuild(t, g, form, func() {
							out[0], out[1], out[2] = AdamW(AdamWInputs{Parameters: in[0], First: in[1], Second: in[2], Gradients: in[3:], Decays: decays,
								Rate: Scalar(g, in[0].DType(), a.Rate), Step: Scalar(g, in[0].DType(), a.Step),
								Beta1: a.Beta1, Beta2: a.Beta2, Epsilon: a.Epsilon, WeightDecay: a.WeightDecay, Clip: a.Clip}, form)
						})
						return append(out, in[0]) // which must not have been overwritten
					})
					got, want := run(t, exec, to, in...), a.Run(in, decays)
					for i, name := range []string{"parameters", "first moment", "second moment"} {
						near(t, name, got[i], want[i].Values, tolerance(to, false))
					}
					near(t, "the parameters before", got[3], in[0].Values, tolerance(to, false))
				})
			}
		}
	}
}
