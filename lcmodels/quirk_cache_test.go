package lcmodels

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
	"longseq/kernelsrc/backend/backendtest"
)

// cache2024 follows RecurrentGemmaSdpaAttention of transformers 4.45, slot by slot: _update_cache and
// _update_causal_mask. A slot holds a position, or empty (zeros).
type cache2024 struct {
	slots []int
}

const empty = -1

// sees returns what each query of a chunk sees: positions, and empty for a key of zeros.
func (c *cache2024) sees(first, count int) [][]int {
	window := len(c.slots)
	var seen [][]int
	if count > window {
		c.slots = nil
		for p := count - window; p < count; p++ {
			c.slots = append(c.slots, first+p)
		}
	} else {
		last := min(first+count-1, window-1)
		if last >= window-1 {
			c.slots = append(c.slots[1:], c.slots[0])
		}
		for p := first; p < first+count; p++ {
			c.slots[min(p, window-1)] = p
		}
	}
	for p := first; p < first+count; p++ {
		seen = append(seen, slices.Clone(c.slots[:min(p+1, window)])) // slots above the position are masked
	}
	return seen
}

func TestThe2024CacheIsFollowedSlotBySlot(t *testing.T) {
	const window, length = 5, 17
	b := backendtest.Open(t, "go")
	defer b.Finalize()
	for prompt := 1; prompt <= 12; prompt++ {
		cache := &cache2024{slots: slices.Repeat([]int{empty}, window)}
		want := cache.sees(0, prompt)
		for p := prompt; p < length; p++ {
			want = append(want, cache.sees(p, 1)...)
		}
		got := seen2024(t, b, prompt, length, window)
		for p := range want {
			slices.Sort(want[p])
			if !slices.Equal(got[p], want[p]) {
				t.Errorf("window %d, prompt %d: query %d sees %v, want %v", window, prompt, p, got[p], want[p])
			}
		}
	}
}

// seen2024 returns what each query sees by mask2024: the prompt at once, the rest as one chunk behind it.
func seen2024(t *testing.T, b *backend.Backend, prompt, length, window int) [][]int {
	t.Helper()
	e, err := NewExec(b, func(n *Node) []*Node {
		g := n.Graph()
		positions := func(from, to int) *Node {
			return AddScalar(Iota(g, shapes.Make(dtypes.Int32, 1, to-from), 1), from)
		}
		first := mask2024(positions(0, prompt), AddScalar(positions(0, prompt), 1), n, Const(g, [][][]bool{{{true}}}), window)
		rest := mask2024(positions(prompt, length), AddScalar(positions(0, length), 1), n, Const(g, [][][]bool{{{false}}}), window)
		return []*Node{first, rest}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Finalize()
	out, err := e.Exec([]int32{int32(prompt)})
	if err != nil {
		t.Fatal(err)
	}
	var seen [][]int
	for _, mask := range out {
		flat, err := tensors.CopyFlatData[bool](mask)
		if err != nil {
			t.Fatal(err)
		}
		keys := mask.Shape().Dim(2) - 1
		for row := range slices.Chunk(flat, keys+1) {
			var positions []int
			if row[keys] {
				positions = append(positions, empty)
			}
			for k, see := range row[:keys] {
				if see {
					positions = append(positions, k)
				}
			}
			seen = append(seen, positions)
		}
	}
	if len(seen) != length {
		t.Fatal(fmt.Sprint("saw ", len(seen), " queries"))
	}
	return seen
}
