package scan

import (
	"fmt"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/backend"
)

// Form is how a recurrence is computed. All forms give the same values, up to rounding.
type Form int

const (
	// Auto chooses by device and length.
	Auto Form = iota
	// Loop goes step by step, in a loop inside the graph. It needs a backend with loops.
	Loop
	// Chunked computes many steps at once, by matrix products or by a tree of pairs.
	Chunked
)

// String returns the form's name.
func (f Form) String() string {
	switch f {
	case Auto:
		return "auto"
	case Loop:
		return "loop"
	case Chunked:
		return "chunked"
	}
	return fmt.Sprintf("Form(%d)", int(f))
}

// loops says whether to go step by step in a graph.
func (f Form) loops(g *Graph) bool {
	if f == Auto {
		return backend.LoopsPay(g)
	}
	if b, ok := g.Backend().(*backend.Backend); f == Loop && (!ok || !b.HasLoops()) {
		panic(fmt.Errorf("the loop form was asked for, and the backend %s has no loops", g.Backend().Name()))
	}
	return f == Loop
}

// computeType is the type that a recurrence over inputs of the given type is computed in.
func computeType(input dtypes.DType) dtypes.DType {
	if input == dtypes.Float64 {
		return input
	}
	return dtypes.Float32
}

// convertAll converts every node to the type.
func convertAll(to dtypes.DType, nodes ...*Node) []*Node {
	converted := make([]*Node, len(nodes))
	for i, node := range nodes {
		converted[i] = ConvertDType(node, to)
	}
	return converted
}
