//go:build cgo

package backend

import (
	"github.com/gomlx/go-xla/pkg/stablehlo"
	"github.com/gomlx/go-xla/pkg/types/dtypes"
)

// fullPrecision is the attribute of a dot that computes float32 in float32.
type fullPrecision struct{}

func (fullPrecision) ToStableHLO() string {
	return "[#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]"
}

// keepPrecision makes every dot of float32 in the function, loops included, compute in float32. By default a GPU rounds
// both operands to TF32, with ten bits of mantissa, and logits are off by some thousandths. GoMLX v0.26.0 has no option
// for it.
func keepPrecision(fn *stablehlo.Function) {
	for _, statement := range fn.Statements {
		if _, dots := statement.Attributes["precision_config"]; dots && statement.Inputs[0].Shape().DType == dtypes.Float32 {
			statement.Attributes["precision_config"] = fullPrecision{}
		}
		for _, inner := range statement.FunctionParameters {
			keepPrecision(inner)
		}
	}
}
