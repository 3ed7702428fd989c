//go:build cgo

package backend

import (
	"testing"
	"unsafe"

	"github.com/gomlx/go-xla/pkg/pjrt"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"
)

// addressOf returns the address of a tensor on the device.
func addressOf(t *testing.T, b *Backend, x *tensors.Tensor) unsafe.Pointer {
	t.Helper()
	buffer, err := x.Buffer(b, 0)
	if err != nil {
		t.Fatal(err)
	}
	address, err := buffer.(*pjrt.Buffer).UnsafePointer()
	if err != nil {
		t.Fatal(err)
	}
	return address
}

func TestADonatedCacheStaysWhereItIs(t *testing.T) {
	b, err := Open("xla:cpu")
	if err != nil {
		t.Skip(err)
	}
	defer b.Finalize()
	const slots, width = 4096, 64
	for _, donated := range []bool{true, false} {
		exec, err := NewExecutor(b, func(in []*Node) []*Node {
			cache, chunk, from := in[0], in[1], in[2]
			return []*Node{DynamicUpdateSlice(cache, chunk, []*Node{from, ScalarZero(cache.Graph(), from.DType())})}
		}, func(i int) bool { return donated && i == 0 })
		if err != nil {
			t.Fatal(err)
		}
		cache := tensors.FromFlatDataAndDimensions(make([]float32, slots*width), slots, width)
		chunk := tensors.FromFlatDataAndDimensions(make([]float32, 8*width), 8, width)
		var before unsafe.Pointer
		for step := range 4 {
			out, err := exec.Exec(cache, chunk, tensors.FromScalar(int32(8*step)))
			if err != nil {
				t.Fatal(err)
			}
			after := addressOf(t, b, out[0])
			if step > 0 && (after == before) != donated {
				t.Errorf("donated %v, step %d: the cache lies at %p, before at %p", donated, step, after, before)
			}
			cache, before = out[0], after
		}
	}
}
