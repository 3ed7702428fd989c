package backend

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
)

// CustomGradient returns the outputs with a custom gradient with respect to the inputs: gradient gets that of each
// output and returns that of each input. The operations between inputs and outputs are not differentiated. All nodes
// must have the same type.
//
// GoMLX v0.26.0 has custom gradients only for an identity of one node. Here that node holds all inputs, flattened and
// concatenated, with zeros in the shape of the outputs behind them. The zeros are added to the outputs, so that the
// outputs' gradient arrives at the end of the node, from where it is passed on to the inputs. XLA removes the
// concatenation and the addition.
func CustomGradient(inputs, outputs []*Node, gradient func(v []*Node) []*Node) []*Node {
	g, dtype := inputs[0].Graph(), inputs[0].DType()
	zeros := Zeros(g, shapes.Make(dtype, totalSize(outputs)))
	row := IdentityWithCustomGradient(Concatenate(append(flatten(inputs), zeros), 0), func(_, v *Node) *Node {
		ofOutputs := cutRow(v, totalSize(inputs), outputs)
		return Concatenate(append(flatten(gradient(ofOutputs)), zeros), 0)
	})
	results := cutRow(row, totalSize(inputs), outputs)
	for i, output := range outputs {
		results[i] = Add(StopGradient(output), results[i])
	}
	return results
}

// flatten reshapes every node to one axis.
func flatten(nodes []*Node) []*Node {
	flat := make([]*Node, len(nodes))
	for i, node := range nodes {
		flat[i] = Reshape(node, node.Shape().Size())
	}
	return flat
}

// cutRow cuts nodes shaped like the given ones out of a flat node, from a position on.
func cutRow(row *Node, from int, like []*Node) []*Node {
	nodes := make([]*Node, len(like))
	for i, node := range like {
		to := from + node.Shape().Size()
		nodes[i] = Reshape(Slice(row, AxisRange(from, to)), node.Shape().Dimensions...)
		from = to
	}
	return nodes
}

// totalSize is the number of elements of all nodes together.
func totalSize(nodes []*Node) int {
	size := 0
	for _, node := range nodes {
		size += node.Shape().Size()
	}
	return size
}
