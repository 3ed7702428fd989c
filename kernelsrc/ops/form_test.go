package ops

import (
	"fmt"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"longseq/kernelsrc/backend/backendtest"
)

// calls build each operation on zeros of a type, by name.
var calls = map[string]func(g *Graph, dtype dtypes.DType, form Form){
	"Linear":                   func(g *Graph, dtype dtypes.DType, form Form) { zeroLinear(g, dtype, 5, form) },
	"Linear of one token":      func(g *Graph, dtype dtypes.DType, form Form) { zeroLinear(g, dtype, 1, form) },
	"Convolution":              func(g *Graph, dtype dtypes.DType, form Form) { zeroConvolution(g, dtype, 5, 4, form) },
	"Convolution of one token": func(g *Graph, dtype dtypes.DType, form Form) { zeroConvolution(g, dtype, 1, 4, form) },
	"Convolution of length 5":  func(g *Graph, dtype dtypes.DType, form Form) { zeroConvolution(g, dtype, 9, 5, form) },
	"SSD":                      func(g *Graph, dtype dtypes.DType, form Form) { zeroSSD(g, dtype, ssdChunk, 4, form) },
	"SSD of a large state":     func(g *Graph, dtype dtypes.DType, form Form) { zeroSSD(g, dtype, ssdChunk+1, minLoopState/64/64, form) },
	"SSD of only one chunk":    func(g *Graph, dtype dtypes.DType, form Form) { zeroSSD(g, dtype, ssdChunk, minLoopState/64/64, form) },
	"WKV6":                     func(g *Graph, dtype dtypes.DType, form Form) { zeroWKV6(g, dtype, 5, form) },
	"WKV6 of one token":        func(g *Graph, dtype dtypes.DType, form Form) { zeroWKV6(g, dtype, 1, form) },
	"Norm":                     zeroNorm,
	"CrossEntropy":             zeroCrossEntropy,
	"AdamW":                    zeroAdamW,
	"Attention":                func(g *Graph, dtype dtypes.DType, form Form) { zeroAttention(g, dtype, 8, 2, false, form) },
	"Attention by a mask":      func(g *Graph, dtype dtypes.DType, form Form) { zeroAttention(g, dtype, 8, 2, true, form) },
	"Attention of many heads":  func(g *Graph, dtype dtypes.DType, form Form) { zeroAttention(g, dtype, 1024, 1, true, form) },
}

func zeroLinear(g *Graph, dtype dtypes.DType, T int, form Form) {
	x := Zeros(g, shapes.Make(dtype, 1, T, 3))
	Linear(LinearInputs{A: x, B: x, Start: Zeros(g, shapes.Make(dtype, 1, 3))}, form)
}

func zeroConvolution(g *Graph, dtype dtypes.DType, T, L int, form Form) {
	zero := func(dims ...int) *Node { return Zeros(g, shapes.Make(dtype, dims...)) }
	Convolution(ConvolutionInputs{X: zero(1, T, 3), Weight: zero(3, L), Bias: zero(3), Before: zero(1, L-1, 3)}, form)
}

func zeroNorm(g *Graph, dtype dtypes.DType, form Form) {
	x := Zeros(g, shapes.Make(dtype, 2, 3))
	Norm(NormInputs{X: x, Weight: Zeros(g, shapes.Make(dtype, 3))}, form)
}

func zeroCrossEntropy(g *Graph, dtype dtypes.DType, form Form) {
	CrossEntropy(Zeros(g, shapes.Make(dtype, 2, 3)), Zeros(g, shapes.Make(dtypes.Int32, 2)), form)
}

func zeroAdamW(g *Graph, dtype dtypes.DType, form Form) {
	x, one := Zeros(g, shapes.Make(dtype, 6)), Scalar(g, dtype, 1)
	AdamW(AdamWInputs{Parameters: x, First: x, Second: x, Gradients: []*Node{Reshape(x, 2, 3)}, Decays: []bool{true}, Rate: one, Step: one}, form)
}

func zeroSSD(g *Graph, dtype dtypes.DType, T, H int, form Form) {
	zero := func(dims ...int) *Node { return Zeros(g, shapes.Make(dtype, dims...)) }
	bc := zero(1, T, 1, 64)
	SSD(SSDInputs{X: zero(1, T, H, 64), Dt: zero(1, T, H), LogA: zero(1, T, H), B: bc, C: bc, Start: zero(1, H, 64, 64)}, form)
}

func zeroWKV6(g *Graph, dtype dtypes.DType, T int, form Form) {
	zero := func(dims ...int) *Node { return Zeros(g, shapes.Make(dtype, dims...)) }
	x := zero(1, T, 2, 3)
	WKV6(WKV6Inputs{R: x, K: x, V: x, LogW: x, U: zero(2, 3), Start: zero(1, 2, 3, 3)}, form)
}

func zeroAttention(g *Graph, dtype dtypes.DType, T, G int, masked bool, form Form) {
	kv := Zeros(g, shapes.Make(dtype, 1, G, T, 4))
	in := AttentionInputs{Q: Zeros(g, shapes.Make(dtype, 1, T, 2, 4)), K: kv, V: kv, Scale: 1}
	positions := Iota(g, shapes.Make(dtypes.Int32, 1, T), 1)
	if masked {
		in.Mask = CausalMask(positions, AddScalar(positions, 1), 0)
	} else {
		in.QueryPositions, in.KeyPositions = positions, AddScalar(positions, 1)
	}
	Attention(in, form)
}

func TestFormsAreChosenByGradientTypeShapeAndBackend(t *testing.T) {
	const f32, f64 = dtypes.Float32, dtypes.Float64
	for _, c := range []struct {
		backend, call string
		dtype         dtypes.DType
		asked, want   Form
	}{
		{"xla:cpu", "Linear", f32, Auto, Native},
		{"xla:cpu", "Linear", f64, Auto, Loop},
		{"xla:cpu", "Linear", f32, Inference, Native},
		{"xla:cpu", "Linear of one token", f32, Auto, Parallel},
		{"xla:cpu", "Convolution", f32, Auto, Native},
		{"xla:cpu", "Convolution", f64, Auto, Parallel},
		{"xla:cpu", "Convolution", f32, Inference, Native},
		{"xla:cpu", "Convolution of one token", f32, Auto, Parallel},
		{"xla:cpu", "Convolution of length 5", f32, Auto, Parallel},
		{"go", "Convolution", f32, Auto, Parallel},
		{"xla:cpu", "Norm", f32, Auto, Native},
		{"xla:cpu", "Norm", f32, Inference, Native},
		{"xla:cpu", "Norm", f64, Auto, Parallel},
		{"go", "Norm", f32, Inference, Parallel},
		{"xla:cpu", "CrossEntropy", f32, Auto, Native},
		{"xla:cpu", "CrossEntropy", f64, Auto, Parallel},
		{"go", "CrossEntropy", f32, Auto, Parallel},
		{"xla:cpu", "AdamW", f32, Auto, Native},
		{"xla:cpu", "AdamW", f64, Auto, Parallel},
		{"go", "AdamW", f32, Auto, Parallel},
		{"xla:cpu", "SSD", f32, Auto, Native},
		{"xla:cpu", "SSD", f64, Auto, Parallel},
		{"xla:cpu", "SSD", f32, Inference, Native},
		{"xla:cpu", "SSD", f64, Inference, Parallel},
		{"xla:cpu", "SSD of a large state", f32, Auto, Native},
		{"xla:cpu", "SSD of a large state", f64, Auto, Loop},
		{"xla:cpu", "SSD of a large state", f32, Inference, Native},
		{"xla:cpu", "SSD of a large state", f64, Inference, Loop},
		{"xla:cpu", "SSD of only one chunk", f64, Auto, Parallel},
		{"xla:cpu", "WKV6", f32, Auto, Native},
		{"xla:cpu", "WKV6", f64, Auto, Loop},
		{"xla:cpu", "WKV6", f32, Inference, Native},
		{"xla:cpu", "WKV6", f64, Inference, Loop},
		{"xla:cpu", "WKV6 of one token", f32, Native, Parallel},
		{"xla:cpu", "Attention", f32, Auto, Native},
		{"xla:cpu", "Attention", f64, Auto, Parallel},
		{"xla:cpu", "Attention", f32, Inference, Native},
		{"xla:cpu", "Attention", f64, Inference, Parallel},
		{"xla:cpu", "Attention by a mask", f32, Inference, Parallel},
		{"xla:cpu", "Attention of many heads", f32, Inference, Loop},
		{"xla:cpu", "Attention of many heads", f32, Auto, Parallel},
		{"go", "Linear", f32, Auto, Parallel},
		{"go", "SSD of a large state", f32, Inference, Parallel},
		{"go", "WKV6", f32, Inference, Parallel},
		{"go", "Attention", f32, Inference, Parallel},
	} {
		t.Run(fmt.Sprintf("%s/%s/%s/%s", c.backend, c.call, c.dtype, c.asked), func(t *testing.T) {
			b := backendtest.Open(t, "go")
			if c.backend != "go" {
				b = openFor(t, c.want, "")
			}
			g := NewGraph(b, "choice")
			defer g.Finalize()
			mustBuild(t, g, c.want, func() { calls[c.call](g, c.dtype, c.asked) })
		})
	}
}

func TestAFormThatCannotBeBuiltPanics(t *testing.T) {
	for _, c := range []struct {
		backend, call string
		dtype         dtypes.DType
		form          Form
		want          string
	}{
		{"xla:cpu", "Linear", dtypes.Float64, Native, "the native form was asked for, and there is no kernel for this operation and type"},
		{"xla:cpu", "Convolution", dtypes.Float32, Loop, "the loop form was asked for, and a convolution has none"},
		{"xla:cpu", "SSD", dtypes.Float64, Native, "the native form was asked for, and there is no kernel for this operation and type"},
		{"xla:cpu", "Attention by a mask", dtypes.Float32, Native, "the native form was asked for, and there is no kernel for this operation and type"},
		{"go", "SSD", dtypes.Float32, Native, "the native form was asked for, and the backend SimpleGo (go) calls no native kernels"},
		{"go", "WKV6", dtypes.Float32, Loop, "the loop form was asked for, and the backend SimpleGo (go) has no loops"},
		{"go", "WKV6", dtypes.Float32, Form(9), "there is no form Form(9)"},
	} {
		t.Run(fmt.Sprintf("%s/%s/%s/%s", c.backend, c.call, c.dtype, c.form), func(t *testing.T) {
			g := NewGraph(backendtest.Open(t, c.backend), "form")
			defer g.Finalize()
			defer func() {
				if got := fmt.Sprint(recover()); got != c.want {
					t.Errorf("panics with %q, want %q", got, c.want)
				}
			}()
			calls[c.call](g, c.dtype, c.form)
		})
	}
}
