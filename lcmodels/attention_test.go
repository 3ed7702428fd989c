package lcmodels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"longseq/kernelsrc/native"
)

// Heads one by one are for scores that no test of a whole model has as many of.
func TestAttentionHeadByHeadEqualsAllHeadsAtOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	const batch, time, slots, dim = 2, 5, 9, 4
	equalValues(t, 2e-6, func(in []*Node) (parts, whole *Node) {
		g := in[0].Graph()
		queries := AddScalar(Iota(g, shapes.Make(dtypes.Int32, batch, time), 1), slots-time)
		see := visible(queries, AddScalar(Iota(g, shapes.Make(dtypes.Int32, batch, slots), 1), 1), 0)
		return attendHeads(in[0], in[1], in[2], see), attendAll(in[0], in[1], in[2], see)
	}, drawTensor(random, batch, 1, 3, time, dim), drawTensor(random, batch, 1, slots, dim), drawTensor(random, batch, 1, slots, dim))
}

// Two rows, of which the second has read and gets fewer tokens, attend to a cache with slots to spare and to a window
// whose oldest keys nobody sees.
func TestAttentionByTheKernelEqualsThatOfTheGraph(t *testing.T) {
	for _, kernels := range []string{"", "avx2"} {
		t.Run("kernels "+kernels, func(t *testing.T) {
			t.Setenv(native.Env, kernels)
			equalKernel(t)
		})
	}
}

func equalKernel(t *testing.T) {
	b := openLoops(t)
	if err := b.Native(); err != nil {
		t.Skip(err)
	}
	random := rand.New(rand.NewPCG(7, 8))
	const batch, heads = 2, 6
	for _, c := range []struct{ groups, dim, time, slots, used, window int }{
		{groups: 6, dim: 64, time: 128, slots: 512, used: 0},
		{groups: 2, dim: 32, time: 130, slots: 512, used: 1},
		{groups: 1, dim: 4, time: 2, slots: 1024, used: 257},
		{groups: 3, dim: 7, time: 600, slots: 1200, used: 600},
		{groups: 6, dim: 16, time: 63, slots: 600, used: 0, window: 600},
		{groups: 1, dim: 128, time: 65, slots: 512, used: 300, window: 100},
		{groups: 1, dim: 33, time: 200, slots: 712, used: 512, window: 512},
		{groups: 2, dim: 48, time: 17, slots: 40, used: 23, window: 3},
	} {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			var queries, positions [batch][]int32
			for b := range batch {
				used, valid := c.used/(2*b+1), c.time/(b+1)
				for i := range c.time {
					queries[b] = append(queries[b], int32(used+i))
				}
				positions[b] = make([]int32, c.slots)
				for i := range used {
					positions[b][i] = int32(i + 1)
				}
				for i := range valid { // behind what the longest row has read
					positions[b][c.used+i] = int32(used + i + 1)
				}
			}
			past := []int{batch, c.groups, c.slots, c.dim}
			equalValues(t, 2e-6, func(in []*Node) (kernel, graph *Node) {
				g, q := in[0].Graph(), in[0]
				to := keys{in[1], in[2], Const(g, positions[:])}
				at := Const(g, queries[:])
				real := Input{Tokens: at, Valid: Const(g, []int32{int32(c.time), int32(c.time / batch)})}
				scale := 1 / math.Sqrt(float64(c.dim))
				return real.keep(attend(&Carry{}, q, to, at, c.window, scale), 0), real.keep(attend(nil, q, to, at, c.window, scale), 0)
			}, drawTensor(random, batch, c.time, heads, c.dim), drawTensor(random, past...), drawTensor(random, past...))
		})
	}
}
