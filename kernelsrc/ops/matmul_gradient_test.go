package ops

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/backend"
	"longseq/kernelsrc/ops/naive"
)

// The gradient of m in x·mᵀ and in x·m is a product of a transpose: of blocks of 128 rows, for results of blocks of 256 rows
// and 64 columns.
func TestTheGradientOfAMatrixEqualsTheNaiveLoop(t *testing.T) {
	const kernel = "longseq_matmul_transposed"
	rng := rand.New(rand.NewPCG(12, 13))
	for _, kernels := range []string{"off", "", "avx2"} {
		for _, c := range []struct{ rows, in, out int }{{1, 1, 1}, {129, 6, 33}, {300, 65, 257}, {64, 130, 12}, {256, 64, 512}} {
			t.Run(fmt.Sprintf("kernels %s/%+v", kernels, c), func(t *testing.T) {
				needs := Native
				if kernels == "off" {
					needs = Parallel
				}
				exec := executor(t, openFor(t, needs, kernels), func(in []*Node) []*Node {
					x, m, v := in[0], in[1], in[2]
					byRows := ReduceAllSum(Mul(v, Matmul(x, m, 1, dtypes.Float32)))
					byColumns := ReduceAllSum(Mul(v, Matmul(x, Transpose(m, 0, 1), 0, dtypes.Float32)))
					gradients := append(Gradient(byRows, m), Gradient(byColumns, m)...)
					if got := slices.Contains(backend.Extensions(x.Graph()), kernel); got != (needs == Native) {
						t.Errorf("the kernel was called: %t", got)
					}
					return gradients
				})
				x, m, v := naive.Draw(rng.NormFloat64, c.rows, c.in), naive.Draw(rng.NormFloat64, c.out, c.in), naive.Draw(rng.NormFloat64, c.rows, c.out)
				want := naive.Matmul(transposed(v), transposed(x))
				for i, got := range run(t, exec, dtypes.Float32, x, m, v) {
					near(t, []string{"of x·mᵀ", "of x·m"}[i], got, want.Values, products32)
				}
			})
		}
	}
}

// transposed returns the transpose of a matrix.
func transposed(a array) array {
	b := array{Dims: []int{a.Dims[1], a.Dims[0]}}
	for j := range a.Dims[1] {
		for i := range a.Dims[0] {
			b.Values = append(b.Values, a.Values[i*a.Dims[1]+j])
		}
	}
	return b
}
