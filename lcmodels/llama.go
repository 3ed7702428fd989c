package lcmodels

import (
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/pkg/core/graph"
)

// Llama (Touvron et al. 2023; transformers, modeling_llama.py), as in Sheared-LLaMA: attention with
// rotary positions on the whole head, SwiGLU, RMSNorm:
//
//	x += W_o attn(rms(x)); h = rms(x); x += W_down (silu(W_gate h) * W_up h)
//
// Its fields are those of a Hugging Face config.json.
type Llama struct {
	HiddenSize       int     `json:"hidden_size"`
	IntermediateSize int     `json:"intermediate_size"`
	NLayers          int     `json:"num_hidden_layers"`
	NHeads           int     `json:"num_attention_heads"`
	NKVHeads         int     `json:"num_key_value_heads"`
	HeadDim          int     `json:"head_dim"`
	VocabSize        int     `json:"vocab_size"`
	RMSEps           float64 `json:"rms_norm_eps"`
	RopeTheta        float64 `json:"rope_theta"`
	Tied             bool    `json:"tie_word_embeddings"`
	AttentionBias    bool    `json:"attention_bias"`
	MLPBias          bool    `json:"mlp_bias"`
	// Activation "" means silu, the only one known.
	Activation   string  `json:"hidden_act,omitempty"`
	EmbeddingStd float64 `json:"initializer_range"`
	// MaxPositions is the longest text it was trained on, in tokens, 0 if that is not said. Rotary positions go on
	// behind it, and the paper asks there: it is no limit.
	MaxPositions int `json:"max_position_embeddings,omitempty"`
}

// DefaultLlama is what an absent key means.
func DefaultLlama() Llama {
	return Llama{RMSEps: 1e-6, RopeTheta: 10000, EmbeddingStd: 0.02}
}

// Name is llama.
func (c Llama) Name() string { return "llama" }

// Vocab is vocab_size.
func (c Llama) Vocab() int { return c.VocabSize }

func (c Llama) kvHeads() int {
	if c.NKVHeads == 0 {
		return c.NHeads
	}
	return c.NKVHeads
}

func (c Llama) dim() int {
	if c.HeadDim == 0 {
		return c.HiddenSize / c.NHeads
	}
	return c.HeadDim
}

// TrainedLength is max_position_embeddings.
func (c Llama) TrainedLength() int { return c.MaxPositions }

// Validate checks the sizes.
func (c Llama) Validate() error {
	err := sizes("llama", c.NLayers, map[string]int{
		"hidden_size": c.HiddenSize, "intermediate_size": c.IntermediateSize, "num_attention_heads": c.NHeads, "vocab_size": c.VocabSize,
	})
	switch {
	case err != nil:
		return err
	case c.kvHeads() < 1 || c.NHeads%c.kvHeads() != 0:
		return fmt.Errorf("llama config: num_key_value_heads is %d: must divide num_attention_heads = %d", c.kvHeads(), c.NHeads)
	case c.HeadDim == 0 && c.HiddenSize%c.NHeads != 0:
		return fmt.Errorf("llama config: num_attention_heads is %d: must divide hidden_size = %d", c.NHeads, c.HiddenSize)
	case c.HeadDim < 0 || c.HeadDim > maxSize:
		return fmt.Errorf("llama config: head_dim is %d: must be 1 to %d", c.HeadDim, maxSize)
	case c.dim()%2 != 0:
		return fmt.Errorf("llama config: the head dimension is %d: must be even for rotary positions", c.dim())
	case c.Activation != "" && c.Activation != "silu":
		return fmt.Errorf("llama config: hidden_act is %q: only silu is known", c.Activation)
	case c.RopeTheta <= 0 || c.RMSEps <= 0:
		return fmt.Errorf("llama config: rope_theta is %g and rms_norm_eps %g: must be positive", c.RopeTheta, c.RMSEps)
	}
	return nil
}

// Weights lists the tensors of LlamaForCausalLM.
func (c Llama) Weights() []WeightSpec {
	inner, kv := c.NHeads*c.dim(), c.kvHeads()*c.dim()
	outScale := 1 / math.Sqrt(float64(c.NLayers))
	specs := []WeightSpec{embedding("model.embed_tokens.weight", c.VocabSize, c.HiddenSize, c.EmbeddingStd, c.Tied)}
	add := func(name string, out, in int, scale float64, bias bool) {
		specs = append(specs, matrix(name+".weight", out, in, scale))
		if bias {
			specs = append(specs, vector(name+".bias", constant(0), out))
		}
	}
	for i := range c.NLayers {
		layer := fmt.Sprintf("model.layers.%d", i)
		specs = append(specs, vector(layer+".input_layernorm.weight", constant(1), c.HiddenSize),
			vector(layer+".post_attention_layernorm.weight", constant(1), c.HiddenSize))
		add(layer+".self_attn.q_proj", inner, c.HiddenSize, 1, c.AttentionBias)
		add(layer+".self_attn.k_proj", kv, c.HiddenSize, 1, c.AttentionBias)
		add(layer+".self_attn.v_proj", kv, c.HiddenSize, 1, c.AttentionBias)
		add(layer+".self_attn.o_proj", c.HiddenSize, inner, outScale, c.AttentionBias)
		add(layer+".mlp.gate_proj", c.IntermediateSize, c.HiddenSize, 1, c.MLPBias)
		add(layer+".mlp.up_proj", c.IntermediateSize, c.HiddenSize, 1, c.MLPBias)
		add(layer+".mlp.down_proj", c.HiddenSize, c.IntermediateSize, outScale, c.MLPBias)
	}
	specs = append(specs, vector("model.norm.weight", constant(1), c.HiddenSize))
	if !c.Tied {
		specs = append(specs, head("lm_head.weight", c.VocabSize, c.HiddenSize))
	}
	return specs
}

// State is a KV cache a layer.
func (c Llama) State() []StateSpec {
	specs := append([]StateSpec{positionSpec()}, slotSpecs()...)
	for i := range c.NLayers {
		specs = append(specs, cacheSpecs(fmt.Sprint(i), c.kvHeads(), c.dim())...)
	}
	return specs
}

// Hidden runs the blocks: tokens [B, T] to [B, T, C].
func (c Llama) Hidden(w *Weights, in Input, s *Carry) *Node {
	x := w.embed(in.Tokens, "model.embed_tokens.weight")
	enterSlots(in, s)
	positions := s.positions(in)
	scale := 1 / math.Sqrt(float64(c.dim()))
	for i := range c.NLayers {
		layer := fmt.Sprintf("model.layers.%d", i)
		h := rmsNorm(x, w.at(layer+".input_layernorm.weight"), c.RMSEps)
		q := rotate(heads(w.linear(h, layer+".self_attn.q_proj"), c.dim()), positions, c.dim(), c.RopeTheta)
		k := rotate(heads(w.linear(h, layer+".self_attn.k_proj"), c.dim()), positions, c.dim(), c.RopeTheta)
		v := heads(w.linear(h, layer+".self_attn.v_proj"), c.dim())
		y := attendCache(in, s, fmt.Sprint(i), q, k, v, scale)
		x = Add(x, w.linear(merge(y), layer+".self_attn.o_proj"))

		h = rmsNorm(x, w.at(layer+".post_attention_layernorm.weight"), c.RMSEps)
		gated := Mul(silu(w.linear(h, layer+".mlp.gate_proj")), w.linear(h, layer+".mlp.up_proj"))
		x = Add(x, w.linear(gated, layer+".mlp.down_proj"))
	}
	s.advance(in)
	return rmsNorm(x, w.at("model.norm.weight"), c.RMSEps)
}

// Logits applies the head, which is the embedding if tied.
func (c Llama) Logits(w *Weights, hidden *Node) *Node {
	if c.Tied {
		return w.linear(hidden, "model.embed_tokens")
	}
	return w.linear(hidden, "lm_head")
}

// MixerFLOPs counts scores and values.
func (c Llama) MixerFLOPs(length int) int64 {
	return int64(c.NLayers) * 4 * causalPairs(length, 0) * int64(c.NHeads*c.dim())
}

// AttentionScores counts the scores of one layer's attention.
func (c Llama) AttentionScores(time, keys int) int64 {
	return int64(c.NHeads) * int64(time) * int64(keys)
}
