package lcmodels

import (
	"math"
	"math/rand/v2"
	"testing"

	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
	"longseq/kernelsrc/backend/backendtest"
)

// openLoops opens a backend that has loops, for tests of what goes one by one in them.
func openLoops(t *testing.T) *backend.Backend {
	t.Helper()
	b := backendtest.Open(t, "")
	t.Cleanup(b.Finalize)
	if err := b.Loops(); err != nil {
		t.Skip(err)
	}
	return b
}

// drawTensor draws normal values.
func drawTensor(random *rand.Rand, dims ...int) *tensors.Tensor {
	n := 1
	for _, d := range dims {
		n *= d
	}
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(random.NormFloat64())
	}
	return tensors.FromFlatDataAndDimensions(values, dims...)
}

// equalValues runs a graph that computes the same in two ways, which may differ by rounding: absolutely for values up to
// 1, relatively above.
func equalValues(t *testing.T, rounding float64, graph func(in []*Node) (got, want *Node), in ...any) {
	t.Helper()
	e, err := NewExec(openLoops(t), func(in []*Node) []*Node {
		got, want := graph(in)
		return []*Node{got, want}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Finalize()
	out, err := e.Exec(in...)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := out[0].Shape(), out[1].Shape(); !got.Equal(want) {
		t.Fatalf("the result is %s, want %s", got, want)
	}
	got, want := tensors.MustCopyFlatData[float32](out[0]), tensors.MustCopyFlatData[float32](out[1])
	for i := range want {
		if d := math.Abs(float64(got[i] - want[i])); !(d <= rounding*max(1, math.Abs(float64(want[i])))) {
			t.Fatalf("value %d: %g, want %g", i, got[i], want[i])
		}
	}
}
