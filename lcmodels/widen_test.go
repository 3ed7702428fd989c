package lcmodels

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"longseq/kernelsrc/backend/backendtest"
	"longseq/kernelsrc/native"
)

func TestAMatrixWidenedInBlocksMultipliesAsAWhole(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for _, blocks := range []int{2, 3, 6} {
		equalValues(t, 1e-5, func(in []*Node) (got, want *Node) {
			x, m := Reshape(in[0], 2, 10, 32), ConvertDType(in[1], dtypes.BFloat16)
			return applyBlocks(x, m, blocks), DotGeneral(x, []int{2}, nil, ConvertDType(m, dtypes.Float32), []int{1}, nil)
		}, drawTensor(random, 20, 32), drawTensor(random, 18, 32))
	}
}

func TestFewRowsTimesA16BitMatrixEqualTheDot(t *testing.T) {
	const rounding = 3e-5 // of sums of up to 256 products
	random := rand.New(rand.NewPCG(9, 10))
	for _, kernels := range []string{"", "avx2", "off"} {
		for _, dtype := range []dtypes.DType{dtypes.Float16, dtypes.BFloat16} {
			for _, c := range []struct{ rows, in, out int }{{1, 64, 128}, {2, 37, 65}, {5, 7, 3}, {16, 256, 130}} {
				t.Run(fmt.Sprintf("kernels %s/%s/%+v", kernels, dtype, c), func(t *testing.T) {
					t.Setenv(native.Env, kernels)
					equalValues(t, rounding, func(in []*Node) (got, want *Node) {
						x, m := in[0], ConvertDType(in[1], dtype)
						return applyFew(x, m, dtypes.Float32), DotGeneral(x, []int{2}, nil, ConvertDType(m, dtypes.Float32), []int{1}, nil)
					}, drawTensor(random, c.rows, 1, c.in), drawTensor(random, c.out, c.in))
				})
			}
		}
	}
}

func TestOnlyLargeMatricesAreWidenedInBlocks(t *testing.T) {
	b := backendtest.Open(t, "")
	t.Cleanup(b.Finalize)
	g := NewGraph(b, "blocks")
	for _, c := range []struct{ out, in, want int }{
		{2560, 1024, 1}, {10576, 2560, 8}, {2560, 5120, 4}, {50288, 2560, 56}, {1 << 23, 1, 2}, {8388617, 1, 1}, // a prime
	} {
		m := Zeros(g, shapes.Make(dtypes.BFloat16, c.out, c.in))
		if got := widenedBlocks(m); got != c.want {
			t.Errorf("[%d, %d]: %d blocks, want %d", c.out, c.in, got, c.want)
		}
	}
}
