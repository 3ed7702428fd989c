package ops

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/ops/naive"
)

// array is a tensor in float64.
type array = naive.Array

// recurrence is one of the package's functions with its naive loop.
type recurrence struct {
	naive.Recurrence
	graph func(in []*Node, form Form) (y, last *Node)
	// forms are those that it has; Native in float32 alone.
	forms []Form
}

var recurrences = []recurrence{
	{
		Recurrence: naive.Recurrences[0],
		forms:      []Form{Native, Loop, Parallel},
		graph: func(in []*Node, form Form) (y, last *Node) {
			return Linear(LinearInputs{A: in[0], B: in[1], Start: in[2]}, form)
		},
	},
	{
		Recurrence: naive.Recurrences[1],
		forms:      []Form{Native, Loop, Parallel},
		graph:      func(in []*Node, form Form) (y, last *Node) { return SSD(ssdInputs(in), form) },
	},
	{
		Recurrence: naive.Recurrences[2],
		forms:      []Form{Native, Loop, Parallel},
		graph:      func(in []*Node, form Form) (y, last *Node) { return WKV6(wkv6Inputs(in), form) },
	},
}
