package ops

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"longseq/kernelsrc/backend/backendtest"
	"longseq/kernelsrc/ops/naive"
)

// products32 allows rounding of sums of up to 256 products in float32.
const products32 = 3e-5

// halves returns values that every 16-bit type holds exactly: whole numbers from -8 to 8, divided by 8.
func halves(rng *rand.Rand, dims ...int) array {
	return naive.Draw(func() float64 { return float64(rng.IntN(17)-8) / 8 }, dims...)
}

// matmuls are the ways in which a 16-bit matrix is multiplied, each with the form that it is built in.
var matmuls = []struct {
	name  string
	form  Form
	build func(x, m *Node) *Node
}{
	{"as a sum", Parallel, matmulSum},
	{"in 2 blocks", Loop, func(x, m *Node) *Node { return matmulLoop(x, m, 2) }},
	{"row by row", Loop, func(x, m *Node) *Node { return matmulLoop(x, m, m.Shape().Dim(0)) }},
	{"by the kernel", Native, matmulNative},
}

func TestEveryProductWithA16BitMatrixEqualsTheNaiveLoop(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	types := []dtypes.DType{dtypes.Float16, dtypes.BFloat16}
	for _, kernels := range []string{"off", "", "avx2"} {
		ways, needs := matmuls[3:], Native
		if kernels == "off" {
			ways, needs = matmuls[:3], Loop
		}
		for _, c := range []struct{ rows, in, out int }{{1, 64, 128}, {2, 37, 66}, {5, 7, 4}, {16, 256, 130}} {
			t.Run(fmt.Sprintf("kernels %s/%+v", kernels, c), func(t *testing.T) {
				exec := executor(t, openFor(t, needs, kernels), func(in []*Node) (products []*Node) {
					x := Reshape(in[0], c.rows, 1, c.in)
					for _, way := range ways {
						for _, dtype := range types {
							mustBuild(t, x.Graph(), way.form, func() { products = append(products, way.build(x, ConvertDType(in[1], dtype))) })
							products[len(products)-1].AssertDims(c.rows, 1, c.out)
						}
					}
					return products
				})
				x, m := naive.Draw(rng.NormFloat64, c.rows, c.in), halves(rng, c.out, c.in)
				want := naive.Matmul(x, m)
				for i, got := range run(t, exec, dtypes.Float32, x, m) {
					near(t, fmt.Sprintf("%s %s", types[i%2], ways[i/2].name), got, want.Values, products32)
				}
			})
		}
	}
}

// Each product is computed as its comment says: by the kernel, as a sum, in blocks, or as one dot.
func TestMatmulChoosesByRowsTypeAndBackend(t *testing.T) {
	const wide = 4096 // with 2048 columns a matrix of two blocks
	for _, c := range []struct {
		backend, kernels string
		rows, in, out    int
		axis             int
		matrix, dot      dtypes.DType
		want             Form
	}{
		{backend: "xla:cpu", rows: maxFewRows, in: 8, out: 8, axis: 1, matrix: dtypes.BFloat16, dot: dtypes.Float32, want: Native},
		{backend: "xla:cpu", rows: maxFewRows, in: 8, out: 8, axis: 1, matrix: dtypes.Float16, dot: dtypes.BFloat16, want: Native},
		{backend: "xla:cpu", rows: maxFewRows, in: 8, out: 8, axis: 0, matrix: dtypes.BFloat16, dot: dtypes.Float32, want: Parallel},
		{backend: "xla:cpu", rows: maxFewRows, in: 8, out: 8, axis: 1, matrix: dtypes.Float32, dot: dtypes.Float32, want: Parallel},
		{backend: "xla:cpu", rows: maxFewRows, in: 8, out: 8, axis: 1, matrix: dtypes.BFloat16, dot: dtypes.Float64, want: Parallel},
		{backend: "xla:cpu", kernels: "off", rows: maxFewRows, in: 8, out: 8, axis: 1, matrix: dtypes.BFloat16, dot: dtypes.Float32, want: Parallel},
		{backend: "xla:cpu", rows: maxFewRows + 1, in: 8, out: 8, axis: 1, matrix: dtypes.BFloat16, dot: dtypes.Float32, want: Parallel},
		{backend: "xla:cpu", rows: maxFewRows + 1, in: 2048, out: wide, axis: 1, matrix: dtypes.BFloat16, dot: dtypes.Float32, want: Loop},
		{backend: "xla:cpu", rows: maxFewRows + 1, in: 2048, out: wide, axis: 1, matrix: dtypes.BFloat16, dot: dtypes.BFloat16, want: Parallel},
		{backend: "go", rows: 1, in: 8, out: 8, axis: 1, matrix: dtypes.BFloat16, dot: dtypes.Float32, want: Parallel},
	} {
		t.Run(fmt.Sprintf("%s/%s/%d rows/[%d, %d] of %s/axis %d/%s", c.backend, c.kernels, c.rows, c.out, c.in, c.matrix, c.axis, c.dot), func(t *testing.T) {
			var g *Graph
			if c.backend == "go" {
				g = NewGraph(backendtest.Open(t, "go"), "choice")
			} else {
				needs := c.want
				if c.kernels == "off" {
					needs = Loop // the graph's own operations
				}
				g = NewGraph(openFor(t, needs, c.kernels), "choice")
			}
			x := Zeros(g, shapes.Make(dtypes.Float32, c.rows, c.in))
			m := Zeros(g, shapes.Make(c.matrix, c.out, c.in))
			mustBuild(t, g, c.want, func() { Matmul(x, m, c.axis, c.dot).AssertDims(c.rows, c.out) })
		})
	}
}

func TestAFloat32MatrixIsNotRoundedForFewRows(t *testing.T) {
	exec := executor(t, backendtest.Open(t, ""), func(in []*Node) []*Node {
		few := SliceAxis(in[0], 0, AxisRange(0, maxFewRows))
		return []*Node{Matmul(few, in[1], 1, dtypes.BFloat16), Matmul(in[0], in[1], 1, dtypes.BFloat16)}
	})
	rng := rand.New(rand.NewPCG(11, 12))
	x, m := naive.Draw(rng.NormFloat64, maxFewRows+1, 64), naive.Draw(rng.NormFloat64, 5, 64)
	got, want := run(t, exec, dtypes.Float32, x, m), naive.Matmul(x, m)
	near(t, "few rows", got[0], want.Values[:maxFewRows*5], products32)
	differ := 0
	for i := range want.Values {
		if d := got[1][i] - want.Values[i]; d > products32 || d < -products32 {
			differ++
		}
	}
	if differ == 0 {
		t.Error("many rows are multiplied without rounding to bfloat16 too")
	}
}

func TestOnlyLargeMatricesAreWidenedInBlocks(t *testing.T) {
	g := NewGraph(backendtest.Open(t, ""), "blocks")
	for _, c := range []struct{ out, in, want int }{
		{2560, 1024, 1}, {10576, 2560, 8}, {2560, 5120, 4}, {50288, 2560, 56}, {1 << 23, 1, 2}, {8388617, 1, 1}, // a prime
	} {
		m := Zeros(g, shapes.Make(dtypes.BFloat16, c.out, c.in))
		if got := wideningBlocks(m); got != c.want {
			t.Errorf("[%d, %d]: %d blocks, want %d", c.out, c.in, got, c.want)
		}
	}
}
