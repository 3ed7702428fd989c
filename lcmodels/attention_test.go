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

// Heads one by one and blocks are for scores that no test of a whole model has as many of.

func TestAttentionHeadByHeadEqualsAllHeadsAtOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	const batch, time, slots, dim = 2, 5, 9, 4
	equalAttention(t, func(in []*Node) (parts, whole *Node) {
		g := in[0].Graph()
		queries := AddScalar(Iota(g, shapes.Make(dtypes.Int32, batch, time), 1), slots-time)
		see := visible(queries, AddScalar(Iota(g, shapes.Make(dtypes.Int32, batch, slots), 1), 1), 0)
		return attendHeads(in[0], in[1], in[2], see), attendAll(in[0], in[1], in[2], see)
	}, drawTensor(random, batch, 1, 3, time, dim), drawTensor(random, batch, 1, slots, dim), drawTensor(random, batch, 1, slots, dim))
}

// Two rows, of which the second has read and gets fewer tokens, attend to a KV cache and to a window.
func TestAttentionBlockByBlockEqualsAllKeysAtOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	const batch, heads, dim = 2, 6, 4
	for _, c := range []struct{ groups, time, slots, used, window int }{
		{groups: 6, time: 128, slots: 512, used: 0},
		{groups: 2, time: 130, slots: 512, used: 1},
		{groups: 1, time: 16, slots: 1024, used: 257},
		{groups: 3, time: 600, slots: 1200, used: 600},
		{groups: 6, time: 40, slots: 600, used: 0, window: 600},
		{groups: 1, time: 600, slots: 512, used: 300, window: 512},
		{groups: 1, time: 200, slots: 512, used: 512, window: 512},
		{groups: 2, time: 130, slots: 640, used: 640, window: 641},
	} {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			used := []int32{int32(c.used), int32(c.used / 3)}
			valid := []int32{int32(c.time), int32(c.time / 2)}
			positions, read, chunk := positionsOf(used, c.slots, c.window > 0), make([][]int32, batch), make([][]int32, batch)
			for b := range batch {
				read[b] = make([]int32, c.time)
				chunk[b] = make([]int32, c.time)
				for i := range c.time {
					read[b][i] = used[b] + int32(i)
					if i < int(valid[b]) {
						chunk[b][i] = read[b][i] + 1
					}
				}
			}
			written := positionsOf(used, c.slots, c.window > 0)
			for b := range batch { // a cache holds the chunk already
				if c.window == 0 {
					copy(written[b][c.used:], chunk[b])
				}
			}
			own := []int{batch, c.groups, c.time, dim}
			past := []int{batch, c.groups, c.slots, dim}
			equalAttention(t, func(in []*Node) (parts, whole *Node) {
				g, q := in[0].Graph(), in[0]
				a := blockAttention{Const(g, read), c.window}
				h := history{keys{in[1], in[2], Const(g, written)}, Const(g, int32(c.used)), c.window > 0}
				if !h.blockwise(c.time) {
					t.Error("is not attended to block by block")
				}
				now := keys{in[3], in[4], Const(g, chunk)}
				both := func(x, y *Node, axis int) *Node { return Concatenate([]*Node{x, y}, axis) }
				all := keys{both(h.k, now.k, 2), both(h.v, now.v, 2), both(Const(g, positions), now.positions, 1)}
				real := BroadcastToShape(ExpandAxes(GreaterThan(now.positions, ZerosLike(now.positions)), 2, 3), q.Shape())
				parts, whole = a.attend(q, h, now, .5), attend(nil, q, all, visible(a.queries, all.positions, a.window), .5)
				return Where(real, parts, ZerosLike(parts)), Where(real, whole, ZerosLike(whole))
			}, drawTensor(random, batch, c.time, heads, dim), drawTensor(random, past...), drawTensor(random, past...),
				drawTensor(random, own...), drawTensor(random, own...))
		})
	}
}

// positionsOf is 1 + the position of each of the slots of rows that have read used tokens: the first slots of a
// cache, the last of a window.
func positionsOf(used []int32, slots int, newestLast bool) [][]int32 {
	all := make([][]int32, len(used))
	for b, n := range used {
		all[b] = make([]int32, slots)
		for i := range n {
			if newestLast {
				all[b][slots-1-int(i)] = n - i
			} else {
				all[b][i] = i + 1
			}
		}
	}
	return all
}

// equalAttention runs a graph that computes the same in two ways.
func equalAttention(t *testing.T, graph func(in []*Node) (parts, whole *Node), in ...any) {
	t.Helper()
	e, err := NewExec(openLoops(t), func(in []*Node) []*Node {
		parts, whole := graph(in)
		return []*Node{parts, whole}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Finalize()
	out, err := e.Exec(in...)
	if err != nil {
		t.Fatal(err)
	}
	got, err := tensors.CopyFlatData[float32](out[0])
	if err != nil {
		t.Fatal(err)
	}
	want, err := tensors.CopyFlatData[float32](out[1])
	if err != nil {
		t.Fatal(err)
	}
	const rounding = 2e-6
	for i := range want {
		if d := math.Abs(float64(got[i] - want[i])); !(d <= rounding) {
			t.Fatalf("value %d: %g in parts, %g at once", i, got[i], want[i])
		}
	}
}
