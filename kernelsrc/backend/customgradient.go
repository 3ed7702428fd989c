package backend

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
)

// CustomGradient returns the outputs with a gradient of their own with respect to the inputs: gradient gets
// that of each output and returns that of each input. How the outputs were computed from the inputs does
// not matter; nothing is differentiated there. All nodes must have the same type.
//
// GoMLX v0.26.0 knows custom gradients only for an identity of one node. Here that node is all inputs in a
// row, with zeros for the outputs at the end; the zeros are added to the outputs, so their gradient arrives
// at the end of the row, and goes on to the inputs. XLA removes the row and the addition.
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

// cutRow cuts nodes shaped like the given ones out of a row, from a position on.
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
