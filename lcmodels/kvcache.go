package lcmodels

import (
	"github.com/gomlx/gomlx/backends"
	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
)

// CacheState is the KV cache of a layer of attention: keys and values [B, G, S, P]. The keys of a head are contiguous,
// as its matrix product needs them: to transpose a cache for each token would take ten times as long.
func CacheState(groups, dim int) []StateSpec {
	return []StateSpec{
		{Name: "k", Dims: []int{groups, 0, dim}, Slots: true},
		{Name: "v", Dims: []int{groups, 0, dim}, Slots: true},
	}
}

// WindowState is what a layer of local attention carries: the keys and values [B, W, G, P] of the last tokens. All
// layers of a model must have the same window.
func WindowState(window, groups, dim int) []StateSpec {
	return []StateSpec{
		{Name: "k", Dims: []int{window, groups, dim}, window: window},
		{Name: "v", Dims: []int{window, groups, dim}, window: window},
	}
}

// write puts a chunk into a cache, from the slot on that the int32 scalar from says. The two differ in the length of
// the given axis, that of the slots. XLA writes in place; the pure-Go backend copies the cache.
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
