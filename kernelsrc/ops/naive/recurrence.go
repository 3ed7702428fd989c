package naive

import (
	"math"
	"math/rand/v2"
)

// Recurrence is an operation that goes through time, as a loop over steps.
type Recurrence struct {
	Name  string
	Names []string // of the inputs
	// Time tells which inputs have the time axis, axis 1; the state is the last input.
	Time []bool
	// Inputs draws small inputs of T tokens; decay draws the logarithm of a decay.
	Inputs func(rng *rand.Rand, T int, decay func() float64) []Array
	// Run computes the outputs, and the last state as the last of them.
	Run func(in []Array) []Array
}

// Recurrences are Linear, SSD and WKV6.
var Recurrences = []Recurrence{
	{
		Name:  "Linear",
		Names: []string{"a", "b", "start"},
		Time:  []bool{true, true, false},
		Inputs: func(rng *rand.Rand, T int, decay func() float64) []Array {
			const B, E = 2, 3
			return []Array{
				Draw(func() float64 { return math.Exp(decay()) }, B, T, E),
				Draw(rng.NormFloat64, B, T, E),
				Draw(rng.NormFloat64, B, E),
			}
		},
		Run: Linear,
	},
	{
		Name:  "SSD",
		Names: []string{"x", "dt", "logA", "b", "c", "start"},
		Time:  []bool{true, true, true, true, true, false},
		Inputs: func(rng *rand.Rand, T int, decay func() float64) []Array {
			const B, H, P, G, N = 2, 4, 3, 2, 5
			return []Array{
				Draw(rng.NormFloat64, B, T, H, P),
				Draw(rng.Float64, B, T, H),
				Draw(decay, B, T, H),
				Draw(rng.NormFloat64, B, T, G, N),
				Draw(rng.NormFloat64, B, T, G, N),
				Draw(rng.NormFloat64, B, H, P, N),
			}
		},
		Run: SSD,
	},
	{
		Name:  "WKV6",
		Names: []string{"r", "k", "v", "logW", "u", "start"},
		Time:  []bool{true, true, true, true, false, false},
		Inputs: func(rng *rand.Rand, T int, decay func() float64) []Array {
			const B, H, K, P = 2, 2, 3, 4
			return []Array{
				Draw(rng.NormFloat64, B, T, H, K),
				Draw(rng.NormFloat64, B, T, H, K),
				Draw(rng.NormFloat64, B, T, H, P),
				Draw(decay, B, T, H, K),
				Draw(rng.NormFloat64, H, K),
				Draw(rng.NormFloat64, B, H, K, P),
			}
		},
		Run: WKV6,
	},
}

// Linear is ops.Linear step by step: of a, b and start it returns h and its last value.
func Linear(in []Array) []Array {
	a, b, start := in[0], in[1], in[2]
	B, T, E := b.Dims[0], b.Dims[1], b.Dims[2]
	h := Zeros(b.Dims...)
	state := start.Clone()
	for i := range B {
		for t := range T {
			for e := range E {
				at := (i*T+t)*E + e
				state.Values[i*E+e] = a.Values[at]*state.Values[i*E+e] + b.Values[at]
				h.Values[at] = state.Values[i*E+e]
			}
		}
	}
	return []Array{h, state}
}

// SSD is ops.SSD step by step: of x, dt, logA, b, c and start it returns y and the last state.
func SSD(in []Array) []Array {
	x, dt, logA, b, c, start := in[0], in[1], in[2], in[3], in[4], in[5]
	B, T, H, P := x.Dims[0], x.Dims[1], x.Dims[2], x.Dims[3]
	G, N := b.Dims[2], b.Dims[3]
	y := Zeros(x.Dims...)
	state := start.Clone()
	for i := range B {
		for t := range T {
			for h := range H {
				step := (i*T+t)*H + h
				group := ((i*T+t)*G + h/(H/G)) * N
				decay := math.Exp(logA.Values[step])
				for p := range P {
					sum := 0.0
					for n := range N {
						s := &state.Values[((i*H+h)*P+p)*N+n]
						*s = decay**s + dt.Values[step]*x.Values[step*P+p]*b.Values[group+n]
						sum += *s * c.Values[group+n]
					}
					y.Values[step*P+p] = sum
				}
			}
		}
	}
	return []Array{y, state}
}

// WKV6 is ops.WKV6 step by step: of r, k, v, logW, u and start it returns y and the last state.
func WKV6(in []Array) []Array {
	r, k, v, logW, u, start := in[0], in[1], in[2], in[3], in[4], in[5]
	B, T, H, K, P := r.Dims[0], r.Dims[1], r.Dims[2], r.Dims[3], v.Dims[3]
	y := Zeros(v.Dims...)
	state := start.Clone()
	for i := range B {
		for t := range T {
			for h := range H {
				step := (i*T+t)*H + h
				for key := range K {
					at := step*K + key
					for p := range P {
						s := &state.Values[((i*H+h)*K+key)*P+p]
						product := k.Values[at] * v.Values[step*P+p]
						y.Values[step*P+p] += r.Values[at] * (*s + u.Values[h*K+key]*product)
						*s = math.Exp(logW.Values[at])**s + product
					}
				}
			}
		}
	}
	return []Array{y, state}
}
