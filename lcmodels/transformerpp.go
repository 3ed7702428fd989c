package lcmodels

import (
	"errors"
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/pkg/core/graph"
)

// Transformer++ (Gu & Dao 2023, the Llama recipe as mamba_ssm builds it, modules/mha.py): every layer
// attends. The attention mixer is shared with the hybrid (mamba2attn.go). With d_conv > 0 a causal
// convolution with bias and without activation runs over q, k and v together.

// AttnConfig is mamba_ssm's attn_cfg.
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

// qkv is the width of queries, keys and values together.
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

func (c AttnConfig) weights(mixer string, width int, outScale float64) []WeightSpec {
	inner := c.Heads * c.dim(width)
	specs := []WeightSpec{
		matrix(mixer+".in_proj.weight", c.qkv(width), width, 1),
		matrix(mixer+".out_proj.weight", width, inner, outScale),
	}
	if c.QKVBias {
		specs = append(specs, vector(mixer+".in_proj.bias", constant(0), c.qkv(width)))
	}
	if c.OutBias {
		specs = append(specs, vector(mixer+".out_proj.bias", constant(0), width))
	}
	if c.DConv > 0 {
		specs = append(specs,
			WeightSpec{Name: mixer + ".conv1d.weight", Dims: []int{c.qkv(width), 1, c.DConv}, role: roleVector, init: normal(1 / math.Sqrt(float64(c.DConv)))},
			vector(mixer+".conv1d.bias", constant(0), c.qkv(width)))
	}
	return specs
}

func (c AttnConfig) state(layer string, width int) []StateSpec {
	specs := cacheSpecs(layer, c.headsKV(), c.dim(width))
	if c.DConv > 0 {
		specs = append(specs, convolutionSpec(layer+".conv", c.DConv, c.qkv(width)))
	}
	return specs
}

// mix is the attention mixer of layer i: u [B, T, C] to [B, T, C].
func (c AttnConfig) mix(w *Weights, in Input, s *Carry, i int, u *Node) *Node {
	mixer, layer := fmt.Sprintf("backbone.layers.%d.mixer", i), fmt.Sprint(i)
	width := u.Shape().Dim(2)
	dim, kv := c.dim(width), c.headsKV()
	qkv := w.linear(u, mixer+".in_proj")
	if c.DConv > 0 {
		qkv = convolve(in, s, layer+".conv", qkv, w.at(mixer+".conv1d.weight"), w.at(mixer+".conv1d.bias"))
		if c.quirk == MambaSSMDecode {
			outputsAsHistory(in, s, layer+".conv", qkv)
		}
	}
	parts := split(qkv, c.Heads*dim, kv*dim, kv*dim)
	positions := s.positions(in)
	q := rotate(heads(parts[0], dim), positions, c.RotaryDim, c.RotaryBase)
	k := rotate(heads(parts[1], dim), positions, c.RotaryDim, c.RotaryBase)
	y := attendCache(in, s, layer, q, k, heads(parts[2], dim), c.scale(width))
	return w.linear(merge(y), mixer+".out_proj")
}
