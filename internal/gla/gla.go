// Package gla is the worked example of an architecture from outside package lcmodels: gated linear attention (Yang et
// al. 2024) with one gate for each head. A program that imports it knows it by the name gla, like the six of lcmodels.
package gla

import (
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/ops"
	"longseq/lcmodels"
)

// Config is the configuration of gated linear attention. The letters are those of lcmodels; heads have P = K channels,
// and E = H·P. The model computes, with the recurrence of flash-linear-attention, fla/ops/simple_gla/naive.py:
//
//	x = E[token]                                        [B, T, D]
//	x = x + mix(rms(x))                                 in each layer
//	logits = rms(x) · headᵀ                             [B, T, V]
//
//	[q | k | v] = silu(conv(u · qkvᵀ))                  [B, T, H, P] each; conv causal, depthwise
//	a = sigmoid(u · gateᵀ)^(1/16)                       decays [B, T, H] (Yang et al. 2024, section 4.4)
//	h[t] = a[t] h[t-1] + v[t] ⊗ k[t]                    the state, [B, H, P, K]
//	y[t] = h[t] · q[t] / √P                             [B, T, H, P]
//	mix(u) = (rms(y) * silu(u · out_gateᵀ)) · outᵀ      rms over each head
type Config struct {
	Width     int `json:"hidden_size"`
	Layers    int `json:"num_hidden_layers"`
	Heads     int `json:"num_heads"`
	HeadDim   int `json:"head_dim"`
	ConvWidth int `json:"conv_width"`
	VocabSize int `json:"vocab_size"`
}

func init() {
	lcmodels.Register(lcmodels.Registration{
		Name: Config{}.Name(), Label: "Gated linear attention",
		Family: &lcmodels.Family{ModelType: "longseq_gla", Parse: lcmodels.ParseAs(func() Config { return Config{ConvWidth: 4} })},
		Tiny:   lcmodels.Tiny{LR: 5e-3, Cost: 1.5, Widths: tiny},
	})
}

// tiny lists two-layer models from narrow to wide.
func tiny(vocab int) (all []lcmodels.Architecture) {
	for dim := 8; dim <= 128; dim++ {
		all = append(all, Config{Width: 64, Layers: 2, Heads: 2, HeadDim: dim, ConvWidth: 4, VocabSize: (vocab + 7) / 8 * 8})
	}
	return all
}

func (c Config) Name() string { return "gla" }
func (c Config) Vocab() int   { return c.VocabSize }
func (c Config) inner() int   { return c.Heads * c.HeadDim }

func (c Config) Validate() error {
	if c.ConvWidth < 2 {
		return fmt.Errorf("gla config: conv_width is %d: must be 2 or more", c.ConvWidth)
	}
	return lcmodels.CheckSizes(c.Name(), c.Layers, map[string]int{
		"hidden_size": c.Width, "num_heads": c.Heads, "head_dim": c.HeadDim, "vocab_size": c.VocabSize, "conv_width": c.ConvWidth})
}

func (c Config) Weights() []lcmodels.WeightSpec {
	inner, one := c.inner(), lcmodels.Constant(1)
	specs := []lcmodels.WeightSpec{lcmodels.Embedding("embedding.weight", c.VocabSize, c.Width, 1, false)}
	for i := range c.Layers {
		specs = append(specs, lcmodels.In("layers", i).Weights(
			lcmodels.Vector("norm.weight", one, c.Width),
			lcmodels.Matrix("qkv.weight", 3*inner, c.Width, 1),
			lcmodels.Vector("conv.weight", lcmodels.Normal(1/math.Sqrt(float64(c.ConvWidth))), 3*inner, 1, c.ConvWidth),
			lcmodels.Vector("conv.bias", lcmodels.Constant(0), 3*inner),
			lcmodels.Matrix("gate.weight", c.Heads, c.Width, 1),
			lcmodels.Vector("head_norm.weight", one, c.HeadDim),
			lcmodels.Matrix("out_gate.weight", inner, c.Width, 1),
			lcmodels.Matrix("out.weight", c.Width, inner, 1/math.Sqrt(float64(c.Layers))))...)
	}
	return append(specs, lcmodels.Vector("norm.weight", one, c.Width), lcmodels.Head("head.weight", c.VocabSize, c.Width))
}

func (c Config) LayerState() (specs []lcmodels.StateSpec) {
	for i := range c.Layers {
		specs = append(specs, lcmodels.InLayer(i,
			lcmodels.ConvolutionState("conv", c.ConvWidth, 3*c.inner()),
			lcmodels.StateSpec{Name: "h", Dims: []int{c.Heads, c.HeadDim, c.HeadDim}})...)
	}
	return specs
}

func (c Config) Blocks(w *lcmodels.Weights, chunk lcmodels.Chunk) *Node {
	x := w.Embed(chunk.Tokens, "embedding.weight") // [B, T, D]
	for i := range c.Layers {
		layer := w.In("layers", i)
		x = Add(x, c.mix(layer, chunk.Layer(i), ops.RMSNorm(x, layer.At("norm.weight"), 1e-5, chunk.Form())))
	}
	return ops.RMSNorm(x, w.At("norm.weight"), 1e-5, chunk.Form())
}

func (c Config) mix(w *lcmodels.Weights, chunk lcmodels.Chunk, u *Node) *Node {
	parts := chunk.ConvolveSiLU("conv", w.Linear(u, "qkv"), w.At("conv.weight"), w.At("conv.bias"), c.inner(), c.inner(), c.inner())
	heads := func(i int) *Node { return lcmodels.SplitHeads(parts[i], c.HeadDim) } // [B, T, H, P]
	q, k, v := MulScalar(heads(0), 1/math.Sqrt(float64(c.HeadDim))), heads(1), heads(2)
	// Padding has decay 1 and step 0, which leave the state unchanged.
	logA := chunk.Keep(MulScalar(Softplus(Neg(w.Linear(u, "gate"))), -1./16), 0) // [B, T, H]
	step := chunk.Keep(OnesLike(logA), 0)
	chunk.NoteDecay(logA)
	h := chunk.Get("h", u, chunk.Batch(), c.Heads, c.HeadDim, c.HeadDim)
	y, h := ops.SSD(ops.SSDInputs{X: v, Dt: step, LogA: logA, B: k, C: q, Start: h}, chunk.Form())
	chunk.Set("h", h)
	y = lcmodels.MergeHeads(ops.RMSNorm(y, w.At("head_norm.weight"), 1e-5, chunk.Form()))
	return w.Linear(Mul(y, ops.SiLU(w.Linear(u, "out_gate"))), "out")
}

func (c Config) Logits(w *lcmodels.Weights, hidden *Node) *Node { return w.Linear(hidden, "head") }

func (c Config) MixerFLOPs(length int) int64 { // decay, update and read of the state
	return 5 * int64(c.Layers) * int64(length) * int64(c.inner()*c.HeadDim)
}
