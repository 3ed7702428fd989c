//go:build cgo

package backend

import (
	"fmt"
	"strings"

	"github.com/gomlx/go-xla/pkg/stablehlo"
	"github.com/gomlx/gomlx/backends"
	"github.com/gomlx/gomlx/backends/xla"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
)

// callNative adds a stablehlo.custom_call. go-xla v0.1.4 has its name and no function for it.
func callNative(kernel string, inputs []*Node, results []shapes.Shape, inPlace bool) []*Node {
	raw := builderOf(inputs[0].Graph()).Builder
	return addOperations(kernel, inputs, func(ops []backends.Op) []backends.Op {
		fn := functionOf(raw)
		var values []*stablehlo.Value
		for _, op := range ops {
			values = append(values, valueOf(op))
		}
		var wanted []backends.Op
		for _, value := range addCall(fn, kernel, values, results, inPlace) {
			wanted = append(wanted, operation(raw, value))
		}
		return wanted
	})
}

// addCall adds the call to a function and returns its results.
func addCall(fn *stablehlo.Function, kernel string, inputs []*stablehlo.Value, results []shapes.Shape, inPlace bool) []*stablehlo.Value {
	statement := newStatement(fn, "CustomCall", inputs, func() (outputs []*stablehlo.Value) {
		for _, shape := range results {
			shape := xla.ShapeToXLA(shape)
			zero := must(stablehlo.Convert(must(fn.ConstantFromScalar(int32(0))), shape.DType))
			outputs = append(outputs, must(stablehlo.BroadcastInDim(zero, shape, nil)))
		}
		return outputs
	})
	statement.Attributes = map[string]any{"call_target_name": kernel, "api_version": int32(4), "backend_config": noOptions{}}
	if inPlace {
		statement.Attributes["output_operand_aliases"] = aliases(len(results))
	}
	return statement.Outputs
}

// aliases is the attribute that lets as many first results take the buffers of the inputs in the same places.
type aliases int

// ToStableHLO returns the attribute in StableHLO.
func (n aliases) ToStableHLO() string {
	var all []string
	for i := range int(n) {
		result := fmt.Sprintf("[%d]", i)
		if n == 1 {
			result = "[]" // the only result is no tuple
		}
		all = append(all, fmt.Sprintf("#stablehlo.output_operand_alias<output_tuple_indices = %s, operand_index = %d, operand_tuple_indices = []>", result, i))
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// noOptions is an empty dictionary of attributes.
type noOptions struct{}

// ToStableHLO returns the attribute in StableHLO.
func (noOptions) ToStableHLO() string { return "{}" }
