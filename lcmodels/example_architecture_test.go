package lcmodels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend/backendtest"
	"longseq/kernelsrc/ops"
)

// This file is the worked example of adding an architecture. Without _test in its name, and with a case in
// ParseConfig, FormatConfig and train.Tinies, minGRU would be the seventh: generation, sweeps and figures
// ask an Architecture for no more than is here.

// MinGRU (Feng et al. 2024, section 3.1) is a gated recurrence whose gates see the input only, so that it
// is a scan:
//
//	z = sigmoid(W_z x); h[t] = (1 - z[t]) h[t-1] + z[t] W_h x[t]; x += W_o h
type MinGRU struct {
	Width     int `json:"d_model"`
	Layers    int `json:"n_layer"`
	VocabSize int `json:"vocab_size"`
}

func (c MinGRU) Name() string { return "mingru" }
func (c MinGRU) Vocab() int   { return c.VocabSize }

func (c MinGRU) Validate() error {
	return sizes("mingru", c.Layers, map[string]int{"d_model": c.Width, "vocab_size": c.VocabSize})
}

func (c MinGRU) layer(i int) string { return fmt.Sprintf("layers.%d.", i) }

func (c MinGRU) Weights() []WeightSpec {
	specs := []WeightSpec{embedding("embedding.weight", c.VocabSize, c.Width, 1, false)}
	for i := range c.Layers {
		specs = append(specs,
			vector(c.layer(i)+"norm.weight", constant(1), c.Width),
			matrix(c.layer(i)+"gate.weight", c.Width, c.Width, 1),
			matrix(c.layer(i)+"candidate.weight", c.Width, c.Width, 1),
			matrix(c.layer(i)+"out.weight", c.Width, c.Width, 1))
	}
	return append(specs, vector("norm.weight", constant(1), c.Width), head("head.weight", c.VocabSize, c.Width))
}

func (c MinGRU) State() []StateSpec {
	specs := []StateSpec{positionSpec()}
	for i := range c.Layers {
		specs = append(specs, StateSpec{Name: c.layer(i) + "h", Dims: []int{c.Width}})
	}
	return specs
}

func (c MinGRU) Hidden(w *Weights, in Input, s *Carry) *Node {
	x := w.embed(in.Tokens, "embedding.weight")
	for i := range c.Layers {
		p := c.layer(i)
		u := rmsNorm(x, w.at(p+"norm.weight"), 1e-5)
		z := in.keep(Sigmoid(w.linear(u, p+"gate")), 0) // what is no token changes no state
		before := s.get(x.Graph(), p+"h", shapes.Make(x.DType(), in.batch(), c.Width))
		h, last := ops.Linear(ops.LinearInputs{A: OneMinus(z), B: Mul(z, w.linear(u, p+"candidate")), Start: before}, s.Form())
		s.set(p+"h", last)
		x = Add(x, w.linear(h, p+"out"))
	}
	s.advance(in)
	return rmsNorm(x, w.at("norm.weight"), 1e-5)
}

func (c MinGRU) Logits(w *Weights, hidden *Node) *Node { return w.linear(hidden, "head") }

// MixerFLOPs: a multiplication and an addition a channel and token.
func (c MinGRU) MixerFLOPs(length int) int64 { return 2 * int64(c.Layers*c.Width*length) }

// Whoever adds an architecture proves first that chunks of any size with carried state are the whole.
func TestTheArchitectureOfTheExampleReadsInChunks(t *testing.T) {
	b := backendtest.Open(t, "")
	c := MinGRU{Width: 16, Layers: 2, VocabSize: 32}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	if want := int64(2*32*16 + 2*(3*16*16+16) + 16); Params(c) != want {
		t.Errorf("%d parameters, want %d", Params(c), want)
	}
	random := rand.New(rand.NewPCG(1, 2))
	weights := make([]*tensors.Tensor, 0, len(c.Weights()))
	for _, spec := range c.Weights() {
		values := make([]float32, spec.Size())
		for i := range values {
			values[i] = float32(spec.Initial(i, random.NormFloat64()))
		}
		weights = append(weights, tensors.FromFlatDataAndDimensions(values, spec.Dims...))
	}
	exec, err := NewExec(b, func(in []*Node) []*Node {
		w, err := NewWeights(c.Weights(), in[1:1+len(weights)], dtypes.Float32)
		if err != nil {
			panic(err)
		}
		s, err := NewCarry(c.State(), in[1+len(weights):])
		if err != nil {
			panic(err)
		}
		return append([]*Node{Forward(c, w, Input{Tokens: in[0]}, s)}, s.Nodes()...)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	read := func(tokens []int32, s *State) []float32 {
		args := []any{tensors.FromFlatDataAndDimensions(tokens, 1, len(tokens))}
		for _, x := range append(weights, s.Tensors...) {
			args = append(args, x)
		}
		out, err := exec.Exec(args...)
		if err != nil {
			t.Fatal(err)
		}
		s.Tensors = out[1:]
		logits, err := tensors.CopyFlatData[float32](out[0])
		if err != nil {
			t.Fatal(err)
		}
		return logits
	}
	tokens := make([]int32, 37)
	for i := range tokens {
		tokens[i] = random.Int32N(int32(c.VocabSize))
	}
	whole := read(tokens, NewState(c, 1, 0))
	s := NewState(c, 1, 0)
	parts := append(append(read(tokens[:5], s), read(tokens[5:6], s)...), read(tokens[6:], s)...)
	for i := range whole {
		if d := math.Abs(float64(whole[i] - parts[i])); d > 2e-5 {
			t.Fatalf("logit %d differs by %g between the whole and its chunks", i, d)
		}
	}
}
