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

// builder is XLA's builder with a door for operations that GoMLX v0.26.0 does not know: of its operations
// DynamicUpdateSlice alone takes any number of inputs unchecked. A call with its first two inputs the same
// and not one index an axis, which has no meaning otherwise, is such an operation.
type builder struct {
	*xla.Builder
	owner *Backend
	// emit makes the operation that is being added, from its inputs.
	emit func(inputs []backends.Op) (backends.Op, error)
	// body is set for the builder of a loop's body.
	body *body
	// extensions names the operations that were added, in order.
	extensions []string
	// donated says which parameters' buffers the program may write its results to; nil for none.
	donated func(parameter int) bool
}

// body is the outside of the graph of a loop's body: what its parameters are, and what it returned.
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

// DynamicUpdateSlice is GoMLX's, or the door.
func (b *builder) DynamicUpdateSlice(operand, update backends.Op, starts []backends.Op) (backends.Op, error) {
	if b.emit == nil {
		return b.Builder.DynamicUpdateSlice(operand, update, starts)
	}
	emit := b.emit
	b.emit = nil
	return emit(append([]backends.Op{operand}, starts...))
}

// Parameter of a loop's body is what the loop gives it.
func (b *builder) Parameter(name string, shape shapes.Shape, spec *backends.ShardingSpec) (backends.Op, error) {
	if b.body == nil {
		return b.Builder.Parameter(name, shape, spec)
	}
	op := b.body.parameters[0]
	b.body.parameters = b.body.parameters[1:]
	return op, nil
}

// Compile of a loop's body only notes what it returns.
func (b *builder) Compile(outputs []backends.Op, specs []*backends.ShardingSpec) (backends.Executable, error) {
	if b.body == nil {
		b.markDonated()
		if b.owner.Found.Name == string(kindCUDA) {
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

// newStatement adds a statement of an operation that go-xla v0.1.4 has no function for. Fresh names of results come
// only from operations: outputs makes some, which are taken out again.
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
