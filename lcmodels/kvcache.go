package lcmodels

import (
	"github.com/gomlx/gomlx/backends"
	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
)

// cacheSpecs are the KV cache of one layer: rotated keys and values, float32 [B, G, S, P]. A head's keys stand
// together, as its matrix product wants them: a cache that is turned round for each token read costs ten times as much.
func cacheSpecs(layer string, groups, dim int) []StateSpec {
	return []StateSpec{
		{Name: layer + ".k", Dims: []int{groups, 0, dim}, Slots: true},
		{Name: layer + ".v", Dims: []int{groups, 0, dim}, Slots: true},
	}
}

// windowSpecs are the rotated keys and values that local attention still sees, float32 [B, W, G, P].
func windowSpecs(layer string, window, groups, dim int) []StateSpec {
	return []StateSpec{
		{Name: layer + ".k", Dims: []int{window, groups, dim}},
		{Name: layer + ".v", Dims: []int{window, groups, dim}},
	}
}

// enterSlots notes which positions the chunk's tokens have in the KV cache; it is called once, before
// the first block.
func enterSlots(in Input, s *Carry) {
	if s == nil {
		return
	}
	positions := in.keepPositions(AddScalar(s.positions(in), 1))
	s.nodes[slotPosition] = write(s.nodes[slotPosition], positions, s.nodes[slotsUsed], 1)
}

// write puts a chunk into a cache from the given slot on, an int32 scalar: in place under XLA. The two differ in
// the length of the axis of slots. The pure-Go backend cannot do that and copies the cache.
func write(cache, chunk, from *Node, axis int) *Node {
	g := cache.Graph()
	if g.Backend().Capabilities().Operations[backends.OpTypeDynamicUpdateSlice] {
		starts := make([]*Node, cache.Rank())
		for i := range starts {
			starts[i] = Scalar(g, dtypes.Int32, 0)
		}
		starts[axis] = from
		return DynamicUpdateSlice(cache, chunk, starts)
	}
	slots, time := cache.Shape().Dim(axis), chunk.Shape().Dim(axis)
	at := Sub(Iota(g, shapes.Make(dtypes.Int32, slots), 0), from) // of the chunk, for each slot
	within := MinScalar(MaxScalar(at, 0), time-1)
	order := []int{0, 1, 2, 3}[:cache.Rank()]
	order[0], order[axis] = axis, 0 // slots in front, and back again
	spread := TransposeAllAxes(Gather(TransposeAllAxes(chunk, order...), ExpandAxes(within, -1)), order...)
	dims := make([]int, cache.Rank())
	for i := range dims {
		dims[i] = 1
	}
	dims[axis] = slots
	return Where(BroadcastToDims(Reshape(Equal(at, within), dims...), cache.Shape().Dimensions...), spread, cache)
}
