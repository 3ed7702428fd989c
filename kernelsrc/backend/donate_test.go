package backend

import (
	"slices"
	"testing"

	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"
)

func TestDonatedInputsAreUpdatedAndOthersStay(t *testing.T) {
	for _, choice := range []string{"", "go"} {
		b, err := Open(choice)
		if err != nil {
			t.Fatal(err)
		}
		add, err := NewExecutor(b, func(in []*Node) []*Node { return []*Node{Add(in[0], in[1])} }, func(i int) bool { return i == 0 })
		if err != nil {
			t.Fatal(err)
		}
		values := []float32{1, 2, 3}
		sum, step := tensors.FromFlatDataAndDimensions(slices.Clone(values), 3), tensors.FromFlatDataAndDimensions([]float32{1, 1, 1}, 3)
		for range 5 {
			out, err := add.Exec(sum, step)
			if err != nil {
				t.Fatalf("%s: %v", b.Found.Name, err)
			}
			sum = out[0]
		}
		if got := tensors.MustCopyFlatData[float32](sum); !slices.Equal(got, []float32{6, 7, 8}) {
			t.Errorf("%s: five additions gave %v", b.Found.Name, got)
		}
		if got := tensors.MustCopyFlatData[float32](step); !slices.Equal(got, []float32{1, 1, 1}) {
			t.Errorf("%s: an input that was not donated became %v", b.Found.Name, got)
		}
	}
}
