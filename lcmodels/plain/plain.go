// Package plain computes the six architectures token by token in float64, with loops over slices. It is written from
// the papers' equations and not from the graphs of package lcmodels, which are compared with it: in tests, and by
// package selftest on the backend of a machine. It is meant for models with some thousand weights.
package plain

import (
	"fmt"
	"math"

	"longseq/lcmodels"
	"longseq/lcmodels/extend"
)

// Logits returns the logits [T][V] behind each token of a sequence that is read from the start. weights are the values of
// the architecture's weights, in the order of its Weights. An architecture that is none of the six is an error.
func Logits(a lcmodels.Architecture, weights [][]float64, tokens []int32) ([][]float64, error) {
	if err := lcmodels.CheckTokens(a, [][]int32{tokens}); err != nil {
		return nil, err
	}
	p := &reader{weights: map[string][]float64{}, dims: map[string][]int{}, past: map[string][][]float64{}}
	for i, spec := range a.Weights() {
		p.weights[spec.Name], p.dims[spec.Name] = weights[i], spec.Dims
	}
	if x, ok := a.(lcmodels.Extendable); ok {
		p.extension = x.Extension()
	}
	var read func(token int) []float64
	switch c := a.(type) {
	case lcmodels.Llama:
		read = func(token int) []float64 { return p.llama(c, token) }
	case lcmodels.MambaSSM:
		read = func(token int) []float64 { return p.mambaSSM(c, token) }
	case lcmodels.Griffin:
		read = func(token int) []float64 { return p.griffin(c, token) }
	case lcmodels.RWKV6:
		read = func(token int) []float64 { return p.rwkv6(c, token) }
	default:
		return nil, fmt.Errorf("there are no plain equations of %s", a.Name())
	}
	var logits [][]float64
	for i, token := range tokens {
		p.position = i
		logits = append(logits, read(int(token)))
	}
	return logits, nil
}

// reader is a model that has read some tokens.
type reader struct {
	weights map[string][]float64
	dims    map[string][]int
	// past of each layer: inputs of convolutions and shifts, keys and values, recurrent states.
	past map[string][][]float64
	// position of the token that is being read.
	position  int
	extension extend.Extension
}

// row returns row i of a matrix.
func (p *reader) row(name string, i int) []float64 {
	n := p.dims[name][1]
	return p.weights[name][i*n : (i+1)*n]
}

// linear is W x + bias, W [out, in].
func (p *reader) linear(name string, x []float64) []float64 {
	y := make([]float64, p.dims[name+".weight"][0])
	for i := range y {
		y[i] = dot(p.row(name+".weight", i), x)
	}
	return plus(y, p.weights[name+".bias"])
}

// times is x W, W [in, out].
func (p *reader) times(name string, x []float64) []float64 {
	y := make([]float64, p.dims[name][1])
	for i, v := range x {
		for j, w := range p.row(name, i) {
			y[j] += v * w
		}
	}
	return y
}

func dot(a, b []float64) float64 {
	s := 0.0
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}

// plus adds b to a copy of a; nil is zero.
func plus(a, b []float64) []float64 {
	y := append([]float64{}, a...)
	for i := range b {
		y[i] += b[i]
	}
	return y
}

func each(f func(v float64) float64, x []float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = f(v)
	}
	return y
}

func product(a, b []float64) []float64 {
	y := make([]float64, len(a))
	for i := range a {
		y[i] = a[i] * b[i]
	}
	return y
}

func sigmoid(v float64) float64  { return 1 / (1 + math.Exp(-v)) }
func swish(v float64) float64    { return v * sigmoid(v) }
func softplus(v float64) float64 { return math.Log1p(math.Exp(v)) }
func gelu(v float64) float64 {
	return v / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(v+0.044715*v*v*v)))
}

// rms divides each of the groups of x by the root of its mean square and multiplies by w + offset.
func rms(x, w []float64, offset, eps float64, groups int) []float64 {
	y, size := make([]float64, len(x)), len(x)/groups
	for i := range x {
		group := x[i/size*size : i/size*size+size]
		y[i] = x[i] / math.Sqrt(dot(group, group)/float64(size)+eps) * (w[i] + offset)
	}
	return y
}

// norm is LayerNorm over each of the groups.
func norm(x, w, b []float64, eps float64, groups int) []float64 {
	y, size := make([]float64, len(x)), len(x)/groups
	for i := range x {
		group := x[i/size*size : i/size*size+size]
		mean, variance := 0.0, 0.0
		for _, v := range group {
			mean += v / float64(size)
		}
		for _, v := range group {
			variance += (v - mean) * (v - mean) / float64(size)
		}
		y[i] = (x[i]-mean)/math.Sqrt(variance+eps)*w[i] + b[i]
	}
	return y
}

// conv is the depthwise causal convolution under the name; its inputs are remembered.
func (p *reader) conv(name string, x []float64) []float64 {
	p.past[name] = append(p.past[name], x)
	w, k := p.weights[name+".weight"], p.dims[name+".weight"][2]
	y := plus(make([]float64, len(x)), p.weights[name+".bias"])
	for back := range k {
		if t := len(p.past[name]) - 1 - back; t >= 0 {
			for c := range y {
				y[c] += w[c*k+k-1-back] * p.past[name][t][c]
			}
		}
	}
	return y
}

// state returns what is remembered under the name as one vector, zeros at the start.
func (p *reader) state(name string, size int) []float64 {
	if p.past[name] == nil {
		p.past[name] = [][]float64{make([]float64, size)}
	}
	return p.past[name][0]
}

// clip divides the state of a head whose norm is above the extension's limit, if there is one.
func (p *reader) clip(state []float64) {
	norm := math.Sqrt(dot(state, state))
	if limit := p.extension.StateNorm; limit > 0 && norm > limit {
		for i := range state {
			state[i] *= limit / norm
		}
	}
}
