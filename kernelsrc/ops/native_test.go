package ops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"

	"longseq/kernelsrc/ops/naive"
)

// Kernels cut work into heads, rows and vectors: none of these sizes is one that they are made for, or all are.
func TestKernelsTakeAnyShape(t *testing.T) {
	rng := rand.New(rand.NewPCG(10, 11))
	normal, decay := rng.NormFloat64, func() float64 { return -math.Exp(rng.NormFloat64() - 2) }
	for _, kernels := range []string{"", "avx2"} {
		for _, c := range []struct{ B, T, H, G, P, N int }{
			{1, 2, 1, 1, 1, 1}, {3, 63, 5, 1, 7, 9}, {2, 129, 6, 2, 16, 16}, {1, 200, 9, 3, 33, 31}, {2, 64, 8, 1, 64, 128}, {1, 71, 12, 4, 8, 80},
		} {
			t.Run(fmt.Sprintf("%s%+v", kernels, c), func(t *testing.T) {
				b := openFor(t, Native, kernels)
				for _, rec := range recurrences {
					var in []array
					switch rec.Name {
					case "SSD":
						in = []array{naive.Draw(normal, c.B, c.T, c.H, c.P), naive.Draw(rng.Float64, c.B, c.T, c.H), naive.Draw(decay, c.B, c.T, c.H),
							naive.Draw(normal, c.B, c.T, c.G, c.N), naive.Draw(normal, c.B, c.T, c.G, c.N), naive.Draw(normal, c.B, c.H, c.P, c.N)}
					case "WKV6":
						in = []array{naive.Draw(normal, c.B, c.T, c.H, c.N), naive.Draw(normal, c.B, c.T, c.H, c.N), naive.Draw(normal, c.B, c.T, c.H, c.P),
							naive.Draw(decay, c.B, c.T, c.H, c.N), naive.Draw(normal, c.H, c.N), naive.Draw(normal, c.B, c.H, c.N, c.P)}
					default:
						continue // has no kernel
					}
					got, want := run(t, executor(t, b, rec.forward(t, Native)), dtypes.Float32, in...), rec.Run(in)
					near(t, rec.Name+" y", got[0], want[0].Values, exact32)
					near(t, rec.Name+" last", got[1], want[1].Values, exact32)
				}
			})
		}
	}
}
