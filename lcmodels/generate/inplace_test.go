//go:build cgo

package generate

import (
	"testing"
	"unsafe"

	"github.com/gomlx/go-xla/pkg/pjrt"

	"longseq/lcmodels"
)

// addresses returns the addresses of a state's tensors on the device.
func (r *Reader) addresses(t *testing.T, s *lcmodels.State) []unsafe.Pointer {
	t.Helper()
	all := make([]unsafe.Pointer, len(s.Tensors))
	for i, x := range s.Tensors {
		buffer, err := x.Buffer(r.b, 0)
		if err != nil {
			t.Fatal(err)
		}
		onDevice, ok := buffer.(*pjrt.Buffer)
		if !ok {
			t.Skip("only XLA's buffers have addresses")
		}
		if all[i], err = onDevice.UnsafePointer(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func TestAStateIsUpdatedWhereItLies(t *testing.T) {
	for _, name := range six {
		t.Run(name, func(t *testing.T) {
			r, _ := fixtureReader(t, name, 16)
			s := r.Start(1)
			var before []unsafe.Pointer
			for step := range 4 {
				var err error
				if _, s, err = r.Append(t.Context(), [][]int32{{int32(5 + step)}}, []int32{0}, s); err != nil {
					t.Fatal(err)
				}
				after := r.addresses(t, s)
				for i := range before {
					if after[i] != before[i] {
						t.Errorf("step %d: state %s lies at %p, before at %p", step, s.Specs[i].Name, after[i], before[i])
					}
				}
				before = after
			}
		})
	}
}
