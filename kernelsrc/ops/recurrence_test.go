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

// Tolerances are relative to the largest magnitude of what is compared, at least 1.
const (
	// exact64 allows rounding over 130 steps and products of chunks in float64.
	exact64 = 1e-10
	// exact32 is the same in float32.
	exact32 = 2e-5
	// extreme32 is for decays at both ends: sums of logarithms of a chunk reach -1920, where float32
	// resolves 1.2e-4.
	extreme32 = 1e-3
	// gradient64 and gradient32 are against central differences in float64.
	gradient64 = 1e-6
	gradient32 = 2e-3
)

// lengths are one token, less and more than a chunk, and what no chunk divides.
var lengths = []int{1, 2, 15, 64, 65, 130}

// decays draw logarithms of decays.
var decays = []struct {
	name    string
	draw    func(rng *rand.Rand) func() float64
	extreme bool
}{
	{"usual decays", func(rng *rand.Rand) func() float64 {
		return func() float64 { return -math.Exp(rng.NormFloat64()*1.5 - 2) }
	}, false},
	{"all is kept", func(*rand.Rand) func() float64 { return func() float64 { return 0 } }, false},
	{"all is forgotten", func(*rand.Rand) func() float64 { return func() float64 { return -1e4 } }, true},
	{"decays at both ends", func(rng *rand.Rand) func() float64 {
		ends := []float64{0, 0, -1e-3, -0.5, -29, -31, -1e4}
		return func() float64 { return ends[rng.IntN(len(ends))] }
	}, true},
}

func tolerance(to dtypes.DType, extreme bool) float64 {
	switch {
	case to == dtypes.Float64:
		return exact64
	case extreme:
		return extreme32
	}
	return exact32
}

// types are those that a form computes in.
func (f Form) types() []dtypes.DType {
	if f == Native {
		return []dtypes.DType{dtypes.Float32}
	}
	return []dtypes.DType{dtypes.Float64, dtypes.Float32}
}

// build adds a recurrence to a graph in a form, which must be the one that is built; one token has no form.
func (rec recurrence) build(t testing.TB, in []*Node, form Form) []*Node {
	t.Helper()
	var y, last *Node
	if in[0].Shape().Dim(1) == 1 {
		form = Parallel
	}
	mustBuild(t, in[0].Graph(), form, func() { y, last = rec.graph(in, form) })
	return []*Node{y, last}
}

// forward is a recurrence as a graph function.
func (rec recurrence) forward(t testing.TB, form Form) func(in []*Node) []*Node {
	return func(in []*Node) []*Node { return rec.build(t, in, form) }
}

// equalsNaive compares a form with the naive recurrence, at every length, with every kind of decay.
func (rec recurrence) equalsNaive(t *testing.T, b *backend.Backend, form Form) {
	exec := executor(t, b, rec.forward(t, form))
	for _, d := range decays {
		for _, T := range lengths {
			if T == 1 && form != Parallel {
				continue // one token is computed by the formula in every form
			}
			rng := rand.New(rand.NewPCG(1, uint64(T)))
			in := rec.Inputs(rng, T, d.draw(rng))
			want := rec.Run(in)
			for _, to := range form.types() {
				got := run(t, exec, to, in...)
				tol := tolerance(to, d.extreme)
				near(t, fmt.Sprintf("%s, T=%d %s: y", d.name, T, to), got[0], want[0].Values, tol)
				near(t, fmt.Sprintf("%s, T=%d %s: last", d.name, T, to), got[1], want[1].Values, tol)
			}
		}
	}
}

func TestEveryFormEqualsTheNaiveRecurrence(t *testing.T) {
	for _, rec := range recurrences {
		for _, form := range rec.forms {
			t.Run(fmt.Sprintf("%s/%s", rec.Name, form), func(t *testing.T) {
				rec.equalsNaive(t, openFor(t, form, ""), form)
			})
		}
	}
}

func TestKernelsForAVX2EqualTheNaiveRecurrence(t *testing.T) {
	for _, rec := range recurrences {
		if slices.Contains(rec.forms, Native) {
			t.Run(rec.Name, func(t *testing.T) { rec.equalsNaive(t, openFor(t, Native, "avx2"), Native) })
		}
	}
}

func TestPureGoEqualsTheNaiveRecurrence(t *testing.T) {
	for _, rec := range recurrences {
		t.Run(rec.Name, func(t *testing.T) { rec.equalsNaive(t, backendtest.Open(t, "go"), Parallel) })
	}
}

func TestSplittingAnywhereGivesTheSame(t *testing.T) {
	const T = 70
	for _, rec := range recurrences {
		t.Run(rec.Name, func(t *testing.T) {
			exec := executor(t, openFor(t, Loop, ""), func(in []*Node) []*Node {
				y, last := rec.graph(in, Auto)
				return []*Node{y, last}
			})
			rng := rand.New(rand.NewPCG(2, 3))
			in := rec.Inputs(rng, T, decays[0].draw(rng))
			whole := run(t, exec, dtypes.Float64, in...)
			for _, at := range []int{1, 37, 64, 69} {
				first, second := make([]array, len(in)), make([]array, len(in))
				for i, a := range in {
					first[i], second[i] = a, a
					if rec.Time[i] {
						first[i], second[i] = a.Cut(0, at), a.Cut(at, T)
					}
				}
				left := run(t, exec, dtypes.Float64, first...)
				state := len(in) - 1
				second[state] = array{Dims: in[state].Dims, Values: left[1]}
				right := run(t, exec, dtypes.Float64, second...)
				near(t, fmt.Sprintf("last, split at %d", at), right[1], whole[1], exact64)
				y := array{Dims: append([]int{in[0].Dims[0], T}, 0), Values: whole[0]}
				y.Dims[2] = len(whole[0]) / in[0].Dims[0] / T
				near(t, fmt.Sprintf("y before %d", at), left[0], y.Cut(0, at).Values, exact64)
				near(t, fmt.Sprintf("y behind %d", at), right[0], y.Cut(at, T).Values, exact64)
			}
		})
	}
}

// loss is naive.Loss of nodes.
func loss(outputs []*Node) *Node {
	var sum *Node
	for i, output := range outputs {
		flat := Reshape(output, output.Shape().Size())
		weights := Cos(MulScalar(AddScalar(ConvertDType(Iota(flat.Graph(), flat.Shape(), 0), flat.DType()), float64(i)), 1.7))
		part := ReduceAllSum(Mul(flat, weights))
		if sum == nil {
			sum = part
		} else {
			sum = Add(sum, part)
		}
	}
	return sum
}

func TestGradientsOfEveryInputEqualCentralDifferences(t *testing.T) {
	for _, rec := range recurrences {
		var samples []gradientSample
		for _, T := range []int{1, 18, 66} {
			samples = append(samples, rec.gradientSample(T))
		}
		for _, form := range rec.forms {
			t.Run(fmt.Sprintf("%s/%s", rec.Name, form), func(t *testing.T) { rec.gradientsEqualDifferences(t, form, samples) })
		}
	}
}

// gradientSample is inputs of T tokens and the gradient of each by central differences.
type gradientSample struct {
	T        int
	in       []array
	gradient [][]float64
}

func (rec recurrence) gradientSample(T int) gradientSample {
	rng := rand.New(rand.NewPCG(5, uint64(T)))
	s := gradientSample{T: T, in: rec.Inputs(rng, T, decays[0].draw(rng))}
	for _, x := range s.in {
		s.gradient = append(s.gradient, naive.Differences(x, func() []array { return rec.Run(s.in) }))
	}
	return s
}

func (rec recurrence) gradientsEqualDifferences(t *testing.T, form Form, samples []gradientSample) {
	exec := executor(t, openFor(t, form, ""), func(in []*Node) []*Node {
		return Gradient(loss(rec.build(t, in, form)), in...)
	})
	tolerances := map[dtypes.DType]float64{dtypes.Float64: gradient64, dtypes.Float32: gradient32}
	for _, s := range samples {
		if s.T == 1 && form != Parallel {
			continue // one token is computed by the formula in every form
		}
		for _, to := range form.types() {
			got := run(t, exec, to, s.in...)
			for i, name := range rec.Names {
				near(t, fmt.Sprintf("T=%d %s gradient of %s", s.T, to, name), got[i], s.gradient[i], tolerances[to])
			}
		}
	}
	for _, d := range decays[1:] {
		rng := rand.New(rand.NewPCG(6, 7))
		for _, got := range run(t, exec, dtypes.Float32, rec.Inputs(rng, 66, d.draw(rng))...) {
			for _, v := range got {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Fatalf("%s: a gradient is %v", d.name, v)
				}
			}
		}
	}
}

// In a model inputs are computed from one another (Mamba-2's logA from its dt), and the loss is no linear function of
// the outputs. The gradient of a form that has one of its own must not count either twice.
func TestGradientsInsideAModelAreThoseOfTheParallelForm(t *testing.T) {
	for _, rec := range recurrences {
		for _, form := range rec.forms {
			if form == Parallel {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s", rec.Name, form), func(t *testing.T) { rec.gradientsInsideAModel(t, form, form.types()[0]) })
		}
	}
}

func (rec recurrence) gradientsInsideAModel(t *testing.T, form Form, to dtypes.DType) {
	exec := executor(t, openFor(t, form, ""), func(in []*Node) []*Node {
		var gradients []*Node
		for _, form := range []Form{form, Parallel} {
			chained := []*Node{in[0]}
			for _, x := range in[1:] {
				before := chained[len(chained)-1]
				chained = append(chained, Mul(x, Exp(MulScalar(ReduceAllMean(before), 0.1))))
			}
			out := rec.build(t, chained, form)
			gradients = append(gradients, Gradient(Add(ReduceAllSum(Square(out[0])), ReduceAllSum(Square(out[1]))), in...)...)
		}
		return gradients
	})
	rng := rand.New(rand.NewPCG(8, 9))
	got := run(t, exec, to, rec.Inputs(rng, 66, decays[0].draw(rng))...)
	for i, name := range rec.Names {
		near(t, "gradient of "+name, got[i], got[len(rec.Names)+i], tolerance(to, false))
	}
}
