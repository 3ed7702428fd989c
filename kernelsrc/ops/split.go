package ops

import . "github.com/gomlx/gomlx/pkg/core/graph"

// LastAxis slices [from, to) of the last axis.
func LastAxis(x *Node, from, to int) *Node {
	return SliceAxis(x, x.Rank()-1, AxisRange(from, to))
}

// SplitLast cuts the last axis of x into parts of the given sizes.
func SplitLast(x *Node, sizes ...int) []*Node {
	parts := make([]*Node, len(sizes))
	from := 0
	for i, size := range sizes {
		parts[i] = LastAxis(x, from, from+size)
		from += size
	}
	return parts
}
