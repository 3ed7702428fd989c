//go:build cgo

package backend

import (
	"fmt"

	"github.com/gomlx/go-xla/pkg/stablehlo"
	"github.com/gomlx/gomlx/backends"
	"github.com/gomlx/gomlx/backends/xla"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
)

// The private fields that are reached to add operations that GoMLX v0.26.0 does not know: the builder of a graph, the
// function that a builder writes to, and the value of a node.

// builderOf returns the builder of a graph under construction.
func builderOf(g *graph.Graph) *builder {
	b, ok := (*private[backends.Builder](g, "builder")).(*builder)
	if !ok {
		panic(fmt.Errorf("graph %q was not made by a backend that package backend opened", g.Name()))
	}
	return b
}

// functionOf returns the function that a builder writes to.
func functionOf(raw *xla.Builder) *stablehlo.Function {
	return *private[*stablehlo.Function](raw, "fn")
}

// builderInto returns a builder that writes to the body of a function of another builder's program.
func builderInto(raw *xla.Builder, fn *stablehlo.Function) *xla.Builder {
	owner := *private[*xla.Backend](raw, "backend")
	inner := owner.Builder("body").(*xla.Builder)
	*private[*stablehlo.Builder](inner, "builder") = *private[*stablehlo.Builder](raw, "builder")
	*private[*stablehlo.Function](inner, "fn") = fn
	return inner
}

// valueOf returns the value of an operation.
func valueOf(op backends.Op) *stablehlo.Value {
	return *private[*stablehlo.Value](op.(*xla.Node), "value")
}

// operation returns the operation that yields a value.
func operation(raw *xla.Builder, value *stablehlo.Value) backends.Op {
	node := new(xla.Node)
	*private[*stablehlo.Value](node, "value") = value
	*private[shapes.Shape](node, "shape") = xla.ShapeFromXLA(value.Shape())
	*private[*xla.Builder](node, "builder") = raw
	return node
}
