//go:build cgo

package backend

import (
	"fmt"

	"github.com/gomlx/go-xla/pkg/stablehlo"
	"github.com/gomlx/gomlx/backends"
	"github.com/gomlx/gomlx/backends/xla"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
)

// builder is XLA's builder, which can also add operations that GoMLX v0.26.0 does not know. A node of such an operation
// poses as a DynamicUpdateSlice, the one operation that takes any number of inputs unchecked: its first two inputs are
// the same, and it has not one index for each axis, which no true DynamicUpdateSlice has.
type builder struct {
	*xla.Builder
	owner *Backend
	// emit makes the unknown operation that is being added, from its inputs; nil where none is.
	emit func(inputs []backends.Op) (backends.Op, error)
	// body is set in the builder of a loop's body.
	body *body
	// extensions names the unknown operations that were added, in order.
	extensions []string
	// donated says which parameters' buffers the program may write its results to; nil for none.
	donated func(parameter int) bool
}

// body is the body of a loop, whose graph is built on its own: what the loop gives it, and what it returned.
type body struct {
	parameters, results []backends.Op
}

// Builder returns a builder of a new graph.
func (b *Backend) Builder(name string) backends.Builder {
	if b.inner != nil {
		return b.inner
	}
	made := b.Backend.Builder(name)
	if raw, isXLA := made.(*xla.Builder); isXLA {
		return &builder{Builder: raw, owner: b}
	}
	return made
}

// DynamicUpdateSlice is GoMLX's, or adds the operation of emit.
func (b *builder) DynamicUpdateSlice(operand, update backends.Op, starts []backends.Op) (backends.Op, error) {
	if b.emit == nil {
		return b.Builder.DynamicUpdateSlice(operand, update, starts)
	}
	emit := b.emit
	b.emit = nil
	return emit(append([]backends.Op{operand}, starts...))
}

// Parameter is GoMLX's, or the next value that a loop gives its body.
func (b *builder) Parameter(name string, shape shapes.Shape, spec *backends.ShardingSpec) (backends.Op, error) {
	if b.body == nil {
		return b.Builder.Parameter(name, shape, spec)
	}
	op := b.body.parameters[0]
	b.body.parameters = b.body.parameters[1:]
	return op, nil
}

// Compile is GoMLX's, or notes what a loop's body returns.
func (b *builder) Compile(outputs []backends.Op, specs []*backends.ShardingSpec) (backends.Executable, error) {
	if b.body == nil {
		b.markDonated()
		if b.owner.Found.Name != string(kindCPU) {
			keepPrecision(functionOf(b.Builder))
		}
		return b.Builder.Compile(outputs, specs)
	}
	b.body.results = outputs
	return nil, nil
}

// Extensions names the operations of a graph that GoMLX does not have, in the order in which they were added: "loop",
// or the name of a native kernel. Operations inside a loop are not among them.
func Extensions(g *Graph) []string {
	b, ok := (*private[backends.Builder](g, "builder")).(*builder)
	if !ok { // of another backend, or without any operation yet
		return nil
	}
	return b.extensions
}

// addOperations adds a node for each operation that emit makes, at least one, from the operations of the inputs. name
// is theirs in Extensions. Panics of emit that are errors become those of the graph.
func addOperations(name string, inputs []*Node, emit func(inputs []backends.Op) []backends.Op) []*Node {
	b := builderOf(inputs[0].Graph())
	b.extensions = append(b.extensions, name)
	var made []backends.Op
	first := addOperation(inputs, func(ops []backends.Op) (op backends.Op, err error) {
		defer func() {
			if failure, isError := recover().(error); isError {
				err = fmt.Errorf("add an operation to the graph: %w", failure)
			}
		}()
		made = emit(ops)
		return made[0], nil
	})
	nodes := []*Node{first}
	for _, op := range made[1:] {
		nodes = append(nodes, addOperation([]*Node{first}, func([]backends.Op) (backends.Op, error) { return op, nil }))
	}
	return nodes
}

// addOperation adds a node for an operation that emit makes from the operations of the inputs.
func addOperation(inputs []*Node, emit func(inputs []backends.Op) (backends.Op, error)) *Node {
	builderOf(inputs[0].Graph()).emit = emit
	return DynamicUpdateSlice(inputs[0], inputs[0], inputs[1:])
}

// newStatement adds a statement of an operation that go-xla v0.1.4 has no function for. Names of results come only from
// operations: outputs makes some of the right shapes, which are removed from the function again.
func newStatement(fn *stablehlo.Function, operation string, inputs []*stablehlo.Value, outputs func() []*stablehlo.Value) *stablehlo.Statement {
	before := len(fn.Statements)
	statement := &stablehlo.Statement{Builder: fn.Builder, Function: fn, Inputs: inputs, Outputs: outputs()}
	for statement.OpType.String() != operation {
		statement.OpType++
	}
	fn.Statements = append(fn.Statements[:before], statement)
	return statement
}

func init() {
	usual := VJPRegistration[NodeTypeDynamicUpdateSlice]
	VJPRegistration[NodeTypeDynamicUpdateSlice] = func(node *Node, v []*Node, shape shapes.Shape) []*Node {
		inputs := node.Inputs()
		if inputs[0] == inputs[1] && len(inputs)-2 != inputs[0].Rank() {
			panic(fmt.Errorf("a loop or a native kernel has no gradient: give it one with backend.CustomGradient"))
		}
		return usual(node, v, shape)
	}
}
