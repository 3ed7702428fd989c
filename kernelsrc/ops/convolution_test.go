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

// convolutionCase is a shape of a convolution.
type convolutionCase struct {
	B, T, L int
	parts   []int
	silu    bool
}

// convolutionCases are one token, less and more than a block of tokens, fewer tokens than the convolution is long, and parts
// that are no multiples of a vector, whole vectors, and more than a block of channels.
var convolutionCases = []convolutionCase{
	{2, 1, 4, []int{5}, true},
	{1, 2, 4, []int{3, 1}, false},
	{1, 63, 4, []int{16}, true},
	{2, 65, 2, []int{34, 8, 8}, true},
	{1, 64, 3, []int{64}, false},
	{3, 130, 4, []int{136, 64, 64}, true},
	{1, 9, 6, []int{7}, true},
}

func (c convolutionCase) inputs() []array {
	rng := rand.New(rand.NewPCG(20, uint64(c.T)))
	E := c.channels()
	return []array{naive.Draw(rng.NormFloat64, c.B, c.T, E), naive.Draw(rng.NormFloat64, E, c.L), naive.Draw(rng.NormFloat64, E),
		naive.Draw(rng.NormFloat64, c.B, c.L-1, E)}
}

func (c convolutionCase) channels() int {
	E := 0
	for _, width := range c.parts {
		E += width
	}
	return E
}

// form is the form that is built where the given one is asked for by Auto.
func (c convolutionCase) form(asked Form) Form {
	if c.T == 1 || c.L > maxNativeConvolution {
		return Parallel
	}
	return asked
}

// build adds the convolution to a graph and joins its parts.
func (c convolutionCase) build(t testing.TB, in []*Node, form Form) *Node {
	t.Helper()
	var parts []*Node
	mustBuild(t, in[0].Graph(), form, func() {
		parts = Convolution(ConvolutionInputs{X: in[0], Weight: in[1], Bias: in[2], Before: in[3], SiLU: c.silu, Parts: c.parts}, form)
	})
	for i, part := range parts {
		part.AssertDims(c.B, c.T, c.parts[i])
	}
	return Concatenate(parts, -1)
}

func TestConvolutionEqualsTheNaiveLoop(t *testing.T) {
	forConvolutions(t, func(t *testing.T, b *backend.Backend, c convolutionCase, form Form, to dtypes.DType) {
		in := c.inputs()
		exec := executor(t, b, func(in []*Node) []*Node { return []*Node{c.build(t, in, form)} })
		near(t, "y", run(t, exec, to, in...)[0], naive.Convolution(in, c.silu).Values, tolerance(to, false))
	})
}

func TestGradientsOfConvolutionEqualCentralDifferences(t *testing.T) {
	forConvolutions(t, func(t *testing.T, b *backend.Backend, c convolutionCase, form Form, to dtypes.DType) {
		if c.channels() > 16 {
			return // too many differences: see the next test
		}
		in := c.inputs()
		exec := executor(t, b, func(in []*Node) []*Node { return Gradient(loss([]*Node{c.build(t, in, form)}), in...) })
		got := run(t, exec, to, in...)
		limit := map[dtypes.DType]float64{dtypes.Float64: gradient64, dtypes.Float32: gradient32}[to]
		for i, name := range []string{"x", "weight", "bias", "before"} {
			want := naive.Differences(in[i], func() []array { return []array{naive.Convolution(in, c.silu)} })
			near(t, "gradient of "+name, got[i], want, limit)
		}
	})
}

func TestGradientsOfTheConvolutionKernelAreThoseOfTheParallelForm(t *testing.T) {
	forConvolutions(t, func(t *testing.T, b *backend.Backend, c convolutionCase, form Form, _ dtypes.DType) {
		if form != Native {
			return
		}
		gradients := func(form Form) func(in []*Node) []*Node {
			return func(in []*Node) []*Node { return Gradient(ReduceAllSum(Square(c.build(t, in, form))), in...) }
		}
		in := c.inputs()
		got := run(t, executor(t, b, gradients(Native)), dtypes.Float32, in...)
		want := run(t, executor(t, b, gradients(Parallel)), dtypes.Float64, in...)
		for i, name := range []string{"x", "weight", "bias", "before"} {
			near(t, "gradient of "+name, got[i], want[i], exact32)
		}
	})
}

// forConvolutions calls test for every shape in every form, and for both sets of kernels.
func forConvolutions(t *testing.T, test func(t *testing.T, b *backend.Backend, c convolutionCase, form Form, to dtypes.DType)) {
	for _, kernels := range []string{"", "avx2"} {
		native := openFor(t, Native, kernels)
		for _, c := range convolutionCases {
			t.Run(fmt.Sprintf("%s%+v", kernels, c), func(t *testing.T) {
				if form := c.form(Native); form == Native {
					test(t, native, c, Native, dtypes.Float32)
				}
				if kernels == "" {
					test(t, native, c, Parallel, dtypes.Float64)
				}
			})
		}
	}
}
