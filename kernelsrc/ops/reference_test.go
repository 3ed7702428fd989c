package ops

import (
	"math"
	"math/rand/v2"

	. "github.com/gomlx/gomlx/pkg/core/graph"
)

// array is a tensor in float64.
type array struct {
	dims   []int
	values []float64
}

// draw returns an array with values drawn one by one.
func draw(next func() float64, dims ...int) array {
	size := 1
	for _, d := range dims {
		size *= d
	}
	a := array{dims, make([]float64, size)}
	for i := range a.values {
		a.values[i] = next()
	}
	return a
}

// zeros returns an array of zeros.
func zeros(dims ...int) array { return draw(func() float64 { return 0 }, dims...) }

// clone copies an array.
func (a array) clone() array { return array{a.dims, append([]float64(nil), a.values...)} }

// recurrence is one of the package's functions with its naive loop.
type recurrence struct {
	name  string
	names []string // of the inputs
	// inputs draws inputs of T tokens; decay draws the logarithm of a decay.
	inputs func(rng *rand.Rand, T int, decay func() float64) []array
	// naive computes the outputs step by step.
	naive func(in []array) []array
	graph func(in []*Node, form Form) (y, last *Node)
	// forms are those that it has; Native in float32 alone.
	forms []Form
	// time tells which inputs have the time axis, axis 1; the state is the last input.
	time []bool
}

var recurrences = []recurrence{
	{
		name:  "Linear",
		forms: []Form{Loop, Parallel},
		names: []string{"a", "b", "start"},
		time:  []bool{true, true, false},
		inputs: func(rng *rand.Rand, T int, decay func() float64) []array {
			const B, E = 2, 3
			return []array{
				draw(func() float64 { return math.Exp(decay()) }, B, T, E),
				draw(rng.NormFloat64, B, T, E),
				draw(rng.NormFloat64, B, E),
			}
		},
		naive: naiveLinear,
		graph: func(in []*Node, form Form) (y, last *Node) {
			return Linear(LinearInputs{A: in[0], B: in[1], Start: in[2]}, form)
		},
	},
	{
		name:  "SSD",
		forms: []Form{Native, Loop, Parallel},
		names: []string{"x", "dt", "logA", "b", "c", "start"},
		time:  []bool{true, true, true, true, true, false},
		inputs: func(rng *rand.Rand, T int, decay func() float64) []array {
			const B, H, P, G, N = 2, 4, 3, 2, 5
			return []array{
				draw(rng.NormFloat64, B, T, H, P),
				draw(rng.Float64, B, T, H),
				draw(decay, B, T, H),
				draw(rng.NormFloat64, B, T, G, N),
				draw(rng.NormFloat64, B, T, G, N),
				draw(rng.NormFloat64, B, H, P, N),
			}
		},
		naive: naiveSSD,
		graph: func(in []*Node, form Form) (y, last *Node) {
			return SSD(ssdInputs(in), form)
		},
	},
	{
		name:  "WKV6",
		forms: []Form{Native, Loop, Parallel},
		names: []string{"r", "k", "v", "logW", "u", "start"},
		time:  []bool{true, true, true, true, false, false},
		inputs: func(rng *rand.Rand, T int, decay func() float64) []array {
			const B, H, K, P = 2, 2, 3, 4
			return []array{
				draw(rng.NormFloat64, B, T, H, K),
				draw(rng.NormFloat64, B, T, H, K),
				draw(rng.NormFloat64, B, T, H, P),
				draw(decay, B, T, H, K),
				draw(rng.NormFloat64, H, K),
				draw(rng.NormFloat64, B, H, K, P),
			}
		},
		naive: naiveWKV6,
		graph: func(in []*Node, form Form) (y, last *Node) {
			return WKV6(wkv6Inputs(in), form)
		},
	},
}

// naiveLinear is Linear step by step.
func naiveLinear(in []array) []array {
	a, b, start := in[0], in[1], in[2]
	B, T, E := b.dims[0], b.dims[1], b.dims[2]
	h := zeros(b.dims...)
	state := start.clone()
	for i := range B {
		for t := range T {
			for e := range E {
				at := (i*T+t)*E + e
				state.values[i*E+e] = a.values[at]*state.values[i*E+e] + b.values[at]
				h.values[at] = state.values[i*E+e]
			}
		}
	}
	return []array{h, state}
}

// naiveSSD is SSD step by step.
func naiveSSD(in []array) []array {
	x, dt, logA, b, c, start := in[0], in[1], in[2], in[3], in[4], in[5]
	B, T, H, P := x.dims[0], x.dims[1], x.dims[2], x.dims[3]
	G, N := b.dims[2], b.dims[3]
	y := zeros(x.dims...)
	state := start.clone()
	for i := range B {
		for t := range T {
			for h := range H {
				step := (i*T+t)*H + h
				group := ((i*T+t)*G + h/(H/G)) * N
				decay := math.Exp(logA.values[step])
				for p := range P {
					sum := 0.0
					for n := range N {
						s := &state.values[((i*H+h)*P+p)*N+n]
						*s = decay**s + dt.values[step]*x.values[step*P+p]*b.values[group+n]
						sum += *s * c.values[group+n]
					}
					y.values[step*P+p] = sum
				}
			}
		}
	}
	return []array{y, state}
}

// naiveWKV6 is WKV6 step by step.
func naiveWKV6(in []array) []array {
	r, k, v, logW, u, start := in[0], in[1], in[2], in[3], in[4], in[5]
	B, T, H, K, P := r.dims[0], r.dims[1], r.dims[2], r.dims[3], v.dims[3]
	y := zeros(v.dims...)
	state := start.clone()
	for i := range B {
		for t := range T {
			for h := range H {
				step := (i*T+t)*H + h
				for key := range K {
					at := step*K + key
					for p := range P {
						s := &state.values[((i*H+h)*K+key)*P+p]
						product := k.values[at] * v.values[step*P+p]
						y.values[step*P+p] += r.values[at] * (*s + u.values[h*K+key]*product)
						*s = math.Exp(logW.values[at])**s + product
					}
				}
			}
		}
	}
	return []array{y, state}
}
