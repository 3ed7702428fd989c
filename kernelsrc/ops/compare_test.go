package ops

import (
	"math"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
	"longseq/kernelsrc/backend/backendtest"
	"longseq/kernelsrc/native"
)

// tensor converts an array to float64 or float32.
func tensor(a array, to dtypes.DType) *tensors.Tensor {
	if to == dtypes.Float64 {
		return tensors.FromFlatDataAndDimensions(append([]float64(nil), a.Values...), a.Dims...)
	}
	values := make([]float32, len(a.Values))
	for i, v := range a.Values {
		values[i] = float32(v)
	}
	return tensors.FromFlatDataAndDimensions(values, a.Dims...)
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

// openFor opens XLA on the CPU with the kernels of the given name, and skips the test where the form cannot run there.
func openFor(t testing.TB, form Form, kernels string) *backend.Backend {
	t.Helper()
	t.Setenv(native.Env, kernels)
	b := backendtest.Open(t, "xla:cpu")
	t.Cleanup(b.Finalize)
	if err := b.Loops(); form == Loop && err != nil {
		t.Skip(err)
	}
	if err := b.Native(); form == Native && err != nil {
		t.Skip(err)
	}
	return b
}

// mustBuild fails unless build, which adds one operation to the graph, adds it in the given form.
func mustBuild(t testing.TB, g *Graph, form Form, build func()) {
	t.Helper()
	if got := built(g, build); got != form {
		t.Errorf("the %s form was built, want %s", got, form)
	}
}

// built returns the form of the operation that build adds to the graph.
func built(g *Graph, build func()) Form {
	from := len(backend.Extensions(g))
	build()
	added := backend.Extensions(g)[from:]
	switch {
	case len(added) == 0:
		return Parallel
	case slices.Contains(added, "loop"):
		return Loop
	}
	return Native
}
