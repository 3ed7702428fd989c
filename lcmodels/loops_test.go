package lcmodels

import (
	"math/rand/v2"
	"testing"

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
