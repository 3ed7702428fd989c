package backend

import (
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
)

// GoMLX v0.26.0 has no gradients for these operations. Where a later version has one, that one is used.
func init() {
	register(NodeTypeRsqrt, func(_, y, v *Node) *Node { // -x^(-3/2) / 2
		return MulScalar(Mul(v, Mul(y, Mul(y, y))), -0.5)
	})
	register(NodeTypeExpm1, func(_, y, v *Node) *Node { return Mul(v, AddScalar(y, 1)) })
	for _, flat := range []NodeType{NodeTypeSign, NodeTypeFloor, NodeTypeCeil, NodeTypeRound} {
		register(flat, func(_, _, v *Node) *Node { return ZerosLike(v) })
	}
}

// register sets the gradient of an operation of one input x and one output y, given the gradient v of y.
func register(operation NodeType, gradient func(x, y, v *Node) *Node) {
	if _, exists := VJPRegistration[operation]; exists {
		return
	}
	VJPRegistration[operation] = func(node *Node, v []*Node, _ shapes.Shape) []*Node {
		return []*Node{gradient(node.Inputs()[0], node, v[0])}
	}
}
