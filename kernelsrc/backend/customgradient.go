package backend

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
)

// CustomGradient returns the outputs with a custom gradient with respect to the inputs: gradient gets that of each output
// and returns that of each input, or nil for none. The operations between inputs and outputs are not differentiated.
//
// GoMLX v0.26.0 has custom gradients only for an identity of one node. Here the identity of the first output is made to
// look as if it were computed from all inputs, and those of the others as if they were computed from the first, to which
// they hand the gradient that arrives at them.
func CustomGradient(inputs, outputs []*Node, gradient func(v []*Node) []*Node) []*Node {
	results := make([]*Node, len(outputs))
	for i, output := range outputs {
		results[i] = Identity(output)
	}
	arrived := make([]*Node, len(outputs))
	for i, result := range results[1:] {
		computedFrom(result, results[:1], func(v *Node) []*Node {
			arrived[i+1] = v
			return []*Node{ZerosLike(results[0])} // so that the gradient of the first is asked for
		})
	}
	computedFrom(results[0], inputs, func(v *Node) []*Node {
		all := append([]*Node{v}, arrived[1:]...)
		clear(arrived)
		for i, one := range all {
			if one == nil { // the loss does not depend on it
				all[i] = ZerosLike(results[i])
			}
		}
		return gradient(all)
	})
	return results
}

// computedFrom makes differentiation believe that the node was computed from the inputs and has the given gradient.
func computedFrom(node *Node, inputs []*Node, gradient func(v *Node) []*Node) {
	*private[[]*Node](node, "inputNodes") = inputs
	*private[VJP](node, "customVJP") = func(_ *Node, v []*Node, _ shapes.Shape) []*Node { return gradient(v[0]) }
}
