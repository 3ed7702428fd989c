package ops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/backend"
	"longseq/kernelsrc/backend/backendtest"
	"longseq/kernelsrc/ops/naive"
)

// attention32 allows rounding of sums of up to 128 products, and of weights, in float32.
const attention32 = 2e-6

// attentionForms are those that Attention has.
var attentionForms = []Form{Native, Loop, Parallel}

// attentions have no shape that a form is made for: odd sizes, one of each, groups, windows, queries that see nothing.
var attentions = []attention{
	whole(1, 1, 1, 1, 1, 0),
	whole(2, 7, 6, 2, 5, 0),
	whole(2, 9, 4, 1, 3, 4),
	chunk(3, 5, 6, 3, 11, 4, 2, 0),
	chunk(3, 8, 4, 4, 19, 7, 9, 3),
	chunk(3, 1, 3, 1, 6, 2, 4, 0),
	chunk(2, 6, 2, 1, 13, 3, 7, 1),
}

// longAttentions make the kernel cut queries, keys and heads into blocks.
var longAttentions = []attention{
	chunk(2, 128, 6, 6, 512, 64, 0, 0),
	chunk(2, 130, 6, 2, 512, 32, 1, 0),
	chunk(2, 2, 6, 1, 1024, 4, 257, 0),
	chunk(2, 600, 6, 3, 1200, 7, 600, 0),
	chunk(2, 63, 6, 6, 600, 16, 0, 600),
	chunk(2, 65, 6, 1, 512, 128, 300, 100),
	chunk(3, 200, 6, 1, 712, 33, 512, 512),
}

func attentionTolerance(to dtypes.DType) float64 {
	if to == dtypes.Float64 {
		return exact64
	}
	return attention32
}

// equalsNaive compares a form with the naive loop, with positions and window and, but for the kernel, with a mask.
func (a attention) equalsNaive(t *testing.T, b *backend.Backend, form Form) {
	t.Helper()
	exec := executor(t, b, func(in []*Node) []*Node {
		outputs := []*Node{a.build(t, in, form, false)}
		if form != Native {
			outputs = append(outputs, a.build(t, in, form, true))
		}
		return outputs
	})
	in := a.Inputs(rand.New(rand.NewPCG(1, 2)))
	want := a.Run(in)
	for _, to := range form.types() {
		for i, got := range run(t, exec, to, in...) {
			near(t, fmt.Sprintf("y in %s (by a mask: %v)", to, i == 1), got, want.Values, attentionTolerance(to))
		}
	}
}

func (a attention) name() string {
	return fmt.Sprintf("B=%d T=%d H=%d G=%d S=%d P=%d W=%d", a.B, a.T, a.H, a.G, a.S, a.P, a.Window)
}

func TestEveryFormOfAttentionEqualsTheNaiveLoop(t *testing.T) {
	for _, form := range attentionForms {
		for _, a := range attentions {
			t.Run(fmt.Sprintf("%s/%s", form, a.name()), func(t *testing.T) { a.equalsNaive(t, openFor(t, form, ""), form) })
		}
	}
}

func TestPureGoAttentionEqualsTheNaiveLoop(t *testing.T) {
	for _, a := range attentions {
		t.Run(a.name(), func(t *testing.T) { a.equalsNaive(t, backendtest.Open(t, "go"), Parallel) })
	}
}

func TestTheKernelCutsLongAttentionAnywhere(t *testing.T) {
	for _, a := range longAttentions {
		t.Run(a.name(), func(t *testing.T) { a.equalsNaive(t, openFor(t, Native, ""), Native) })
	}
}

func TestTheKernelOfAttentionForAVX2EqualsTheNaiveLoop(t *testing.T) {
	for _, a := range slices.Concat(attentions, longAttentions) {
		t.Run(a.name(), func(t *testing.T) { a.equalsNaive(t, openFor(t, Native, "avx2"), Native) })
	}
}

// With scores of hundreds, one key has all the weight: sums of exponentials must not overflow, nor end at 0.
func TestAttentionToOneKeyOverflowsInNoForm(t *testing.T) {
	const scores32 = 1e-3 // rounding of scores up to 1000 in float32, which their exponentials show
	a := chunk(3, 9, 4, 2, 21, 6, 8, 0)
	a.Scale = 100
	in := a.Inputs(rand.New(rand.NewPCG(3, 4)))
	want := a.Run(in)
	for _, form := range attentionForms {
		t.Run(form.String(), func(t *testing.T) {
			exec := executor(t, openFor(t, form, ""), func(in []*Node) []*Node { return []*Node{a.build(t, in, form, false)} })
			near(t, "y", run(t, exec, dtypes.Float32, in...)[0], want.Values, scores32)
		})
	}
}

// The state of attention is the cache: queries of the first part see its first keys, those of the second see all.
func TestSplittingAttentionAnywhereGivesTheSame(t *testing.T) {
	const T = 20
	splits := []int{1, 7, 13, 19}
	for _, form := range attentionForms {
		for _, window := range []int{0, 6} {
			t.Run(fmt.Sprintf("%s/W=%d", form, window), func(t *testing.T) {
				all := whole(2, T, 4, 2, 5, window)
				exec := executor(t, openFor(t, form, ""), func(in []*Node) (parts []*Node) {
					for _, at := range splits {
						first, second := all, all
						first.T, second.T = at, T-at
						first.Queries, second.Queries = [][]int32{all.Queries[0][:at]}, [][]int32{all.Queries[0][at:]}
						first.Keys = [][]int32{slices.Concat(all.Keys[0][:at], make([]int32, T-at))}
						parts = append(parts,
							first.build(t, []*Node{SliceAxis(in[0], 1, AxisRange(0, at)), in[1], in[2]}, form, false),
							second.build(t, []*Node{SliceAxis(in[0], 1, AxisRange(at, T)), in[1], in[2]}, form, false))
					}
					return parts
				})
				in := all.Inputs(rand.New(rand.NewPCG(5, 6)))
				got, want := run(t, exec, dtypes.Float32, in...), all.Run(in)
				for i, at := range splits {
					near(t, fmt.Sprintf("y before %d", at), got[2*i], want.Cut(0, at).Values, attention32)
					near(t, fmt.Sprintf("y from %d", at), got[2*i+1], want.Cut(at, T).Values, attention32)
				}
			})
		}
	}
}

func TestGradientsOfAttentionEqualCentralDifferences(t *testing.T) {
	for _, form := range attentionForms {
		for i, a := range attentions {
			if form != Parallel && i%3 != 2 {
				continue // the others have the gradient of Parallel
			}
			t.Run(fmt.Sprintf("%s/%s", form, a.name()), func(t *testing.T) {
				exec := executor(t, openFor(t, form, ""), func(in []*Node) []*Node {
					return Gradient(loss([]*Node{a.build(t, in, form, false)}), in...)
				})
				in := a.Inputs(rand.New(rand.NewPCG(7, 8)))
				var want [][]float64
				for _, x := range in {
					want = append(want, naive.Differences(x, func() []array { return []array{a.Run(in)} }))
				}
				tolerances := map[dtypes.DType]float64{dtypes.Float64: gradient64, dtypes.Float32: gradient32}
				for _, to := range form.types() {
					for i, got := range run(t, exec, to, in...) {
						near(t, fmt.Sprintf("%s gradient of %s", to, []string{"q", "k", "v"}[i]), got, want[i], tolerances[to])
					}
				}
			})
		}
	}
}

// In a model keys and values come from what the queries come from, and the loss is no linear function of the output.
func TestGradientsOfAttentionInsideAModelAreThoseOfTheParallelForm(t *testing.T) {
	a := whole(2, 9, 4, 2, 5, 4)
	for _, form := range []Form{Native, Loop} {
		t.Run(form.String(), func(t *testing.T) {
			exec := executor(t, openFor(t, form, ""), func(in []*Node) []*Node {
				var gradients []*Node
				for _, form := range []Form{form, Parallel} {
					k := Mul(in[1], Exp(MulScalar(ReduceAllMean(in[0]), 0.1)))
					v := Mul(in[2], Exp(MulScalar(ReduceAllMean(k), 0.1)))
					y := a.build(t, []*Node{in[0], k, v}, form, false)
					gradients = append(gradients, Gradient(ReduceAllSum(Square(y)), in...)...)
				}
				return gradients
			})
			to := form.types()[0]
			got := run(t, exec, to, a.Inputs(rand.New(rand.NewPCG(9, 10)))...)
			for i, name := range []string{"q", "k", "v"} {
				near(t, "gradient of "+name, got[i], got[3+i], tolerance(to, false))
			}
		})
	}
}

func TestWeightsOfAttentionSumToOneOverWhatIsSeen(t *testing.T) {
	for _, a := range attentions {
		t.Run(a.name(), func(t *testing.T) {
			exec := executor(t, backendtest.Open(t, ""), func(in []*Node) []*Node {
				return []*Node{AttentionWeights(a.nodes(in, false))}
			})
			got := run(t, exec, dtypes.Float32, a.Inputs(rand.New(rand.NewPCG(11, 12)))...)[0]
			for i := range a.B * a.H * a.T {
				b, query, sum, want := i/a.T/a.H, i%a.T, 0.0, 0.0
				for s, w := range got[i*a.S : (i+1)*a.S] {
					sum += w
					if a.Sees(b, query, s) {
						want = 1
					} else if w != 0 {
						t.Fatalf("row %d, query %d has weight %g on key %d, which it does not see", b, query, w, s)
					}
				}
				if math.Abs(sum-want) > attention32 {
					t.Fatalf("row %d, query %d: weights sum to %g, want %g", b, query, sum, want)
				}
			}
		})
	}
}
