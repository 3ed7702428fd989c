package lcmodels

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend/backendtest"
)

func TestAMatrixWidenedInBlocksMultipliesAsAWhole(t *testing.T) {
	b := openLoops(t)
	random := rand.New(rand.NewPCG(7, 8))
	for _, blocks := range []int{2, 3, 6} {
		e, err := NewExec(b, func(in []*Node) []*Node {
			x, m := Reshape(in[0], 2, 10, 32), ConvertDType(in[1], dtypes.BFloat16)
			whole := DotGeneral(x, []int{2}, nil, ConvertDType(m, dtypes.Float32), []int{1}, nil)
			return []*Node{whole, applyBlocks(x, m, blocks)}
		})
		if err != nil {
			t.Fatal(err)
		}
		defer e.Finalize()
		out, err := e.Exec(drawTensor(random, 20, 32), drawTensor(random, 18, 32))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := out[1].Shape(), out[0].Shape(); !got.Equal(want) {
			t.Fatalf("%d blocks: the product is %s, want %s", blocks, got, want)
		}
		want, got := tensors.MustCopyFlatData[float32](out[0]), tensors.MustCopyFlatData[float32](out[1])
		const rounding = 1e-5
		for i := range want {
			if d := math.Abs(float64(got[i] - want[i])); !(d <= rounding) {
				t.Fatalf("%d blocks: value %d is %g, want %g", blocks, i, got[i], want[i])
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
