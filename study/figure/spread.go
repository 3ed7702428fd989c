package figure

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot/vg"
)

// spread returns the positions moved as little as possible (in least squares) such that neighbours are at least
// gap apart and, if there is room, all are from low to high. Their order does not change; equal positions stay
// in the order given.
//
// With z_i = y_i - i*gap the condition is z_i <= z_i+1. This is isotonic regression, which the pool adjacent
// violators algorithm solves (Barlow et al. 1972).
func spread(wanted []vg.Length, gap, low, high vg.Length) []vg.Length {
	n := len(wanted)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(wanted[a], wanted[b]) })

	type block struct {
		sum   vg.Length
		count int
	}
	mean := func(b block) vg.Length { return b.sum / vg.Length(b.count) }
	var blocks []block
	for rank, i := range order {
		blocks = append(blocks, block{wanted[i] - vg.Length(rank)*gap, 1})
		for len(blocks) > 1 && mean(blocks[len(blocks)-2]) > mean(blocks[len(blocks)-1]) {
			last := blocks[len(blocks)-1]
			blocks = blocks[:len(blocks)-1]
			blocks[len(blocks)-1].sum += last.sum
			blocks[len(blocks)-1].count += last.count
		}
	}

	top := high - vg.Length(n-1)*gap // the largest z with the last one not above high
	if top < low {                   // they do not fit: centre them
		low = (low + top) / 2
		top = low
	}
	out := make([]vg.Length, n)
	rank := 0
	for _, b := range blocks {
		z := min(max(mean(b), low), top)
		for range b.count {
			out[order[rank]] = z + vg.Length(rank)*gap
			rank++
		}
	}
	return out
}
