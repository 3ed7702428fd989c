package ops

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
	"longseq/kernelsrc/native"
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

// tensor converts an array to float64 or float32.
func tensor(a array, to dtypes.DType) *tensors.Tensor {
	if to == dtypes.Float64 {
		return tensors.FromFlatDataAndDimensions(append([]float64(nil), a.values...), a.dims...)
	}
	values := make([]float32, len(a.values))
	for i, v := range a.values {
		values[i] = float32(v)
	}
	return tensors.FromFlatDataAndDimensions(values, a.dims...)
}

// values returns a tensor's values as float64.
func values(t testing.TB, x *tensors.Tensor) []float64 {
	t.Helper()
	if x.DType() == dtypes.Float64 {
		return tensors.MustCopyFlatData[float64](x)
	}
	var out []float64
	for _, v := range tensors.MustCopyFlatData[float32](x) {
		out = append(out, float64(v))
	}
	return out
}

// executor compiles a graph function once for each shape it meets.
func executor(t testing.TB, b *backend.Backend, fn func(in []*Node) []*Node) *Exec {
	t.Helper()
	exec, err := NewExec(b, fn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(exec.Finalize)
	exec.SetMaxCache(-1)
	return exec
}

// run executes a graph function on arrays.
func run(t testing.TB, exec *Exec, to dtypes.DType, in ...array) [][]float64 {
	t.Helper()
	args := make([]any, len(in))
	for i := range in {
		args[i] = tensor(in[i], to)
	}
	outputs, err := exec.Exec(args...)
	if err != nil {
		t.Fatal(err)
	}
	got := make([][]float64, len(outputs))
	for i, output := range outputs {
		got[i] = values(t, output)
		output.MustFinalizeAll()
	}
	return got
}

// near fails unless got is want up to the tolerance, relative to the largest of want and 1.
func near(t testing.TB, name string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", name, len(got), len(want))
	}
	scale := 1.0
	for _, w := range want {
		scale = max(scale, math.Abs(w))
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tolerance*scale) {
			t.Errorf("%s[%d] = %v, want %v (scale %.3g, tolerance %.1g)", name, i, got[i], want[i], scale, tolerance)
			return
		}
	}
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

// forward is a recurrence as a graph function.
func (rec recurrence) forward(form Form) func(in []*Node) []*Node {
	return func(in []*Node) []*Node {
		y, last := rec.graph(in, form)
		return []*Node{y, last}
	}
}

func TestEveryFormEqualsTheStepLoop(t *testing.T) {
	for _, c := range []struct {
		backend string
		form    Form
		kernels string
	}{{"xla:cpu", Native, ""}, {"xla:cpu", Native, "avx2"}, {"xla:cpu", Chunked, ""}, {"xla:cpu", Loop, ""}, {"go", Auto, ""}} {
		for _, rec := range recurrences {
			t.Run(fmt.Sprintf("%s/%s%s/%s", c.backend, c.form, c.kernels, rec.name), func(t *testing.T) {
				t.Setenv(native.Env, c.kernels)
				exec := executor(t, backendtest.Open(t, c.backend), rec.forward(c.form))
				for _, d := range decays {
					for _, T := range lengths {
						rng := rand.New(rand.NewPCG(1, uint64(T)))
						in := rec.inputs(rng, T, d.draw(rng))
						want := rec.naive(in)
						for _, to := range []dtypes.DType{dtypes.Float64, dtypes.Float32} {
							got := run(t, exec, to, in...)
							tol := tolerance(to, d.extreme)
							near(t, fmt.Sprintf("%s, T=%d %s: y", d.name, T, to), got[0], want[0].values, tol)
							near(t, fmt.Sprintf("%s, T=%d %s: last", d.name, T, to), got[1], want[1].values, tol)
						}
					}
				}
			})
		}
	}
}

// cut returns steps from to to of an array with time as axis 1.
func (a array) cut(from, to int) array {
	rest := 1
	for _, d := range a.dims[2:] {
		rest *= d
	}
	part := array{append([]int{a.dims[0], to - from}, a.dims[2:]...), nil}
	for b := range a.dims[0] {
		row := a.values[b*a.dims[1]*rest:]
		part.values = append(part.values, row[from*rest:to*rest]...)
	}
	return part
}

func TestSplittingAnywhereGivesTheSame(t *testing.T) {
	const T = 70
	for _, rec := range recurrences {
		t.Run(rec.name, func(t *testing.T) {
			exec := executor(t, backendtest.Open(t, "xla:cpu"), rec.forward(Auto))
			rng := rand.New(rand.NewPCG(2, 3))
			in := rec.inputs(rng, T, decays[0].draw(rng))
			whole := run(t, exec, dtypes.Float64, in...)
			for _, at := range []int{1, 37, 64, 69} {
				first, second := make([]array, len(in)), make([]array, len(in))
				for i, a := range in {
					first[i], second[i] = a, a
					if rec.time[i] {
						first[i], second[i] = a.cut(0, at), a.cut(at, T)
					}
				}
				left := run(t, exec, dtypes.Float64, first...)
				state := len(in) - 1
				second[state] = array{in[state].dims, left[1]}
				right := run(t, exec, dtypes.Float64, second...)
				near(t, fmt.Sprintf("last, split at %d", at), right[1], whole[1], exact64)
				y := array{append([]int{in[0].dims[0], T}, 0), whole[0]}
				y.dims[2] = len(whole[0]) / in[0].dims[0] / T
				near(t, fmt.Sprintf("y before %d", at), left[0], y.cut(0, at).values, exact64)
				near(t, fmt.Sprintf("y behind %d", at), right[0], y.cut(at, T).values, exact64)
			}
		})
	}
}

// loss is a sum of the outputs with fixed weights.
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

// lossOf is loss of the naive recurrence.
func (rec recurrence) lossOf(in []array) float64 {
	sum := 0.0
	for i, output := range rec.naive(in) {
		for j, v := range output.values {
			sum += v * math.Cos(1.7*float64(j+i))
		}
	}
	return sum
}

func TestGradientsOfEveryInputEqualCentralDifferences(t *testing.T) {
	forms := []Form{Chunked, Loop, Native}
	for i := range len(forms) * len(recurrences) {
		rec, form := recurrences[i/len(forms)], forms[i%len(forms)]
		t.Run(fmt.Sprintf("%s/%s", rec.name, form), func(t *testing.T) {
			exec := executor(t, backendtest.Open(t, "xla:cpu"), func(in []*Node) []*Node {
				return Gradient(loss(rec.forward(form)(in)), in...)
			})
			for _, T := range []int{1, 18, 66} {
				rng := rand.New(rand.NewPCG(5, uint64(T)))
				in := rec.inputs(rng, T, decays[0].draw(rng))
				exact, single := run(t, exec, dtypes.Float64, in...), run(t, exec, dtypes.Float32, in...)
				for i, name := range rec.names {
					want := rec.differences(in, i)
					near(t, fmt.Sprintf("T=%d float64 gradient of %s", T, name), exact[i], want, gradient64)
					near(t, fmt.Sprintf("T=%d float32 gradient of %s", T, name), single[i], want, gradient32)
				}
			}
			for _, d := range decays[1:] {
				rng := rand.New(rand.NewPCG(6, 7))
				for _, got := range run(t, exec, dtypes.Float32, rec.inputs(rng, 66, d.draw(rng))...) {
					for _, v := range got {
						if math.IsNaN(v) || math.IsInf(v, 0) {
							t.Fatalf("%s: a gradient is %v", d.name, v)
						}
					}
				}
			}
		})
	}
}

// differences is the gradient of input i by central differences of the naive recurrence.
func (rec recurrence) differences(in []array, i int) []float64 {
	const step = 1e-5
	gradient := make([]float64, len(in[i].values))
	for j, v := range in[i].values {
		in[i].values[j] = v + step
		up := rec.lossOf(in)
		in[i].values[j] = v - step
		gradient[j] = (up - rec.lossOf(in)) / (2 * step)
		in[i].values[j] = v
	}
	return gradient
}

// In a model inputs come from one another (Mamba-2's logA from its dt) and what is made of the outputs is curved: a
// gradient of our own must not count either twice.
func TestGradientsOfLoopsInsideAModelEqualThoseOfChunks(t *testing.T) {
	for _, rec := range recurrences {
		t.Run(rec.name, func(t *testing.T) {
			exec := executor(t, backendtest.Open(t, "xla:cpu"), func(in []*Node) []*Node {
				var gradients []*Node
				for _, form := range []Form{Native, Chunked, Loop} {
					chained := []*Node{in[0]}
					for _, x := range in[1:] {
						before := chained[len(chained)-1]
						chained = append(chained, Mul(x, Exp(MulScalar(ReduceAllMean(before), 0.1))))
					}
					y, last := rec.graph(chained, form)
					gradients = append(gradients, Gradient(Add(ReduceAllSum(Square(y)), ReduceAllSum(Square(last))), in...)...)
				}
				return gradients
			})
			rng := rand.New(rand.NewPCG(8, 9))
			got := run(t, exec, dtypes.Float64, rec.inputs(rng, 130, decays[0].draw(rng))...)
			for i, name := range rec.names {
				near(t, "gradient of "+name, got[len(rec.names)+i], got[i], exact64)
			}
		})
	}
}
