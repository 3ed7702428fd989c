package lcmodels

import (
	"errors"
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/ops"
	"longseq/lcmodels/extend"
)

// AttnConfig is the configuration of the attention mixer of mamba_ssm, its attn_cfg. Where every layer attends, the
// model is Transformer++ (Gu & Dao 2023, section 4.2.1): Llama's recipe of rotary positions, SwiGLU and RMSNorm.
// Sizes, beside those of the package's glossary:
//
//	H = num_heads              heads of P = head_dim channels; H·P may differ from D
//	G = num_heads_kv           heads of keys and values: query head h uses those of head floor(h / (H/G))
//	r = rotary_emb_dim         channels of a head that rotary positions rotate
//
// The mixer computes, from u [B, T, D] (mamba_ssm, modules/mha.py, MHA.forward):
//
//	qkv = u · in_projᵀ                              [B, T, (H+2G)·P]
//	qkv = conv(qkv)                                 where d_conv > 0: causal, depthwise, with bias, no activation
//	[q | k | v] = qkv                               q [B, T, H, P], k and v [B, T, G, P]
//	q, k = rotate(q), rotate(k)                     the first r channels of each head
//	y[t] = Σ_s softmax_s(q[t] · k[s] / √P) v[s]     over s ≤ t
//	out = y · out_projᵀ                             [B, T, D]
//
// Carried from one chunk to the next are rotated keys and values ("k", "v"), and the last inputs of the convolution
// ("conv").
type AttnConfig struct {
	Causal bool `json:"causal"`
	Heads  int  `json:"num_heads"`
	// HeadsKV 0 means num_heads; HeadDim 0 means d_model / num_heads.
	HeadsKV     int     `json:"num_heads_kv"`
	HeadDim     int     `json:"head_dim"`
	QKVBias     bool    `json:"qkv_proj_bias"`
	OutBias     bool    `json:"out_proj_bias"`
	DConv       int     `json:"d_conv"`
	RotaryDim   int     `json:"rotary_emb_dim"`
	RotaryBase  float64 `json:"rotary_emb_base"`
	Interleaved bool    `json:"rotary_emb_interleaved"`
	// SoftmaxScale 0 means head_dim^-1/2.
	SoftmaxScale float64 `json:"softmax_scale"`
	MLPDim       int     `json:"mlp_dim"`
	quirk        Quirk
	extension    extend.Extension
}

func defaultAttn() AttnConfig {
	return AttnConfig{QKVBias: true, OutBias: true, RotaryBase: 10000}
}

func (c AttnConfig) headsKV() int {
	if c.HeadsKV == 0 {
		return c.Heads
	}
	return c.HeadsKV
}

func (c AttnConfig) dim(width int) int {
	if c.HeadDim == 0 && c.Heads > 0 {
		return width / c.Heads
	}
	return c.HeadDim
}

func (c AttnConfig) scale(width int) float64 {
	if c.SoftmaxScale == 0 {
		return 1 / math.Sqrt(float64(c.dim(width)))
	}
	return c.SoftmaxScale
}

// qkv is the number of channels of queries, keys and values together.
func (c AttnConfig) qkv(width int) int { return (c.Heads + 2*c.headsKV()) * c.dim(width) }

func (c AttnConfig) validate(width int) error {
	switch {
	case !c.Causal:
		return errors.New("attn_cfg.causal is false or absent: only causal attention is a language model")
	case c.Heads < 1 || c.Heads > maxSize:
		return fmt.Errorf("attn_cfg.num_heads is %d: must be 1 to %d", c.Heads, maxSize)
	case c.dim(width) < 1 || c.dim(width) > maxSize:
		return fmt.Errorf("attn_cfg.head_dim is %d: must be 1 to %d", c.dim(width), maxSize)
	case c.headsKV() < 1 || c.Heads%c.headsKV() != 0:
		return fmt.Errorf("attn_cfg.num_heads_kv is %d: must divide num_heads = %d", c.headsKV(), c.Heads)
	case c.RotaryDim < 0 || c.RotaryDim%2 != 0 || c.RotaryDim > c.dim(width):
		return fmt.Errorf("attn_cfg.rotary_emb_dim is %d: must be even and 0 to head_dim = %d", c.RotaryDim, c.dim(width))
	case c.Interleaved:
		return errors.New("attn_cfg.rotary_emb_interleaved is true: only the half-split form is known")
	case c.MLPDim > 0:
		return fmt.Errorf("attn_cfg.mlp_dim is %d: only 0 is known", c.MLPDim)
	case c.SoftmaxScale < 0 || c.RotaryBase <= 0:
		return fmt.Errorf("attn_cfg.softmax_scale is %g and rotary_emb_base %g: must be positive", c.SoftmaxScale, c.RotaryBase)
	case c.DConv == 1 || c.DConv < 0 || c.DConv > maxSize:
		return fmt.Errorf("attn_cfg.d_conv is %d: must be 0 (none) or 2 and more", c.DConv)
	}
	return nil
}

// weights lists the tensors of mamba_ssm's MHA.
func (c AttnConfig) weights(width int, outScale float64) []WeightSpec {
	qkv := c.qkv(width)
	specs := []WeightSpec{
		Matrix("in_proj.weight", qkv, width, 1),
		Matrix("out_proj.weight", width, c.Heads*c.dim(width), outScale),
	}
	if c.QKVBias {
		specs = append(specs, Vector("in_proj.bias", Constant(0), qkv))
	}
	if c.OutBias {
		specs = append(specs, Vector("out_proj.bias", Constant(0), width))
	}
	if c.DConv > 0 {
		specs = append(specs,
			Vector("conv1d.weight", fanIn(c.DConv, 1), qkv, 1, c.DConv),
			Vector("conv1d.bias", Constant(0), qkv))
	}
	return specs
}

func (c AttnConfig) state(width int) []StateSpec {
	specs := attentionState(c.extension.Window, c.extension.Sinks, c.headsKV(), c.dim(width))
	if c.DConv > 0 {
		specs = append(specs, ConvolutionState("conv", c.DConv, c.qkv(width)))
	}
	return specs
}

// mix is the attention mixer, u [B, T, D] to [B, T, D]: mamba_ssm, modules/mha.py, MHA.forward.
func (c AttnConfig) mix(w *Weights, chunk Chunk, u *Node) *Node {
	width := u.Shape().Dim(2)
	dim, kv := c.dim(width), c.headsKV()
	qkv := w.Linear(u, "in_proj")
	if c.DConv > 0 {
		qkv = chunk.Convolve("conv", qkv, w.At("conv1d.weight"), w.At("conv1d.bias"))
		if c.quirk == MambaSSMDecode {
			chunk.outputsAsHistory("conv", qkv)
		}
	}
	parts := ops.SplitLast(qkv, c.Heads*dim, kv*dim, kv*dim)
	rotary := c.extension.Rope.Rotary(c.RotaryDim, c.RotaryBase)
	a := chunk.Turned(SplitHeads(parts[0], dim), SplitHeads(parts[1], dim), SplitHeads(parts[2], dim), rotary, c.scale(width), c.extension.Window, c.extension.Sinks)
	return w.Linear(MergeHeads(chunk.Attend(a)), "out_proj")
}
