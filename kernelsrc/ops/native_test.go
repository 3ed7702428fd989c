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

// kernelShape is a shape of all recurrences: of Linear E = H·P, of WKV6 K = N.
type kernelShape struct{ B, T, H, G, P, N int }

// kernelShapes are not what kernels are made for, which cut work into heads, rows, vectors and chunks, or all of that.
var kernelShapes = []kernelShape{
	{1, 2, 1, 1, 1, 1}, {3, 63, 5, 1, 7, 9}, {2, 129, 6, 2, 16, 16}, {1, 200, 9, 3, 33, 31}, {2, 64, 8, 1, 64, 128}, {1, 71, 12, 4, 8, 80},
	{2, 65, 3, 1, 34, 64},
}

// inputs draws those of a recurrence; decay draws logarithms of decays.
func (c kernelShape) inputs(name string, rng *rand.Rand, decay func() float64) []array {
	normal := rng.NormFloat64
	switch name {
	case "SSD":
		return []array{naive.Draw(normal, c.B, c.T, c.H, c.P), naive.Draw(rng.Float64, c.B, c.T, c.H), naive.Draw(decay, c.B, c.T, c.H),
			naive.Draw(normal, c.B, c.T, c.G, c.N), naive.Draw(normal, c.B, c.T, c.G, c.N), naive.Draw(normal, c.B, c.H, c.P, c.N)}
	case "WKV6":
		return []array{naive.Draw(normal, c.B, c.T, c.H, c.N), naive.Draw(normal, c.B, c.T, c.H, c.N), naive.Draw(normal, c.B, c.T, c.H, c.P),
			naive.Draw(decay, c.B, c.T, c.H, c.N), naive.Draw(normal, c.H, c.N), naive.Draw(normal, c.B, c.H, c.N, c.P)}
	default:
		keep := func() float64 { return math.Exp(decay()) }
		return []array{naive.Draw(keep, c.B, c.T, c.H*c.P), naive.Draw(normal, c.B, c.T, c.H*c.P), naive.Draw(normal, c.B, c.H*c.P)}
	}
}

func TestKernelsTakeAnyShape(t *testing.T) {
	rng := rand.New(rand.NewPCG(10, 11))
	decay := func() float64 { return -math.Exp(rng.NormFloat64() - 2) }
	for _, kernels := range []string{"", "avx2"} {
		for _, c := range kernelShapes {
			t.Run(fmt.Sprintf("%s%+v", kernels, c), func(t *testing.T) {
				b := openFor(t, Native, kernels)
				for _, rec := range recurrences {
					in := c.inputs(rec.Name, rng, decay)
					got, want := run(t, executor(t, b, rec.forward(t, Native)), dtypes.Float32, in...), rec.Run(in)
					near(t, rec.Name+" y", got[0], want[0].Values, exact32)
					near(t, rec.Name+" last", got[1], want[1].Values, exact32)
				}
			})
		}
	}
}

// The loop in float64, whose gradients equal central differences, is the reference at shapes that are too large for those.
// In float64 decays are not clamped, so what is compared lies above the least one.
func TestGradientsOfKernelsAtAnyShapeAreThoseOfTheLoopInFloat64(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 13))
	ends := []float64{0, 0, -1e-4, -0.5, -29.9}
	for i, c := range []kernelShape{{1, 2, 1, 1, 1, 1}, {3, 63, 5, 1, 7, 9}, {2, 130, 6, 2, 16, 16}, {1, 65, 9, 3, 33, 31}, {1, 64, 1, 1, 34, 64}} {
		decay, limit := func() float64 { return -math.Exp(rng.NormFloat64() - 2) }, 5*exact32
		if i%2 == 1 {
			decay, limit = func() float64 { return ends[rng.IntN(len(ends))] }, extreme32
		}
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			for _, rec := range recurrences {
				in := c.inputs(rec.Name, rng, decay)
				gradients := func(form Form) func(in []*Node) []*Node {
					return func(in []*Node) []*Node {
						out := rec.build(t, in, form)
						return Gradient(Add(ReduceAllSum(Square(out[0])), ReduceAllSum(Square(out[1]))), in...)
					}
				}
				want := run(t, executor(t, openFor(t, Loop, ""), gradients(Loop)), dtypes.Float64, in...)
				for _, kernels := range []string{"", "avx2"} {
					got := run(t, executor(t, openFor(t, Native, kernels), gradients(Native)), dtypes.Float32, in...)
					for i, name := range rec.Names {
						near(t, fmt.Sprintf("%s%s gradient of %s", kernels, rec.Name, name), got[i], want[i], limit)
					}
				}
			}
		})
	}
}

// A decay below the least one counts as it, and its logarithm has no gradient, as in the parallel form in float32.
func TestDecaysBelowTheLeastHaveNoGradient(t *testing.T) {
	const decays = 2 // the input of SSD
	rng := rand.New(rand.NewPCG(14, 15))
	low := []float64{-1000, -31, -0.1, 0}
	in := kernelShapes[1].inputs("SSD", rng, func() float64 { return low[rng.IntN(len(low))] })
	b := openFor(t, Native, "")
	var got [2][][]float64
	for i, form := range []Form{Native, Parallel} {
		got[i] = run(t, executor(t, b, func(in []*Node) []*Node {
			return Gradient(loss(recurrences[1].build(t, in, form)), in...)
		}), dtypes.Float32, in...)
	}
	for i, name := range recurrences[1].Names {
		near(t, "gradient of "+name, got[0][i], got[1][i], extreme32)
	}
	for i, v := range in[decays].Values {
		if v < minLog && got[0][decays][i] != 0 {
			t.Fatalf("the gradient of a decay of %g is %g", v, got[0][decays][i])
		}
	}
}
