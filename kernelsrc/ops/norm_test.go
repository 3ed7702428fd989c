package ops

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/backend"
	"longseq/kernelsrc/ops/naive"
)

// normCase is a norm of rows [rows, D].
type normCase struct {
	rows, D, groups    int
	center, bias, gate bool
	// offset is added to the inputs, which makes their mean larger than what they differ by: float32 resolves as much less.
	offset float64
}

// normCases are one row and one channel, groups that are no multiples of a vector, and more rows than a block has.
var normCases = []normCase{
	{1, 1, 1, false, false, false, 0},
	{3, 5, 1, false, false, false, 0},
	{2, 12, 3, true, true, false, 0},
	{2, 10, 2, false, false, true, 0},
	{3, 9, 1, true, true, true, 30},
	{131, 66, 2, false, false, true, 0},
	{130, 96, 6, true, true, false, 30},
}

const normEps = 1e-5

// inputs are x, weight, and the bias and the gate that there are.
func (c normCase) inputs() []array {
	rng := rand.New(rand.NewPCG(21, uint64(c.rows)))
	in := []array{naive.Draw(func() float64 { return rng.NormFloat64() + c.offset }, c.rows, c.D), naive.Draw(rng.NormFloat64, c.D)}
	if c.bias {
		in = append(in, naive.Draw(rng.NormFloat64, c.D))
	}
	if c.gate {
		in = append(in, naive.Draw(rng.NormFloat64, c.rows, c.D))
	}
	return in
}

func (c normCase) names() []string {
	names := []string{"x", "weight"}
	if c.bias {
		names = append(names, "bias")
	}
	if c.gate {
		names = append(names, "gate")
	}
	return names
}

func (c normCase) build(t testing.TB, in []*Node, form Form) *Node {
	t.Helper()
	n := NormInputs{X: in[0], Weight: in[1], Groups: c.groups, Center: c.center, Eps: normEps}
	if c.bias {
		n.Bias = in[2]
	}
	if c.gate {
		n.Gate = in[len(in)-1]
	}
	var y *Node
	mustBuild(t, in[0].Graph(), form, func() { y = Norm(n, form) })
	return y
}

func (c normCase) naive(in []array) array {
	var bias, gate array
	if c.bias {
		bias = in[2]
	}
	if c.gate {
		gate = in[len(in)-1]
	}
	return naive.Norm(in[0], in[1], bias, gate, c.groups, c.center, normEps)
}

func TestNormEqualsTheNaiveLoop(t *testing.T) {
	forNorms(t, func(t *testing.T, b *backend.Backend, c normCase, form Form, to dtypes.DType) {
		in := c.inputs()
		exec := executor(t, b, func(in []*Node) []*Node { return []*Node{c.build(t, in, form)} })
		near(t, "y", run(t, exec, to, in...)[0], c.naive(in).Values, (1+c.offset)*tolerance(to, false))
	})
}

func TestGradientsOfNormEqualCentralDifferences(t *testing.T) {
	forNorms(t, func(t *testing.T, b *backend.Backend, c normCase, form Form, to dtypes.DType) {
		if c.rows > 3 {
			return // too many differences: see the next test
		}
		in := c.inputs()
		exec := executor(t, b, func(in []*Node) []*Node { return Gradient(loss([]*Node{c.build(t, in, form)}), in...) })
		got := run(t, exec, to, in...)
		limit := map[dtypes.DType]float64{dtypes.Float64: gradient64, dtypes.Float32: gradient32}[to] * (1 + c.offset)
		for i, name := range c.names() {
			near(t, "gradient of "+name, got[i], naive.Differences(in[i], func() []array { return []array{c.naive(in)} }), limit)
		}
	})
}

func TestGradientsOfTheNormKernelAreThoseOfTheParallelForm(t *testing.T) {
	forNorms(t, func(t *testing.T, b *backend.Backend, c normCase, form Form, _ dtypes.DType) {
		if form != Native {
			return
		}
		gradients := func(form Form) func(in []*Node) []*Node {
			return func(in []*Node) []*Node {
				y := c.build(t, in, form)
				return Gradient(ReduceAllSum(Mul(y, Sin(y))), in...)
			}
		}
		in := c.inputs()
		got := run(t, executor(t, b, gradients(Native)), dtypes.Float32, in...)
		want := run(t, executor(t, b, gradients(Parallel)), dtypes.Float64, in...)
		for i, name := range c.names() {
			near(t, "gradient of "+name, got[i], want[i], (1+c.offset)*exact32)
		}
	})
}

// forNorms calls test for every shape in every form, and for both sets of kernels.
func forNorms(t *testing.T, test func(t *testing.T, b *backend.Backend, c normCase, form Form, to dtypes.DType)) {
	for _, kernels := range []string{"", "avx2"} {
		b := openFor(t, Native, kernels)
		for _, c := range normCases {
			t.Run(fmt.Sprintf("%s%+v", kernels, c), func(t *testing.T) {
				test(t, b, c, Native, dtypes.Float32)
				if kernels == "" {
					test(t, b, c, Parallel, dtypes.Float64)
				}
			})
		}
	}
}
