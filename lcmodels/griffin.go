package lcmodels

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/ops"
)

// Griffin (De et al. 2024; RecurrentGemma, Botev et al. 2024): residual blocks whose temporal half is
// the gated linear recurrence RG-LRU or local multi-query attention, followed by a gated MLP. With
// gates i and r from the input, c = 8:
//
//	log a_t = -8 r_t softplus(Λ)        h_t = a_t h_{t-1} + sqrt(1 - a_t²) (i_t * x_t)
//
// At absolute position 0 a is 0 and the multiplier 1. Its fields are those of the Hugging Face
// config.json of recurrent_gemma.
type Griffin struct {
	HiddenSize int `json:"hidden_size"`
	LRUWidth   int `json:"lru_width"`
	NLayers    int `json:"num_hidden_layers"`
	// BlockTypes is repeated over the layers: recurrent or attention.
	BlockTypes []string `json:"block_types"`
	NHeads     int      `json:"num_attention_heads"`
	// NKVHeads 0 means num_attention_heads, HeadDim 0 hidden_size / num_attention_heads.
	NKVHeads int `json:"num_key_value_heads,omitempty"`
	HeadDim  int `json:"head_dim,omitempty"`
	// IntermediateSize is twice the MLP's width.
	IntermediateSize int     `json:"intermediate_size"`
	Window           int     `json:"attention_window_size"`
	ConvWidth        int     `json:"conv1d_width"`
	SoftCap          float64 `json:"logits_soft_cap"`
	Eps              float64 `json:"rms_norm_eps"`
	RopeTheta        float64 `json:"rope_theta"`
	RotaryFactor     float64 `json:"partial_rotary_factor"`
	AttentionBias    bool    `json:"attention_bias"`
	Activation       string  `json:"hidden_activation"`
	VocabSize        int     `json:"vocab_size"`
	ScaleEmbeddings  bool    `json:"embeddings_scale_by_sqrt_dim"`
	Tied             bool    `json:"tie_word_embeddings"`
	// GateBlocks is the number of blocks of the block-diagonal gates; 0 means num_attention_heads.
	GateBlocks int `json:"gate_blocks"`
	// SlowestDecay and FastestDecay bound what is left of h after a token when training begins, at a
	// recurrence gate of 1: spread evenly over the channels. Published 0.9 to 0.999.
	FastestDecay float64 `json:"fastest_initial_decay"`
	SlowestDecay float64 `json:"slowest_initial_decay"`
	EmbeddingStd float64 `json:"initializer_range"`
	quirk        Quirk
}

// DefaultGriffin is what an absent key means.
func DefaultGriffin() Griffin {
	return Griffin{BlockTypes: []string{"recurrent", "recurrent", "attention"}, Window: 2048, ConvWidth: 4,
		SoftCap: 30, Eps: 1e-6, RopeTheta: 10000, RotaryFactor: 0.5, ScaleEmbeddings: true, Tied: true, VocabSize: 256000, EmbeddingStd: 0.02, Activation: "gelu_pytorch_tanh",
		FastestDecay: 0.9, SlowestDecay: 0.999}
}

// Name is griffin.
func (c Griffin) Name() string { return "griffin" }

// Vocab is vocab_size.
func (c Griffin) Vocab() int { return c.VocabSize }

func (c Griffin) lru() int {
	if c.LRUWidth == 0 {
		return c.HiddenSize
	}
	return c.LRUWidth
}

func (c Griffin) gateBlocks() int {
	if c.GateBlocks == 0 {
		return c.NHeads
	}
	return c.GateBlocks
}

func (c Griffin) attends(layer int) bool { return c.BlockTypes[layer%len(c.BlockTypes)] == "attention" }

func (c Griffin) kvHeads() int {
	if c.NKVHeads == 0 {
		return c.NHeads
	}
	return c.NKVHeads
}

func (c Griffin) dim() int {
	if c.HeadDim == 0 && c.NHeads > 0 {
		return c.HiddenSize / c.NHeads
	}
	return c.HeadDim
}

func (c Griffin) rotaryDim() int { return int(float64(c.dim()) * c.RotaryFactor) }

// WithQuirk knows Transformers2024 and DeepMindWindow.
func (c Griffin) WithQuirk(q Quirk) (Architecture, bool) {
	c.quirk = q
	return c, q == Transformers2024 || q == DeepMindWindow
}

// PromptAtOnce is true with Transformers2024.
func (c Griffin) PromptAtOnce() bool { return c.quirk == Transformers2024 }

// Validate checks the sizes.
func (c Griffin) Validate() error {
	err := sizes("griffin", c.NLayers, map[string]int{
		"hidden_size": c.HiddenSize, "num_attention_heads": c.NHeads, "num_key_value_heads": c.kvHeads(),
		"head_dim": c.dim(), "intermediate_size": c.IntermediateSize, "attention_window_size": c.Window, "vocab_size": c.VocabSize,
		"number of block_types": len(c.BlockTypes), "gate_blocks": c.gateBlocks(), "lru_width": c.lru(), "conv1d_width": c.ConvWidth,
	})
	if err != nil {
		return err
	}
	for _, kind := range c.BlockTypes {
		if kind != "recurrent" && kind != "attention" {
			return fmt.Errorf("griffin config: block_types holds %q: must be recurrent or attention", kind)
		}
	}
	switch {
	case c.NHeads%c.kvHeads() != 0:
		return fmt.Errorf("griffin config: num_key_value_heads is %d: must divide num_attention_heads = %d", c.kvHeads(), c.NHeads)
	case c.lru()%c.gateBlocks() != 0:
		return fmt.Errorf("griffin config: lru_width is %d: must be a multiple of the %d gate blocks", c.lru(), c.gateBlocks())
	case c.IntermediateSize%2 != 0:
		return fmt.Errorf("griffin config: intermediate_size is %d: must be even, twice the MLP's width", c.IntermediateSize)
	case c.FastestDecay <= 0 || c.SlowestDecay < c.FastestDecay || c.SlowestDecay >= 1:
		return fmt.Errorf("griffin config: initial decays are %g to %g: must rise between 0 and 1", c.FastestDecay, c.SlowestDecay)
	case c.Activation != "gelu_pytorch_tanh":
		return fmt.Errorf("griffin config: hidden_activation is %q: only gelu_pytorch_tanh is known", c.Activation)
	case c.Eps <= 0 || c.RopeTheta <= 0 || c.SoftCap < 0:
		return fmt.Errorf("griffin config: rms_norm_eps is %g, rope_theta %g and logits_soft_cap %g: must be positive", c.Eps, c.RopeTheta, c.SoftCap)
	case c.ConvWidth < 2:
		return fmt.Errorf("griffin config: conv1d_width is %d: must be 2 or more", c.ConvWidth)
	case c.rotaryDim()%2 != 0 || c.rotaryDim() > c.dim():
		return fmt.Errorf("griffin config: partial_rotary_factor is %g: must turn an even part of the %d channels of a head", c.RotaryFactor, c.dim())
	}
	return nil
}

// Weights lists the tensors of RecurrentGemmaForCausalLM.
func (c Griffin) Weights() []WeightSpec {
	width, lru, blocks, f := c.HiddenSize, c.lru(), c.gateBlocks(), c.IntermediateSize/2
	outScale := 1 / math.Sqrt(float64(c.NLayers))
	specs := []WeightSpec{embedding("model.embed_tokens.weight", c.VocabSize, width, c.EmbeddingStd, c.Tied)}
	add := func(name string, out, in int, scale float64, bias bool) {
		specs = append(specs, matrix(name+".weight", out, in, scale))
		if bias {
			specs = append(specs, vector(name+".bias", constant(0), out))
		}
	}
	for i := range c.NLayers {
		layer := fmt.Sprintf("model.layers.%d", i)
		temporal := layer + ".temporal_block"
		// RMSNorm multiplies by 1 + weight.
		specs = append(specs, vector(layer+".temporal_pre_norm.weight", constant(0), width), vector(layer+".channel_pre_norm.weight", constant(0), width))
		if c.attends(i) {
			inner, kv := c.NHeads*c.dim(), c.kvHeads()*c.dim()
			add(temporal+".q_proj", inner, width, 1, c.AttentionBias)
			add(temporal+".k_proj", kv, width, 1, c.AttentionBias)
			add(temporal+".v_proj", kv, width, 1, c.AttentionBias)
			add(temporal+".o_proj", width, inner, outScale, true)
		} else {
			add(temporal+".linear_x", lru, width, 1, true)
			add(temporal+".linear_y", lru, width, 1, true)
			add(temporal+".linear_out", width, lru, outScale, true)
			specs = append(specs,
				WeightSpec{Name: temporal + ".conv_1d.weight", Dims: []int{lru, 1, c.ConvWidth}, role: roleVector, init: normal(1 / math.Sqrt(float64(c.ConvWidth)))},
				vector(temporal+".conv_1d.bias", constant(0), lru),
				vector(temporal+".rg_lru.recurrent_param", c.initialDecay, lru))
			for _, gate := range []string{"input", "recurrent"} {
				specs = append(specs,
					WeightSpec{Name: temporal + ".rg_lru." + gate + "_gate_weight", Dims: []int{blocks, lru / blocks, lru / blocks}, init: normal(1 / math.Sqrt(float64(lru/blocks)))},
					vector(temporal+".rg_lru."+gate+"_gate_bias", constant(0), blocks, lru/blocks))
			}
		}
		add(layer+".mlp_block.gate_proj", f, width, 1, true)
		add(layer+".mlp_block.up_proj", f, width, 1, true)
		add(layer+".mlp_block.down_proj", width, f, outScale, true)
	}
	specs = append(specs, vector("model.final_norm.weight", constant(0), width))
	if !c.Tied {
		specs = append(specs, head("lm_head.weight", c.VocabSize, width))
	}
	return specs
}

// initialDecay spreads a evenly over the channels: Λ is the inverse of softplus of -log(a)/8.
func (c Griffin) initialDecay(i int, _ float64) float64 {
	a := c.FastestDecay + (c.SlowestDecay-c.FastestDecay)*float64(i)/float64(c.lru())
	return math.Log(math.Expm1(-math.Log(a) / 8))
}

// State lists conv tails and h [R] of recurrent layers, the window's keys and values of the others.
func (c Griffin) State() []StateSpec {
	specs := []StateSpec{positionSpec(), {Name: windowPosition, Dims: []int{c.Window}, Integer: true, bookkeeping: true}}
	if c.quirk == Transformers2024 {
		specs = append(specs, promptSpec())
	}
	for i := range c.NLayers {
		layer := fmt.Sprint(i)
		if c.attends(i) {
			specs = append(specs, windowSpecs(layer, c.Window, c.kvHeads(), c.dim())...)
		} else {
			specs = append(specs, convolutionSpec(layer+".conv", c.ConvWidth, c.lru()), StateSpec{Name: layer + ".h", Dims: []int{c.lru()}})
		}
	}
	return specs
}

// embeddingScale is the root of the width rounded to bfloat16, in every type of weights.
func (c Griffin) embeddingScale() float64 {
	bits := math.Float32bits(float32(math.Sqrt(float64(c.HiddenSize))))
	bits += 0x7fff + bits>>16&1 // to the nearest, ties to even
	return float64(math.Float32frombits(bits &^ 0xffff))
}

// Hidden runs the blocks: tokens [B, T] to [B, T, C].
func (c Griffin) Hidden(w *Weights, in Input, s *Carry) *Node {
	norm := func(x *Node, name string) *Node { return rmsNorm(x, AddScalar(w.at(name+".weight"), 1), c.Eps) }
	x := w.embed(in.Tokens, "model.embed_tokens.weight")
	if c.ScaleEmbeddings {
		x = MulScalar(x, c.embeddingScale())
	}
	s.enterPrompt(in)
	for i := range c.NLayers {
		layer := fmt.Sprintf("model.layers.%d", i)
		h := norm(x, layer+".temporal_pre_norm")
		if c.attends(i) {
			x = Add(x, c.localAttention(w, in, s, i, h))
		} else {
			x = Add(x, c.recurrence(w, in, s, i, h))
		}
		h = norm(x, layer+".channel_pre_norm")
		gated := Mul(geluTanh(w.linear(h, layer+".mlp_block.gate_proj")), w.linear(h, layer+".mlp_block.up_proj"))
		x = Add(x, w.linear(gated, layer+".mlp_block.down_proj"))
	}
	if s != nil {
		s.set(windowPosition, latest(in, windowHistory(in, s), c.Window))
	}
	s.advance(in)
	return norm(x, "model.final_norm")
}

// localAttention is the temporal half of layer i where it attends: h [B, T, C] to [B, T, C].
func (c Griffin) localAttention(w *Weights, in Input, s *Carry, i int, h *Node) *Node {
	block, positions := fmt.Sprintf("model.layers.%d.temporal_block", i), s.positions(in)
	q := rotate(heads(w.linear(h, block+".q_proj"), c.dim()), positions, c.rotaryDim(), c.RopeTheta)
	k := rotate(heads(w.linear(h, block+".k_proj"), c.dim()), positions, c.rotaryDim(), c.RopeTheta)
	v := heads(w.linear(h, block+".v_proj"), c.dim())
	layer, scale := fmt.Sprint(i), 1/math.Sqrt(float64(c.dim()))
	var y *Node
	switch c.quirk {
	case Transformers2024:
		y = attendWindow2024(in, s, layer, c.Window, q, k, v, scale)
	case DeepMindWindow:
		y = attendWindow(in, s, layer, c.Window, c.Window+1, q, k, v, scale)
	default:
		y = attendWindow(in, s, layer, c.Window, c.Window, q, k, v, scale)
	}
	return w.linear(merge(y), block+".o_proj")
}

// recurrence is the temporal half of layer i where it is recurrent: h [B, T, C] to [B, T, C].
func (c Griffin) recurrence(w *Weights, in Input, s *Carry, i int, h *Node) *Node {
	block, layer := fmt.Sprintf("model.layers.%d.temporal_block", i), fmt.Sprint(i)
	y := geluTanh(w.linear(h, block+".linear_y"))
	x := convolve(in, s, layer+".conv", w.linear(h, block+".linear_x"), w.at(block+".conv_1d.weight"), w.at(block+".conv_1d.bias"))
	hs, last := c.rgLRU(w, in, s, layer, block+".rg_lru", x)
	s.set(layer+".h", last)
	return w.linear(Mul(hs, y), block+".linear_out")
}

// rgLRU is the real-gated linear recurrent unit: x [B, T, R] to h [B, T, R] and its last value [B, R].
func (c Griffin) rgLRU(w *Weights, in Input, s *Carry, layer, name string, x *Node) (h, last *Node) {
	batch, time, lru := in.batch(), in.time(), c.lru()
	gate := func(kind string) *Node { // block-diagonal
		xb := Reshape(x, batch, time, c.gateBlocks(), lru/c.gateBlocks())
		y := DotGeneral(xb, []int{3}, []int{2}, w.at(name+"."+kind+"_gate_weight"), []int{1}, []int{0}) // [blocks, B, T, R/blocks]
		y = Reshape(TransposeAllAxes(y, 1, 2, 0, 3), batch, time, lru)
		return Sigmoid(Add(y, Reshape(w.at(name+"."+kind+"_gate_bias"), 1, 1, lru)))
	}
	logA := MulScalar(Mul(gate("recurrent"), ExpandLeftToRank(Softplus(w.at(name+".recurrent_param")), 3)), -8)
	in.noteDecay(layer, logA)
	a, input := Exp(logA), Mul(gate("input"), x)
	multiplier := sqrtBounded(OneMinus(Exp(MulScalar(logA, 2))))

	// A sequence begins without a past: at absolute position 0 nothing is kept and all is let in.
	first := Equal(s.positions(in), Scalar(x.Graph(), dtypes.Int32, 0))
	first = BroadcastToDims(ExpandAxes(first, -1), batch, time, lru)
	a = Where(first, ZerosLike(a), a)
	multiplier = Where(first, OnesLike(multiplier), multiplier)
	start := s.get(x.Graph(), layer+".h", stateShape(x, batch, lru))
	// A token that is not real keeps h as it is.
	return ops.Linear(ops.LinearInputs{A: in.keep(a, 1), B: in.keep(Mul(multiplier, input), 0), Start: start}, s.Form())
}

// sqrtBounded is the square root with a derivative of at most 1000, as the reference trains it. The
// value is Sqrt's; the gradient enters by a term that is zero.
func sqrtBounded(x *Node) *Node {
	bounded := IdentityWithCustomGradient(x, func(x, v *Node) *Node {
		return Div(v, Sqrt(MaxScalar(MulScalar(x, 4), 1e-6)))
	})
	return Add(StopGradient(Sqrt(x)), Sub(bounded, StopGradient(x)))
}

// Logits applies the head and the soft cap: cap * tanh(logits / cap).
func (c Griffin) Logits(w *Weights, hidden *Node) *Node {
	name := "lm_head"
	if c.Tied {
		name = "model.embed_tokens"
	}
	logits := w.linear(hidden, name)
	if c.SoftCap == 0 {
		return logits
	}
	return MulScalar(Tanh(DivScalar(logits, c.SoftCap)), c.SoftCap)
}

// MixerFLOPs counts scores and values within the window, and update and gates of the recurrence.
func (c Griffin) MixerFLOPs(length int) int64 {
	var n int64
	for i := range c.NLayers {
		if c.attends(i) {
			n += 4 * causalPairs(length, c.Window) * int64(c.NHeads*c.dim())
		} else {
			n += 3 * int64(length) * int64(c.lru())
		}
	}
	return n
}

// AttentionScores counts the scores of one layer's attention, which sees the window and the chunk.
func (c Griffin) AttentionScores(time, keys int) int64 {
	return int64(c.NHeads) * int64(time) * int64(min(keys, c.Window)+time)
}
