package lcmodels

import (
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/ops"
	"longseq/lcmodels/extend"
)

// Griffin is the configuration of Griffin (De et al. 2024), as in RecurrentGemma (Botev et al. 2024). Its fields are those
// of the Hugging Face config.json of recurrent_gemma. Sizes, beside those of the package's glossary:
//
//	E = lru_width                  width of the recurrence, by default D
//	n = gate_blocks                blocks of the block-diagonal gates, by default H
//	W = attention_window_size      keys that a query sees, itself included
//	F = intermediate_size / 2      width of the MLP
//
// The model computes (transformers, models/recurrent_gemma/modeling_recurrent_gemma.py,
// RecurrentGemmaModel.forward and RecurrentGemmaDecoderLayer.forward), with rms(x) = x / sqrt(mean(x²) + eps) * (1 + weight):
//
//	x = √D E[token]                                 [B, T, D]; √D is rounded to bfloat16
//	x = x + temporal(rms(x))                        recurrence or local attention, as block_types says
//	x = x + mlp(rms(x))                             mlp(u) = (gelu(u · gate_projᵀ) * (u · up_projᵀ)) · down_projᵀ
//	logits = c tanh(rms(x) · headᵀ / c)             [B, T, V], c = logits_soft_cap
//
// The recurrence, with the RG-LRU (De et al. 2024, eq. 1 to 4) of b = conv(u · linear_xᵀ):
//
//	i, r = sigmoid(b · Wi + bi), sigmoid(b · Wr + br)     gates [B, T, E], each block of E/n channels by its own matrix
//	log a = -8 r softplus(recurrent_param)
//	h[t] = a[t] h[t-1] + sqrt(1 - a[t]²) (i[t] * b[t])    the state, [B, E]; at position 0, h = i * b
//	out = (h * gelu(u · linear_yᵀ)) · linear_outᵀ   [B, T, D]
//
// Local attention has one or a few heads of keys and values and rotary positions on a part of each head:
//
//	y[t] = Σ_s softmax_s(q[t] · k[s] / √P) v[s]     over t-W < s ≤ t
//
// Carried from one chunk to the next are the last inputs of the convolution ("conv") and h ("h") of a recurrent layer,
// and the last W rotated keys and values ("k", "v") of an attention layer.
type Griffin struct {
	HiddenSize int `json:"hidden_size"`
	LRUWidth   int `json:"lru_width"`
	NLayers    int `json:"num_hidden_layers"`
	// BlockTypes says what the layers are, recurrent or attention. It is repeated over the layers.
	BlockTypes []string `json:"block_types"`
	NHeads     int      `json:"num_attention_heads"`
	// NKVHeads 0 means num_attention_heads, HeadDim 0 hidden_size / num_attention_heads.
	NKVHeads int `json:"num_key_value_heads,omitempty"`
	HeadDim  int `json:"head_dim,omitempty"`
	// IntermediateSize is twice the width of the MLP.
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
	// GateBlocks is the number of blocks of the block-diagonal gates; 0 means num_attention_heads, as in
	// RecurrentGemma, which has no such key.
	GateBlocks int `json:"gate_blocks"`
	// FastestDecay and SlowestDecay are the least and the largest a before training, at a recurrence gate of 1. They
	// are spread evenly over the channels. Published are 0.9 and 0.999.
	FastestDecay float64 `json:"fastest_initial_decay"`
	SlowestDecay float64 `json:"slowest_initial_decay"`
	EmbeddingStd float64 `json:"initializer_range"`
	quirk        Quirk
	extension    extend.Extension // with a decay-scale for each layer of the model
}

// DefaultGriffin holds the values of keys that are absent.
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

// Interventions are those on decays, where layers are recurrent, and on attention, where layers attend.
func (c Griffin) Interventions() []string {
	return interventionsOf(c.NLayers, len(c.Recurrent()), c.rotaryDim() > 0, extend.DecayScale)
}

// Recurrent are the layers that do not attend.
func (c Griffin) Recurrent() []int { return layersWithout(c.NLayers, c.attends) }

// Extension is what Extend was given.
func (c Griffin) Extension() extend.Extension { return c.extension }

// Extend replaces the model's own window by that of the extension. Window and sinks do not go with a quirk, which is
// another window.
func (c Griffin) Extend(e extend.Extension) (Architecture, error) {
	if c.quirk != "" && e.Window+e.Sinks > 0 {
		return nil, fmt.Errorf("window and sinks do not go with the quirk %s, which is another window", c.quirk)
	}
	if e.Rope.Type == extend.Dynamic {
		return nil, errors.New("rope=dynamic: griffin attends within a window, which ends positions from growing")
	}
	var err error
	if e.DecayScale, err = e.DecayScale.Spread(extend.DecayScale, c.Recurrent(), c.NLayers); err != nil {
		return nil, err
	}
	if c.extension = e; e.Window > 0 {
		c.Window = e.Window
	}
	return c, nil
}

// PromptAtOnce is true with Transformers2024.
func (c Griffin) PromptAtOnce() bool { return c.quirk == Transformers2024 }

// Validate checks the sizes.
func (c Griffin) Validate() error {
	err := CheckSizes("griffin", c.NLayers, map[string]int{
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
	specs := []WeightSpec{Embedding("model.embed_tokens.weight", c.VocabSize, width, c.EmbeddingStd, c.Tied)}
	for i := range c.NLayers {
		// RMSNorm multiplies by 1 + weight.
		layer := []WeightSpec{
			Vector("temporal_pre_norm.weight", Constant(0), width),
			Vector("channel_pre_norm.weight", Constant(0), width),
		}
		add := func(name string, out, in int, scale float64, bias bool) {
			layer = append(layer, Matrix(name+".weight", out, in, scale))
			if bias {
				layer = append(layer, Vector(name+".bias", Constant(0), out))
			}
		}
		if c.attends(i) {
			inner, kv := c.NHeads*c.dim(), c.kvHeads()*c.dim()
			add("temporal_block.q_proj", inner, width, 1, c.AttentionBias)
			add("temporal_block.k_proj", kv, width, 1, c.AttentionBias)
			add("temporal_block.v_proj", kv, width, 1, c.AttentionBias)
			add("temporal_block.o_proj", width, inner, outScale, true)
		} else {
			add("temporal_block.linear_x", lru, width, 1, true)
			add("temporal_block.linear_y", lru, width, 1, true)
			add("temporal_block.linear_out", width, lru, outScale, true)
			layer = append(layer, In("temporal_block").Weights(
				Vector("conv_1d.weight", fanIn(c.ConvWidth, 1), lru, 1, c.ConvWidth),
				Vector("conv_1d.bias", Constant(0), lru),
				Vector("rg_lru.recurrent_param", c.initialDecay, lru),
				Tensor("rg_lru.input_gate_weight", fanIn(lru/blocks, 1), blocks, lru/blocks, lru/blocks),
				Vector("rg_lru.input_gate_bias", Constant(0), blocks, lru/blocks),
				Tensor("rg_lru.recurrent_gate_weight", fanIn(lru/blocks, 1), blocks, lru/blocks, lru/blocks),
				Vector("rg_lru.recurrent_gate_bias", Constant(0), blocks, lru/blocks))...)
		}
		add("mlp_block.gate_proj", f, width, 1, true)
		add("mlp_block.up_proj", f, width, 1, true)
		add("mlp_block.down_proj", width, f, outScale, true)
		specs = append(specs, In("model.layers", i).Weights(layer...)...)
	}
	specs = append(specs, Vector("model.final_norm.weight", Constant(0), width))
	if !c.Tied {
		specs = append(specs, Head("lm_head.weight", c.VocabSize, width))
	}
	return specs
}

// initialDecay spreads a evenly over the channels: recurrent_param is the inverse of softplus of -log(a)/8.
func (c Griffin) initialDecay(i int, _ float64) float64 {
	a := c.FastestDecay + (c.SlowestDecay-c.FastestDecay)*float64(i)/float64(c.lru())
	return math.Log(math.Expm1(-math.Log(a) / 8))
}

// LayerState lists the convolution's history and h [E] of recurrent layers, and the window's keys and values of attention
// layers.
func (c Griffin) LayerState() []StateSpec {
	var specs []StateSpec
	if c.quirk == Transformers2024 {
		specs = append(specs, StateSpec{Name: promptRead, Integer: true, bookkeeping: true})
	}
	for i := range c.NLayers {
		layer := []StateSpec{ConvolutionState("conv", c.ConvWidth, c.lru()), {Name: "h", Dims: []int{c.lru()}}}
		if c.attends(i) {
			layer = attentionState(c.Window, c.extension.Sinks, c.kvHeads(), c.dim())
		}
		specs = append(specs, InLayer(i, layer...)...)
	}
	return specs
}

// embeddingScale is √D rounded to bfloat16, whatever the type of the weights.
func (c Griffin) embeddingScale() float64 {
	bits := math.Float32bits(float32(math.Sqrt(float64(c.HiddenSize))))
	bits += 0x7fff + bits>>16&1 // to the nearest, ties to even
	return float64(math.Float32frombits(bits &^ 0xffff))
}

// Blocks computes the stack: modeling_recurrent_gemma.py, RecurrentGemmaModel.forward.
func (c Griffin) Blocks(w *Weights, chunk Chunk) *Node {
	w = w.In("model")
	norm := func(x, weight *Node) *Node { return ops.RMSNorm(x, AddScalar(weight, 1), c.Eps, chunk.Form()) }
	x := w.Embed(chunk.Tokens, "embed_tokens.weight") // [B, T, D]
	if c.ScaleEmbeddings {
		x = MulScalar(x, c.embeddingScale())
	}
	for i := range c.NLayers {
		layer := w.In("layers", i)
		temporal := c.recurrence
		if c.attends(i) {
			temporal = c.localAttention
		}
		u := norm(x, layer.At("temporal_pre_norm.weight"))
		x = Add(x, temporal(layer.In("temporal_block"), chunk.Layer(i), u))
		u = norm(x, layer.At("channel_pre_norm.weight"))
		x = Add(x, c.mlp(layer.In("mlp_block"), u))
	}
	return norm(x, w.At("final_norm.weight"))
}

// mlp is u [B, T, D] to [B, T, D]: RecurrentGemmaMlp.forward.
func (c Griffin) mlp(w *Weights, u *Node) *Node {
	return w.Linear(Mul(ops.GELU(w.Linear(u, "gate_proj")), w.Linear(u, "up_proj")), "down_proj")
}

// localAttention is u [B, T, D] to [B, T, D]: RecurrentGemmaSdpaAttention.forward.
func (c Griffin) localAttention(w *Weights, chunk Chunk, u *Node) *Node {
	dim := c.dim()
	q, k, v := SplitHeads(w.Linear(u, "q_proj"), dim), SplitHeads(w.Linear(u, "k_proj"), dim), SplitHeads(w.Linear(u, "v_proj"), dim)
	rotary := c.extension.Rope.Rotary(c.rotaryDim(), c.RopeTheta)
	a := chunk.Turned(q, k, v, rotary, 1/math.Sqrt(float64(dim)), c.Window, c.extension.Sinks)
	var y *Node
	switch c.quirk {
	case Transformers2024:
		y = chunk.attendWindow2024(a)
	case DeepMindWindow:
		y = chunk.attendWindow(a, c.Window+1)
	default:
		y = chunk.Attend(a)
	}
	return w.Linear(MergeHeads(y), "o_proj")
}

// recurrence is u [B, T, D] to [B, T, D]: RecurrentGemmaRecurrentBlock.forward.
func (c Griffin) recurrence(w *Weights, chunk Chunk, u *Node) *Node {
	y := ops.GELU(w.Linear(u, "linear_y"))
	b := chunk.Convolve("conv", w.Linear(u, "linear_x"), w.At("conv_1d.weight"), w.At("conv_1d.bias"))
	return w.Linear(Mul(c.rgLRU(w.In("rg_lru"), chunk, b), y), "linear_out")
}

// rgLRU is the real-gated linear recurrent unit, b [B, T, E] to h [B, T, E]: RecurrentGemmaRglru.forward (De et al. 2024,
// eq. 1 to 4).
func (c Griffin) rgLRU(w *Weights, chunk Chunk, b *Node) *Node {
	batch, time, lru := chunk.Batch(), chunk.Time(), c.lru()
	gate := func(kind string) *Node { // block-diagonal
		blocks := Reshape(b, batch, time, c.gateBlocks(), lru/c.gateBlocks())
		y := DotGeneral(blocks, []int{3}, []int{2}, w.At(kind+"_gate_weight"), []int{1}, []int{0}) // [n, B, T, E/n]
		y = Reshape(TransposeAllAxes(y, 1, 2, 0, 3), batch, time, lru)
		return Sigmoid(Add(y, Reshape(w.At(kind+"_gate_bias"), 1, 1, lru)))
	}
	logA := MulScalar(Mul(gate("recurrent"), ExpandLeftToRank(Softplus(w.At("recurrent_param")), 3)), -8)
	logA = scaled(logA, c.extension.DecayScale.At(chunk.layer))
	chunk.NoteDecay(logA)
	a, input := Exp(logA), Mul(gate("input"), b)
	multiplier := sqrtBounded(OneMinus(Exp(MulScalar(logA, 2))))

	// A sequence has no past at absolute position 0: the decay is 0 and the input is taken whole.
	first := Equal(chunk.Positions(), Scalar(b.Graph(), dtypes.Int32, 0))
	first = BroadcastToDims(ExpandAxes(first, -1), batch, time, lru)
	a = Where(first, ZerosLike(a), a)
	multiplier = Where(first, OnesLike(multiplier), multiplier)
	start := chunk.Get("h", b, batch, lru)
	// With a = 1 and no input, padding leaves h unchanged.
	h, last := ops.Linear(ops.LinearInputs{A: chunk.Keep(a, 1), B: chunk.Keep(Mul(multiplier, input), 0), Start: start}, chunk.Form())
	chunk.Set("h", last)
	return h
}

// sqrtBounded is the square root with a derivative of at most 1000: SqrtBoundDerivative. The value is that of Sqrt. The
// gradient is that of a term that is zero.
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
	logits := w.Linear(hidden, name)
	if c.SoftCap == 0 {
		return logits
	}
	return MulScalar(Tanh(DivScalar(logits, c.SoftCap)), c.SoftCap)
}

// MixerFLOPs counts the scores and values within the window, and the updates and gates of the recurrence.
func (c Griffin) MixerFLOPs(length int) int64 {
	var n int64
	for i := range c.NLayers {
		if c.attends(i) {
			n += 4 * attendedPairs(length, c.Window, c.extension.Sinks) * int64(c.NHeads*c.dim())
		} else {
			n += 3 * int64(length) * int64(c.lru())
		}
	}
	return n
}

// AttentionScores counts the scores of one layer's attention, which sees the window and the chunk.
func (c Griffin) AttentionScores(time, keys int) int64 {
	return int64(c.NHeads) * int64(time) * int64(attendedKeys(time, keys, c.Window, c.extension.Sinks))
}
