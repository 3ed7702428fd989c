//go:build cgo

package backend

import (
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/gomlx/go-xla/pkg/stablehlo"
	"github.com/gomlx/go-xla/pkg/types"
	xlashapes "github.com/gomlx/go-xla/pkg/types/shapes"
	"github.com/gomlx/gomlx/backends"
	"github.com/gomlx/gomlx/backends/xla"
	. "github.com/gomlx/gomlx/pkg/core/graph"
)

// runLoop adds a stablehlo.while to the graph. GoMLX v0.26.0 and go-xla v0.1.4 have none.
func runLoop(l Loop, step Step) (last, outputs []*Node) {
	inputs := slices.Concat(l.Carry, l.Inputs)
	outer := builderOf(inputs[0].Graph())
	w := while{outer: outer, loop: l, step: step, length: l.Inputs[0].Shape().Dim(l.Axis)}
	nodes := addOperations("loop", inputs, w.emit)
	return nodes[:len(l.Carry)], nodes[len(l.Carry):]
}

// while writes a loop into a program. Its state is the number of steps done, the carried values, the inputs, which do not
// change, and the outputs, of which every step writes a slice.
type while struct {
	outer  *builder
	loop   Loop
	step   Step
	length int
}

// emit writes the loop and returns the values carried in the end and the outputs. It panics on errors.
func (w while) emit(ops []backends.Op) []backends.Op {
	fn := functionOf(w.outer.Builder)
	state := []*stablehlo.Value{must(fn.ConstantFromScalar(int32(0)))}
	for _, op := range ops {
		state = append(state, valueOf(op))
	}
	body, outputs := w.body(fn, state)
	for _, shape := range outputs {
		zero := must(stablehlo.Convert(state[0], shape.DType))
		state = append(state, must(stablehlo.BroadcastInDim(zero, shape, nil)))
	}
	results := addWhile(fn, state, w.condition(fn, state), body)

	var wanted []backends.Op
	for _, value := range slices.Concat(results[1:1+len(w.loop.Carry)], results[1+len(ops):]) {
		wanted = append(wanted, operation(w.outer.Builder, value))
	}
	return wanted
}

// condition is the function that reports whether there is another step.
func (w while) condition(fn *stablehlo.Function, state []*stablehlo.Value) *stablehlo.Function {
	condition := fn.Closure()
	arguments := argumentsLike(condition, state)
	length := must(condition.ConstantFromScalar(int32(w.length)))
	check(condition.Return(must(stablehlo.Compare(arguments[0], length, types.CompareLT, types.CompareSigned))))
	return condition
}

// body is the function of one step, and the shapes of the outputs of all steps together.
func (w while) body(fn *stablehlo.Function, state []*stablehlo.Value) (*stablehlo.Function, []xlashapes.Shape) {
	function := fn.Closure()
	arguments := argumentsLike(function, state)
	carry, inputs := arguments[1:1+len(w.loop.Carry)], arguments[1+len(w.loop.Carry):]
	count := arguments[0]
	position := count
	if w.loop.Reverse {
		position = must(stablehlo.Subtract(must(function.ConstantFromScalar(int32(w.length-1))), count))
	}
	zero := must(function.ConstantFromScalar(int32(0)))
	starts := func(rank int) []*stablehlo.Value {
		at := slices.Repeat([]*stablehlo.Value{zero}, rank)
		at[w.loop.Axis] = position
		return at
	}

	// The step is a graph of its own, whose builder writes into the function.
	raw := builderInto(w.outer.Builder, function)
	inner := &builder{Builder: raw, body: &body{}}
	for _, value := range carry {
		inner.body.parameters = append(inner.body.parameters, operation(raw, value))
	}
	for _, value := range inputs {
		part := value.Shape().Clone()
		part.Dimensions[w.loop.Axis] = 1
		slice := must(stablehlo.DynamicSlice(value, starts(part.Rank()), part.Dimensions))
		part.Dimensions = slices.Delete(part.Dimensions, w.loop.Axis, w.loop.Axis+1)
		inner.body.parameters = append(inner.body.parameters, operation(raw, must(stablehlo.Reshape(slice, part))))
	}
	next, parts := w.runStep(inner)

	one := must(function.ConstantFromScalar(int32(1)))
	returned := []*stablehlo.Value{must(stablehlo.Add(count, one))}
	returned = append(append(returned, next...), inputs...)
	var shapes []xlashapes.Shape
	for _, part := range parts {
		row := part.Shape().Clone()
		row.Dimensions = slices.Insert(row.Dimensions, w.loop.Axis, 1)
		whole := row.Clone()
		whole.Dimensions[w.loop.Axis] = w.length
		shapes = append(shapes, whole)
		output := argument(function, whole)
		part = must(stablehlo.Reshape(part, row))
		returned = append(returned, must(stablehlo.DynamicUpdateSlice(output, part, starts(row.Rank()))))
	}
	check(function.Return(returned...))
	return function, shapes
}

// runStep builds the graph of one step and returns the values for the next step, and the outputs.
func (w while) runStep(inner *builder) (next, outputs []*stablehlo.Value) {
	owner := &Backend{Backend: w.outer.owner.Backend, loops: w.outer.owner.loops, native: w.outer.owner.native, inner: inner}
	inner.owner = owner
	g := NewGraph(owner, "step")
	var nodes []*Node
	for i, op := range inner.body.parameters {
		shape := xla.ShapeFromXLA(valueOf(op).Shape())
		nodes = append(nodes, Parameter(g, fmt.Sprintf("p%d", i), shape))
	}
	carried := len(w.loop.Carry)
	nextNodes, outputNodes := w.step(nodes[:carried], nodes[carried:])
	if len(nextNodes) != carried {
		panic(fmt.Errorf("a step of a loop returns %d carried values, must be %d", len(nextNodes), carried))
	}
	for i, node := range nextNodes {
		if !node.Shape().Equal(nodes[i].Shape()) {
			panic(fmt.Errorf("a step of a loop returns carried value %d as %s, must be %s", i, node.Shape(), nodes[i].Shape()))
		}
	}
	g.Compile(slices.Concat(nextNodes, outputNodes)...)
	for i, op := range inner.body.results {
		if i < carried {
			next = append(next, valueOf(op))
		} else {
			outputs = append(outputs, valueOf(op))
		}
	}
	return next, outputs
}

// addWhile adds the statement to a function and returns its results, shaped as the state.
func addWhile(fn *stablehlo.Function, state []*stablehlo.Value, condition, body *stablehlo.Function) []*stablehlo.Value {
	statement := newStatement(fn, "While", state, func() (outputs []*stablehlo.Value) {
		for _, value := range state {
			outputs = append(outputs, must(stablehlo.Reshape(value, value.Shape())))
		}
		return outputs
	})
	statement.AddFunctionParameter("cond", condition)
	statement.AddFunctionParameter("body", body)
	return statement.Outputs
}

// argumentsLike gives a function one argument for each value.
func argumentsLike(fn *stablehlo.Function, values []*stablehlo.Value) []*stablehlo.Value {
	var arguments []*stablehlo.Value
	for _, value := range values {
		arguments = append(arguments, argument(fn, value.Shape()))
	}
	return arguments
}

// arguments counts the arguments of all loops, since their names must differ throughout a program.
var arguments atomic.Int64

// argument adds an argument to a function of a loop.
func argument(fn *stablehlo.Function, shape xlashapes.Shape) *stablehlo.Value {
	return must(fn.NamedInput(fmt.Sprintf("loop_%d", arguments.Add(1)), shape))
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
