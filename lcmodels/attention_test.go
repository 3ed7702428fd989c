package lcmodels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
	"github.com/gomlx/gomlx/pkg/core/tensors"
)

// Heads one by one are for scores that no test of a whole model has as many of.
func TestAttentionHeadByHeadEqualsAllHeadsAtOnce(t *testing.T) {
	b := openLoops(t)
	random := rand.New(rand.NewPCG(5, 6))
	draw := func(dims ...int) *tensors.Tensor { return drawTensor(random, dims...) }
	const batch, time, slots, dim = 2, 5, 9, 4
	for _, c := range []struct{ groups, share int }{{1, 3}, {2, 3}, {4, 1}} {
		t.Run(fmt.Sprintf("%d groups of %d", c.groups, c.share), func(t *testing.T) {
			e, err := NewExec(b, func(in []*Node) []*Node {
				g := in[0].Graph()
				queries := AddScalar(Iota(g, shapes.Make(dtypes.Int32, batch, time), 1), slots-time)
				see := visible(queries, AddScalar(Iota(g, shapes.Make(dtypes.Int32, batch, slots), 1), 1), 0)
				whole, parts := attendAll(in[0], in[1], in[2], see), attendGroups(in[0], in[1], in[2], see)
				if c.groups == 1 {
					parts = attendHeads(in[0], in[1], in[2], see)
				}
				return []*Node{whole, parts}
			})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Finalize()
			q := draw(batch, c.groups, c.share, time, dim)
			k, v := draw(batch, c.groups, slots, dim), draw(batch, c.groups, slots, dim)
			out, err := e.Exec(q, k, v)
			if err != nil {
				t.Fatal(err)
			}
			want, err := tensors.CopyFlatData[float32](out[0])
			if err != nil {
				t.Fatal(err)
			}
			got, err := tensors.CopyFlatData[float32](out[1])
			if err != nil {
				t.Fatal(err)
			}
			const rounding = 1e-6
			for i := range want {
				if d := math.Abs(float64(got[i] - want[i])); !(d <= rounding) {
					t.Fatalf("value %d: %g head by head, %g at once", i, got[i], want[i])
				}
			}
		})
	}
}
