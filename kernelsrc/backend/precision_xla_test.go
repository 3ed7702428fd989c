//go:build cgo

package backend

import (
	"strings"
	"testing"

	"github.com/gomlx/go-xla/pkg/stablehlo"
	"github.com/gomlx/go-xla/pkg/types/dtypes"
	"github.com/gomlx/go-xla/pkg/types/shapes"
)

func TestDotsOfFloat32AloneAreKeptInFullPrecision(t *testing.T) {
	program := stablehlo.New("dots")
	fn := program.Main()
	var results []*stablehlo.Value
	for _, dtype := range []dtypes.DType{dtypes.Float32, dtypes.BFloat16, dtypes.Float64} {
		x := must(fn.Input(shapes.Make(dtype, 2, 2)))
		results = append(results, must(stablehlo.DotGeneral(x, []int{1}, nil, x, []int{0}, nil).Done()))
	}
	check(fn.Return(results...))
	keepPrecision(fn)
	text := string(must(program.Build()))
	if got := strings.Count(text, "HIGHEST"); got != 2 {
		t.Errorf("HIGHEST stands %d times, want twice, for both sides of the one dot of float32:\n%s", got, text)
	}
	if got := strings.Count(text, "DEFAULT"); got != 4 {
		t.Errorf("DEFAULT stands %d times, want 4:\n%s", got, text)
	}
}
