package backend_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
	"longseq/kernelsrc/backend/backendtest"
)

// Tolerances against central differences in float64, relative to the largest gradient of the input.
const (
	gradient64 = 1e-6
	gradient32 = 2e-3
)

// product is a DotGeneral: dimensions and axes of both operands.
type product struct {
	name                  string
	lhs, rhs              []int
	lhsContract, lhsBatch []int
	rhsContract, rhsBatch []int
}

var products = []product{
	{"vector by vector", []int{5}, []int{5}, []int{0}, nil, []int{0}, nil},
	{"matrix by matrix", []int{2, 3}, []int{3, 4}, []int{1}, nil, []int{0}, nil},
	{"transposed matrices", []int{3, 2}, []int{4, 3}, []int{0}, nil, []int{1}, nil},
	{"outer product", []int{2, 3}, []int{4}, nil, nil, nil, nil},
	{"a linear layer", []int{2, 3, 4}, []int{4, 5}, []int{2}, nil, []int{0}, nil},
	{"two own axes on both sides", []int{2, 3, 4}, []int{5, 4, 2}, []int{2}, nil, []int{1}, nil},
	{"two contracted axes in another order", []int{2, 3, 4}, []int{4, 5, 2}, []int{0, 2}, nil, []int{2, 0}, nil},
	{"three contracted axes", []int{2, 3, 4, 2}, []int{3, 2, 5, 4}, []int{0, 1, 2}, nil, []int{1, 0, 3}, nil},
	{"one batch axis", []int{2, 3, 4}, []int{2, 4, 5}, []int{2}, []int{0}, []int{1}, []int{0}},
	{"two batch axes, crossed", []int{2, 3, 4, 5}, []int{3, 5, 2, 2}, []int{3}, []int{0, 1}, []int{1}, []int{2, 0}},
	{"batch axes in the middle and last", []int{4, 2, 5, 3}, []int{3, 4, 2, 2}, []int{0}, []int{3, 1}, []int{1}, []int{0, 2}},
	{"batch axes only", []int{2, 3}, []int{3, 2}, nil, []int{0, 1}, nil, []int{1, 0}},
	{"everything at once", []int{2, 3, 2, 4, 3}, []int{3, 4, 2, 3, 2}, []int{3, 4}, []int{2}, []int{1, 0}, []int{4}},
}

func TestTheGradientOfAProductEqualsFiniteDifferences(t *testing.T) {
	for _, choice := range []string{"xla:cpu", "go"} {
		b := backendtest.Open(t, choice)
		for _, p := range products {
			t.Run(choice+"/"+p.name, func(t *testing.T) {
				checkGradient(t, b, [][]int{p.lhs, p.rhs}, func(x []*Node) *Node {
					return DotGeneral(x[0], p.lhsContract, p.lhsBatch, x[1], p.rhsContract, p.rhsBatch)
				})
			})
		}
		t.Run(choice+"/Dot", func(t *testing.T) {
			checkGradient(t, b, [][]int{{3, 4}, {4, 2}}, func(x []*Node) *Node { return Dot(x[0], x[1]) })
		})
	}
}

func TestTheGradientsThatGoMLXLacksEqualFiniteDifferences(t *testing.T) {
	b := backendtest.Open(t, "xla:cpu")
	positive := func(x *Node) *Node { return AddScalar(Square(x), 0.5) }
	for name, fn := range map[string]func(x *Node) *Node{
		"Rsqrt": func(x *Node) *Node { return Rsqrt(positive(x)) },
		"Expm1": Expm1,
		"Sign":  func(x *Node) *Node { return Mul(x, Sign(x)) },
		"Floor": func(x *Node) *Node { return Mul(x, Floor(x)) },
		"Ceil":  func(x *Node) *Node { return Mul(x, Ceil(x)) },
		"Round": func(x *Node) *Node { return Mul(x, Round(x)) },
	} {
		t.Run(name, func(t *testing.T) {
			checkGradient(t, b, [][]int{{3, 4}}, func(x []*Node) *Node { return fn(x[0]) })
		})
	}
}

func TestProductsOfBrainFloatsHaveGradients(t *testing.T) {
	b := backendtest.Open(t, "xla:cpu")
	got := MustExecOnce(b, func(x, y *Node) *Node {
		half := func(x *Node) *Node { return ConvertDType(x, dtypes.BFloat16) }
		product := ConvertDType(Dot(half(x), half(y)), dtypes.Float32)
		return Gradient(ReduceAllSum(product), x)[0]
	}, [][]float32{{1, 2}}, [][]float32{{3, 4}, {5, 6}})
	if got := got.Value(); fmt.Sprint(got) != "[[7 11]]" {
		t.Errorf("gradient %v, want [[7 11]]", got)
	}
}

// checkGradient compares the gradient of a fixed weighting of fn's output with central differences, for
// every element of every input, in float64 and float32.
func checkGradient(t *testing.T, b *backend.Backend, dims [][]int, fn func(x []*Node) *Node) {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 4))
	loss := func(x []*Node) *Node {
		y := fn(x)
		weights := Cos(ConvertDType(IotaFull(y.Graph(), y.Shape()), y.DType()))
		return ReduceAllSum(Mul(y, weights))
	}
	inputs := make([][]float64, len(dims))
	for i, d := range dims {
		size := 1
		for _, n := range d {
			size *= n
		}
		inputs[i] = make([]float64, size)
		for j := range inputs[i] {
			inputs[i][j] = rng.NormFloat64()
		}
	}
	call := func(fn func(x []*Node) []*Node, single bool) func() [][]float64 {
		exec := MustNewExec(b, fn)
		t.Cleanup(exec.Finalize)
		return func() [][]float64 {
			args := make([]any, len(inputs))
			for i := range inputs {
				if single {
					low := make([]float32, len(inputs[i]))
					for j, v := range inputs[i] {
						low[j] = float32(v)
					}
					args[i] = tensors.FromFlatDataAndDimensions(low, dims[i]...)
				} else {
					args[i] = tensors.FromFlatDataAndDimensions(append([]float64(nil), inputs[i]...), dims[i]...)
				}
			}
			outputs, err := exec.Exec(args...)
			if err != nil {
				t.Fatal(err)
			}
			flat := make([][]float64, len(outputs))
			for i, output := range outputs {
				flat[i] = floats(output)
			}
			return flat
		}
	}
	gradient := func(x []*Node) []*Node { return Gradient(loss(x), x...) }
	got64, got32 := call(gradient, false)(), call(gradient, true)()
	value := call(func(x []*Node) []*Node { return []*Node{loss(x)} }, false)

	const step = 1e-5
	for i := range inputs {
		want := make([]float64, len(inputs[i]))
		scale := 0.0
		for j, x := range inputs[i] {
			inputs[i][j] = x + step
			up := value()[0][0]
			inputs[i][j] = x - step
			down := value()[0][0]
			inputs[i][j] = x
			want[j] = (up - down) / (2 * step)
			scale = math.Max(scale, math.Abs(want[j]))
		}
		for j := range want {
			if !(math.Abs(got64[i][j]-want[j]) <= gradient64*scale) {
				t.Errorf("input %d, element %d: gradient %v in float64, want %v", i, j, got64[i][j], want[j])
			}
			if !(math.Abs(got32[i][j]-want[j]) <= gradient32*scale) {
				t.Errorf("input %d, element %d: gradient %v in float32, want %v", i, j, got32[i][j], want[j])
			}
		}
	}
}

// floats returns a float tensor's values as float64.
func floats(x *tensors.Tensor) []float64 {
	if x.DType() == dtypes.Float64 {
		return tensors.MustCopyFlatData[float64](x)
	}
	var out []float64
	for _, v := range tensors.MustCopyFlatData[float32](x) {
		out = append(out, float64(v))
	}
	return out
}
