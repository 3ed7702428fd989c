package selftest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"

	"longseq/kernelsrc/backend"
	"longseq/kernelsrc/ops"
	"longseq/kernelsrc/ops/naive"
)

// Limits of operations, in float32. They are those of the tests of package ops.
const (
	// operationLimit allows rounding over 130 steps and products of chunks.
	operationLimit = 2e-5
	// productLimit allows rounding of sums of up to 1,024 products.
	productLimit = 3e-5
	// bfloat16Limit allows for a result that is cut to the 8 bits of bfloat16, as pure Go does; XLA rounds it.
	bfloat16Limit = 1.0 / 128
	// decayLimit is for decays at both ends: sums of logarithms of a chunk reach -1920, where float32 resolves 1.2e-4.
	decayLimit = 1e-3
	// gradientLimit is for gradients against central differences.
	gradientLimit = 2e-3
)

// recurrence is an operation through time with its graph and the forms that it has.
type recurrence struct {
	naive.Recurrence
	forms []ops.Form
	graph func(in []*Node, form ops.Form) []*Node
}

var recurrences = []recurrence{
	{naive.Recurrences[0], []ops.Form{ops.Native, ops.Loop, ops.Parallel}, func(in []*Node, form ops.Form) []*Node {
		y, last := ops.Linear(ops.LinearInputs{A: in[0], B: in[1], Start: in[2]}, form)
		return []*Node{y, last}
	}},
	{naive.Recurrences[1], []ops.Form{ops.Native, ops.Loop, ops.Parallel}, func(in []*Node, form ops.Form) []*Node {
		y, last := ops.SSD(ops.SSDInputs{X: in[0], Dt: in[1], LogA: in[2], B: in[3], C: in[4], Start: in[5]}, form)
		return []*Node{y, last}
	}},
	{naive.Recurrences[2], []ops.Form{ops.Native, ops.Loop, ops.Parallel}, func(in []*Node, form ops.Form) []*Node {
		y, last := ops.WKV6(ops.WKV6Inputs{R: in[0], K: in[1], V: in[2], LogW: in[3], U: in[4], Start: in[5]}, form)
		return []*Node{y, last}
	}},
}

// lacksForm returns why graphs of the backend cannot be built in a form.
func lacksForm(form ops.Form) func(b *backend.Backend) error {
	return func(b *backend.Backend) error {
		switch form {
		case ops.Native:
			return b.Native()
		case ops.Loop:
			return b.Loops()
		}
		return nil
	}
}

// checks are those of the operation in each of its forms: outputs, last states and gradients.
func (op recurrence) checks() []check {
	var checks []check
	for _, form := range op.forms {
		checks = append(checks, check{op.Name + ", " + form.String(), lacksForm(form), func(c *comparison) error {
			return op.compare(c, form)
		}})
	}
	return checks
}

func (op recurrence) compare(c *comparison, form ops.Form) error {
	rng := rand.New(rand.NewPCG(1, 2))
	usual := func() float64 { return -math.Exp(rng.NormFloat64()*1.5 - 2) }
	ends := []float64{0, 0, -1e-3, -0.5, -29, -31, -1e4}
	atEnds := func() float64 { return ends[rng.IntN(len(ends))] }
	forward, err := c.compile(func(in []*Node) []*Node { return op.graph(in, form) })
	if err != nil {
		return err
	}
	defer forward.finish()
	for _, of := range []struct {
		what  string
		T     int
		decay func() float64
		limit float64
	}{
		{"one token", 1, usual, operationLimit},
		{"130 tokens", 130, usual, operationLimit},
		{"decays at both ends", 130, atEnds, decayLimit},
	} {
		if of.T == 1 && form != ops.Parallel {
			continue // it is computed by the formula in every form
		}
		c.begin(of.what)
		in := op.Inputs(rng, of.T, of.decay)
		got, err := forward.run(in...)
		if err != nil {
			return err
		}
		want := op.Run(in)
		c.near(of.what, append(got[0], got[1]...), append(want[0].Values, want[1].Values...), of.limit)
	}
	return compareGradients(c, func(in []*Node) []*Node { return op.graph(in, form) }, op.Run, op.Inputs(rng, 19, usual))
}

// compareGradients compares the gradient with respect to every input with central differences of the naive function.
func compareGradients(c *comparison, graph func(in []*Node) []*Node, run func(in []naive.Array) []naive.Array, in []naive.Array) error {
	c.begin("gradients")
	got, err := c.once(func(in []*Node) []*Node { return Gradient(loss(graph(in)), in...) }, in...)
	if err != nil {
		return err
	}
	var all, want []float64
	for i, x := range in {
		all = append(all, got[i]...)
		want = append(want, naive.Differences(x, func() []naive.Array { return run(in) })...)
	}
	c.near("gradients", all, want, gradientLimit)
	return nil
}

// convolutionChecks are those of the convolution of Mamba-2, with SiLU and in parts, and of Griffin, in each form.
func convolutionChecks() []check {
	var checks []check
	for _, form := range []ops.Form{ops.Native, ops.Parallel} {
		checks = append(checks, check{"Convolution, " + form.String(), lacksForm(form), func(c *comparison) error {
			const B, E, L = 2, 21, 4
			rng := rand.New(rand.NewPCG(11, 12))
			draw := func(T int) []naive.Array {
				return []naive.Array{naive.Draw(rng.NormFloat64, B, T, E), naive.Draw(rng.NormFloat64, E, L), naive.Draw(rng.NormFloat64, E),
					naive.Draw(rng.NormFloat64, B, L-1, E)}
			}
			graph := func(silu bool, parts ...int) func(in []*Node) []*Node {
				return func(in []*Node) []*Node {
					of := ops.ConvolutionInputs{X: in[0], Weight: in[1], Bias: in[2], Before: in[3], SiLU: silu, Parts: parts}
					return []*Node{Concatenate(ops.Convolution(of, form), -1)}
				}
			}
			in := draw(130)
			for _, of := range []struct {
				what string
				silu bool
			}{{"sums", false}, {"SiLU of sums", true}} {
				got, err := c.once(graph(of.silu, 17, E-17), in...)
				if err != nil {
					return err
				}
				c.near(of.what, got[0], naive.Convolution(in, of.silu).Values, operationLimit)
			}
			return compareGradients(c, graph(true, 17, E-17), func(in []naive.Array) []naive.Array {
				return []naive.Array{naive.Convolution(in, true)}
			}, draw(9))
		}})
	}
	return checks
}

// attentions are a sequence with grouped keys, and queries that follow a cache with a window, of which a row sees none.
var attentions = []naive.Attention{naive.Whole(2, 70, 6, 2, 16, 0), naive.Chunk(3, 9, 4, 1, 40, 6, 20, 5)}

// attend is an attention as a graph.
func attend(a naive.Attention, in []*Node) ops.AttentionInputs {
	g := in[0].Graph()
	return ops.AttentionInputs{Q: in[0], K: in[1], V: in[2], Scale: a.Scale, Window: a.Window,
		QueryPositions: Const(g, a.Queries), KeyPositions: Const(g, a.Keys)}
}

func attentionChecks() []check {
	var checks []check
	for _, form := range []ops.Form{ops.Native, ops.Loop, ops.Parallel} {
		checks = append(checks, check{"Attention, " + form.String(), lacksForm(form), func(c *comparison) error {
			rng := rand.New(rand.NewPCG(3, 4))
			for i, a := range attentions {
				in := a.Inputs(rng)
				got, err := c.once(func(in []*Node) []*Node { return []*Node{ops.Attention(attend(a, in), form)} }, in...)
				if err != nil {
					return err
				}
				c.near([]string{"grouped keys", "a cache with a window"}[i], got[0], a.Run(in).Values, operationLimit)
			}
			a := attentions[1]
			return compareGradients(c, func(in []*Node) []*Node { return []*Node{ops.Attention(attend(a, in), form)} },
				func(in []naive.Array) []naive.Array { return []naive.Array{a.Run(in)} }, a.Inputs(rng))
		}})
	}
	return checks
}

// attentionWeights sums values by the weights, which gives attention.
func attentionWeights() check {
	return check{name: "AttentionWeights", run: func(c *comparison) error {
		for i, a := range attentions {
			in := a.Inputs(rand.New(rand.NewPCG(5, 6)))
			got, err := c.once(func(in []*Node) []*Node { return []*Node{ops.AttentionWeights(attend(a, in))} }, in...)
			if err != nil {
				return err
			}
			y, v := naive.Zeros(in[0].Dims...), in[2].Values
			for at, w := range got[0] {
				s, t, h, b := at%a.S, at/a.S%a.T, at/a.S/a.T%a.H, at/a.S/a.T/a.H
				value, sum := ((b*a.G+h/(a.H/a.G))*a.S+s)*a.P, ((b*a.T+t)*a.H+h)*a.P
				for p := range a.P {
					y.Values[sum+p] += w * v[value+p]
				}
			}
			c.near([]string{"grouped keys", "a cache with a window"}[i], y.Values, a.Run(in).Values, operationLimit)
		}
		return nil
	}}
}

// normChecks are those of the norm, with all that it may have, in each form.
func normChecks() []check {
	var checks []check
	for _, form := range []ops.Form{ops.Native, ops.Parallel} {
		checks = append(checks, check{"Norm, " + form.String(), lacksForm(form), func(c *comparison) error {
			const groups, eps = 3, 1e-5
			rng := rand.New(rand.NewPCG(13, 14))
			draw := func(rows int) []naive.Array {
				return []naive.Array{naive.Draw(rng.NormFloat64, rows, 33), naive.Draw(rng.NormFloat64, 33), naive.Draw(rng.NormFloat64, 33),
					naive.Draw(rng.NormFloat64, rows, 33)}
			}
			graph := func(center bool) func(in []*Node) []*Node {
				return func(in []*Node) []*Node {
					return []*Node{ops.Norm(ops.NormInputs{X: in[0], Weight: in[1], Bias: in[2], Gate: in[3], Groups: groups, Center: center, Eps: eps}, form)}
				}
			}
			in := draw(130)
			for _, center := range []bool{false, true} {
				got, err := c.once(graph(center), in...)
				if err != nil {
					return err
				}
				c.near(fmt.Sprintf("centred is %t", center), got[0], naive.Norm(in[0], in[1], in[2], in[3], groups, center, eps).Values, operationLimit)
			}
			return compareGradients(c, graph(true), func(in []naive.Array) []naive.Array {
				return []naive.Array{naive.Norm(in[0], in[1], in[2], in[3], groups, true, eps)}
			}, draw(4))
		}})
	}
	return checks
}

// tokenwise are the operations on each token.
func tokenwise() check {
	return check{name: "activations and rotation", run: func(c *comparison) error {
		const turned, base = 6, 100
		x := naive.Draw(rand.New(rand.NewPCG(7, 8)).NormFloat64, 2, 33, 4, 8)
		got, err := c.once(func(in []*Node) []*Node {
			positions := Iota(in[0].Graph(), shapes.Make(dtypes.Int32, 1, 33), 1)
			return []*Node{ops.SiLU(in[0]), ops.GELU(in[0]), ops.Rotate(in[0], positions, turned, base)}
		}, x)
		if err != nil {
			return err
		}
		want := []naive.Array{naive.SiLU(x), naive.GELU(x), naive.Rotate(x, turned, base)}
		for i, what := range []string{"SiLU", "GELU", "Rotate"} {
			c.near(what, got[i], want[i].Values, operationLimit)
		}
		return nil
	}}
}

// products are the ways in which Matmul multiplies.
func products() check {
	return check{name: "Matmul", run: func(c *comparison) error {
		rng := rand.New(rand.NewPCG(9, 10))
		// Eighths from -1 to 1 are exact in 16 bits.
		eighths := func() float64 { return float64(rng.IntN(17)-8) / 8 }
		for _, p := range []struct {
			what          string
			rows, in, out int
			axis          int
			stored, dot   dtypes.DType
			x, m          func() float64
			limit         float64
		}{
			{"float32", 20, 64, 33, 1, dtypes.Float32, dtypes.Float32, rng.NormFloat64, rng.NormFloat64, productLimit},
			{"float32, transposed", 20, 64, 33, 0, dtypes.Float32, dtypes.Float32, rng.NormFloat64, rng.NormFloat64, productLimit},
			{"bfloat16 matrix, few rows", 4, 256, 130, 1, dtypes.BFloat16, dtypes.Float32, rng.NormFloat64, eighths, productLimit},
			{"float16 matrix, few rows", 4, 256, 130, 1, dtypes.Float16, dtypes.Float32, rng.NormFloat64, eighths, productLimit},
			{"bfloat16 matrix, many rows", 40, 256, 130, 1, dtypes.BFloat16, dtypes.Float32, rng.NormFloat64, eighths, productLimit},
			{"large bfloat16 matrix", 17, 1024, 4098, 1, dtypes.BFloat16, dtypes.Float32, rng.NormFloat64, eighths, productLimit},
			{"in bfloat16", 40, 256, 130, 1, dtypes.BFloat16, dtypes.BFloat16, eighths, eighths, bfloat16Limit},
		} {
			c.begin(p.what)
			x, m := naive.Draw(p.x, p.rows, p.in), naive.Draw(p.m, p.out, p.in)
			got, err := c.once(func(in []*Node) []*Node {
				matrix := ConvertDType(in[1], p.stored)
				if p.axis == 0 {
					matrix = Transpose(matrix, 0, 1)
				}
				return []*Node{ops.Matmul(in[0], matrix, p.axis, p.dot)}
			}, x, m)
			if err != nil {
				c.failed(err)
				continue
			}
			c.near(p.what, got[0], naive.Matmul(x, m).Values, p.limit)
		}
		return nil
	}}
}
