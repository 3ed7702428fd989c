package lcmodels

import (
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/ops"
	"longseq/lcmodels/extend"
)

// Llama is the configuration of Llama (Touvron et al. 2023), as in Sheared-LLaMA (Xia et al. 2024). Its fields are those of
// a Hugging Face config.json. Sizes, beside those of the package's glossary:
//
//	H = num_attention_heads        heads of P = head_dim channels, by default D / H
//	G = num_key_value_heads        heads of keys and values: query head h uses those of head floor(h / (H/G))
//	F = intermediate_size          width of the MLP
//
// The model computes (transformers, models/llama/modeling_llama.py, LlamaModel.forward and
// LlamaDecoderLayer.forward):
//
//	x = E[token]                                    [B, T, D]
//	u = rms(x)
//	q, k = rotate(u · q_projᵀ), rotate(u · k_projᵀ)     q [B, T, H, P], k [B, T, G, P]; whole heads are rotated
//	v = u · v_projᵀ                                 [B, T, G, P]
//	y[t] = Σ_s softmax_s(q[t] · k[s] / √P) v[s]     over s ≤ t
//	x = x + y · o_projᵀ
//	u = rms(x)
//	x = x + (silu(u · gate_projᵀ) * (u · up_projᵀ)) · down_projᵀ
//	logits = rms(x) · lm_headᵀ                      [B, T, V]
//
// Carried from one chunk to the next are rotated keys and values ("k", "v").
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
	// MaxPositions is the length that the model was trained at, in tokens, 0 if it is not known. It is no limit: rotary
	// positions go on after it.
	MaxPositions int `json:"max_position_embeddings,omitempty"`
	// Rope is how rotary positions are scaled.
	Rope      extend.Rope `json:"rope_scaling,omitzero"`
	extension extend.Extension
}

// DefaultLlama holds the values of keys that are absent.
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

// Interventions are those on attention.
func (c Llama) Interventions() []string {
	return []string{extend.RopeScale, extend.Window, extend.Sinks}
}

// Recurrent is nil.
func (c Llama) Recurrent() []int { return nil }

// Extension is what Extend was given.
func (c Llama) Extension() extend.Extension { return c.extension }

// Extend refuses rope for a model whose config.json scales rotary positions already.
func (c Llama) Extend(e extend.Extension) (Architecture, error) {
	if e.Rope.Type != "" && c.Rope.Scales() {
		return nil, fmt.Errorf("rope: config.json scales rotary positions already: rope_type is %s", c.Rope.Type)
	}
	c.extension = e
	return c, needsWindow(e)
}

// rotary is the rotation of queries and keys.
func (c Llama) rotary() ops.Rotary {
	if c.extension.Rope.Type != "" {
		return c.extension.Rope.Rotary(c.dim(), c.RopeTheta)
	}
	return c.Rope.Rotary(c.dim(), c.RopeTheta)
}

// Validate checks the sizes.
func (c Llama) Validate() error {
	err := CheckSizes("llama", c.NLayers, map[string]int{
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
	if err := c.Rope.Validate(); err != nil {
		return fmt.Errorf("llama config: %w", err)
	}
	return nil
}

// Weights lists the tensors of LlamaForCausalLM.
func (c Llama) Weights() []WeightSpec {
	inner, kv := c.NHeads*c.dim(), c.kvHeads()*c.dim()
	outScale := 1 / math.Sqrt(float64(c.NLayers))
	specs := []WeightSpec{Embedding("model.embed_tokens.weight", c.VocabSize, c.HiddenSize, c.EmbeddingStd, c.Tied)}
	for i := range c.NLayers {
		layer := []WeightSpec{
			Vector("input_layernorm.weight", Constant(1), c.HiddenSize),
			Vector("post_attention_layernorm.weight", Constant(1), c.HiddenSize),
		}
		add := func(name string, out, in int, scale float64, bias bool) {
			layer = append(layer, Matrix(name+".weight", out, in, scale))
			if bias {
				layer = append(layer, Vector(name+".bias", Constant(0), out))
			}
		}
		add("self_attn.q_proj", inner, c.HiddenSize, 1, c.AttentionBias)
		add("self_attn.k_proj", kv, c.HiddenSize, 1, c.AttentionBias)
		add("self_attn.v_proj", kv, c.HiddenSize, 1, c.AttentionBias)
		add("self_attn.o_proj", c.HiddenSize, inner, outScale, c.AttentionBias)
		add("mlp.gate_proj", c.IntermediateSize, c.HiddenSize, 1, c.MLPBias)
		add("mlp.up_proj", c.IntermediateSize, c.HiddenSize, 1, c.MLPBias)
		add("mlp.down_proj", c.HiddenSize, c.IntermediateSize, outScale, c.MLPBias)
		specs = append(specs, In("model.layers", i).Weights(layer...)...)
	}
	specs = append(specs, Vector("model.norm.weight", Constant(1), c.HiddenSize))
	if !c.Tied {
		specs = append(specs, Head("lm_head.weight", c.VocabSize, c.HiddenSize))
	}
	return specs
}

// LayerState lists a KV cache for each layer.
func (c Llama) LayerState() []StateSpec {
	var specs []StateSpec
	for i := range c.NLayers {
		specs = append(specs, InLayer(i, attentionState(c.extension.Window, c.extension.Sinks, c.kvHeads(), c.dim())...)...)
	}
	return specs
}

// Blocks computes the stack: modeling_llama.py, LlamaModel.forward.
func (c Llama) Blocks(w *Weights, chunk Chunk) *Node {
	w = w.In("model")
	x := w.Embed(chunk.Tokens, "embed_tokens.weight") // [B, T, D]
	for i := range c.NLayers {
		layer := w.In("layers", i)
		u := ops.RMSNorm(x, layer.At("input_layernorm.weight"), c.RMSEps, chunk.Form())
		x = Add(x, c.attention(layer.In("self_attn"), chunk.Layer(i), u))
		u = ops.RMSNorm(x, layer.At("post_attention_layernorm.weight"), c.RMSEps, chunk.Form())
		x = Add(x, c.mlp(layer.In("mlp"), u))
	}
	return ops.RMSNorm(x, w.At("norm.weight"), c.RMSEps, chunk.Form())
}

// attention is u [B, T, D] to [B, T, D]: modeling_llama.py, LlamaAttention.forward.
func (c Llama) attention(w *Weights, chunk Chunk, u *Node) *Node {
	dim := c.dim()
	q, k, v := SplitHeads(w.Linear(u, "q_proj"), dim), SplitHeads(w.Linear(u, "k_proj"), dim), SplitHeads(w.Linear(u, "v_proj"), dim)
	a := chunk.Turned(q, k, v, c.rotary(), 1/math.Sqrt(float64(dim)), c.extension.Window, c.extension.Sinks)
	return w.Linear(MergeHeads(chunk.Attend(a)), "o_proj")
}

// mlp is u [B, T, D] to [B, T, D]: modeling_llama.py, LlamaMLP.forward.
func (c Llama) mlp(w *Weights, u *Node) *Node {
	return w.Linear(Mul(ops.SiLU(w.Linear(u, "gate_proj")), w.Linear(u, "up_proj")), "down_proj")
}

// Logits applies the head, which is the embedding if tied.
func (c Llama) Logits(w *Weights, hidden *Node) *Node {
	if c.Tied {
		return w.Linear(hidden, "model.embed_tokens")
	}
	return w.Linear(hidden, "lm_head")
}

// MixerFLOPs counts the scores and values of attention.
func (c Llama) MixerFLOPs(length int) int64 {
	return int64(c.NLayers) * 4 * attendedPairs(length, c.extension.Window, c.extension.Sinks) * int64(c.NHeads*c.dim())
}

// AttentionScores counts the scores of one layer's attention.
func (c Llama) AttentionScores(time, keys int) int64 {
	return int64(c.NHeads) * int64(time) * int64(attendedKeys(time, keys, c.extension.Window, c.extension.Sinks))
}
