package lcmodels

import (
	"fmt"
	"math"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/ops"
	"longseq/lcmodels/checkpoint"
	"longseq/lcmodels/extend"
)

// RWKV6 is the configuration of RWKV-6, Finch (Peng et al. 2024, section 4). Its fields are those of a Hugging Face
// config.json. num_attention_heads is not read: there it holds the size of a head. Sizes, beside those of the package's
// glossary:
//
//	K = P = head_size              channels of a head's keys and values, H = D / K heads
//	F = intermediate_size          width of the channel mix
//	r = time_mix_extra_dim         rank of the matrices that compute the token shift; time_decay_extra_dim of the decay's
//
// The model computes (BlinkDL/RWKV-LM, RWKV-v5/src/model.py, RWKV_Tmix_x060 and RWKV_CMix_x060; the same in the
// remote code on the hub, modeling_rwkv6.py, Rwkv6SelfAttention and Rwkv6FeedForward), with ln a LayerNorm:
//
//	x = ln0(E[token])                               [B, T, D]
//	x = x + timemix(ln1(x))
//	x = x + channelmix(ln2(x))
//	logits = ln_out(x) · headᵀ                      [B, T, V]
//
// The time mix of u, in which each of w, k, v, r and g has its own mixture of the present and the last token:
//
//	d[t] = u[t-1] - u[t]
//	m = tanh((u + d * maa_x) · w1) · w2             five mixtures, [5, B, T, D]
//	u_j = u + d * (maa_j + m_j)                     j = w, k, v, r, g
//	w = exp(-exp(time_decay + tanh(u_w · dw1) · dw2))     decays [B, T, H, K]
//	r, k, v = u_r · receptanceᵀ, u_k · keyᵀ, u_v · valueᵀ     [B, T, H, K]
//	y[t] = r[t] · (h[t-1] + diag(f) k[t] ⊗ v[t])    with the bonus f = time_faaaa; h is read before its update
//	h[t] = diag(w[t]) h[t-1] + k[t] ⊗ v[t]          the state, [B, H, K, P]
//	out = (groupnorm(y) * silu(u_g · gateᵀ)) · outputᵀ     one group for each head, eps · head_size_divisor²
//
// The channel mix of u:
//
//	k = relu((u + d * maa_k) · keyᵀ)²               [B, T, F]
//	out = sigmoid((u + d * maa_r) · receptanceᵀ) * (k · valueᵀ)
//
// Carried from one chunk to the next are the last u of both mixes ("att_x", "ffn_x") and h ("wkv").
type RWKV6 struct {
	HiddenSize       int `json:"hidden_size"`
	AttentionSize    int `json:"attention_hidden_size"`
	NLayers          int `json:"num_hidden_layers"`
	HeadSize         int `json:"head_size"`
	HeadSizeDivisor  int `json:"head_size_divisor"`
	IntermediateSize int `json:"intermediate_size"`
	VocabSize        int `json:"vocab_size"`
	// ShiftRank and DecayRank are low-rank sizes. For a checkpoint they are taken from the shapes of its tensors.
	ShiftRank int     `json:"time_mix_extra_dim"`
	DecayRank int     `json:"time_decay_extra_dim"`
	Eps       float64 `json:"layer_norm_epsilon"`
	// EmbeddingStd is the standard deviation of the embedding before training, which ln0 normalises.
	EmbeddingStd float64 `json:"initializer_range"`
	extension    extend.Extension
}

// DefaultRWKV6 holds the values of keys that are absent.
func DefaultRWKV6() RWKV6 {
	return RWKV6{HeadSize: 64, HeadSizeDivisor: 8, ShiftRank: 32, DecayRank: 64, VocabSize: 65536, Eps: 1e-5, EmbeddingStd: 0.02}
}

// Name is rwkv6.
func (c RWKV6) Name() string { return "rwkv6" }

// Vocab is vocab_size.
func (c RWKV6) Vocab() int { return c.VocabSize }

// inner is the width of the time mix, which must be D.
func (c RWKV6) inner() int {
	if c.AttentionSize == 0 {
		return c.HiddenSize
	}
	return c.AttentionSize
}

// mlpWidth is F, the width of the channel mix: 3.5 D rounded down to a multiple of 32, unless it is set.
func (c RWKV6) mlpWidth() int {
	if c.IntermediateSize == 0 {
		return c.HiddenSize * 7 / 2 / 32 * 32
	}
	return c.IntermediateSize
}

func (c RWKV6) heads() int { return c.inner() / c.HeadSize }

// Validate checks the sizes.
func (c RWKV6) Validate() error {
	err := CheckSizes("rwkv6", c.NLayers, map[string]int{
		"hidden_size": c.HiddenSize, "head_size": c.HeadSize, "head_size_divisor": c.HeadSizeDivisor,
		"vocab_size": c.VocabSize, "time_mix_extra_dim": c.ShiftRank, "time_decay_extra_dim": c.DecayRank,
		"intermediate_size": c.mlpWidth(),
	})
	switch {
	case err != nil:
		return err
	case c.inner() != c.HiddenSize:
		return fmt.Errorf("rwkv6 config: attention_hidden_size is %d: must equal hidden_size = %d", c.inner(), c.HiddenSize)
	case c.inner()%c.HeadSize != 0:
		return fmt.Errorf("rwkv6 config: head_size is %d: must divide hidden_size = %d", c.HeadSize, c.inner())
	case c.Eps <= 0:
		return fmt.Errorf("rwkv6 config: layer_norm_epsilon is %g: must be positive", c.Eps)
	}
	return nil
}

// Interventions are those on decays and states.
func (c RWKV6) Interventions() []string { return []string{extend.DecayScale, extend.StateNorm} }

// Recurrent are all layers.
func (c RWKV6) Recurrent() []int { return layersWithout(c.NLayers, func(int) bool { return false }) }

// Extension is what Extend was given.
func (c RWKV6) Extension() extend.Extension { return c.extension }

// Extend takes one factor, or one for each layer.
func (c RWKV6) Extend(e extend.Extension) (Architecture, error) {
	var err error
	e.DecayScale, err = e.DecayScale.Spread(extend.DecayScale, c.Recurrent(), c.NLayers)
	c.extension = e
	return c, err
}

// mixes names the five mixtures of the token shift, in the order of its matrices.
var mixes = []string{"w", "k", "v", "r", "g"}

// Weights lists the tensors under their Hugging Face names.
func (c RWKV6) Weights() []WeightSpec {
	width, inner := c.HiddenSize, c.inner()
	outScale := 1 / math.Sqrt(float64(c.NLayers))
	specs := []WeightSpec{Embedding("rwkv.embeddings.weight", c.VocabSize, width, c.EmbeddingStd, false)}
	norm := func(name string, dim int) []WeightSpec {
		return In(name).Weights(Vector("weight", Constant(1), dim), Vector("bias", Constant(0), dim))
	}
	for i := range c.NLayers {
		var block []WeightSpec
		if i == 0 {
			block = norm("pre_ln", width)
		}
		block = slices.Concat(block, norm("ln1", width), norm("ln2", width))
		// The token shift begins with equal parts of the present and the last token.
		att := []WeightSpec{Vector("time_maa_x", Constant(0.5), 1, 1, width)}
		for _, m := range mixes {
			att = append(att, Vector("time_maa_"+m, Constant(0.5), 1, 1, width))
		}
		att = append(att,
			Tensor("time_maa_w1", fanIn(width, 1), width, 5*c.ShiftRank),
			Tensor("time_maa_w2", fanIn(c.ShiftRank, 0.1), 5, c.ShiftRank, width),
			Vector("time_decay", c.initialDecay, 1, 1, inner),
			Tensor("time_decay_w1", fanIn(width, 1), width, c.DecayRank),
			Tensor("time_decay_w2", fanIn(c.DecayRank, 0.1), c.DecayRank, inner),
			Vector("time_faaaa", Constant(0.5), c.heads(), c.HeadSize),
			Matrix("receptance.weight", inner, width, 1),
			Matrix("key.weight", inner, width, 1),
			Matrix("value.weight", inner, width, 1),
			Matrix("gate.weight", inner, width, 1),
			Matrix("output.weight", width, inner, outScale))
		att = append(att, norm("ln_x", inner)...)
		ffn := []WeightSpec{
			Vector("time_maa_k", Constant(0.5), 1, 1, width),
			Vector("time_maa_r", Constant(0.5), 1, 1, width),
			Matrix("key.weight", c.mlpWidth(), width, 1),
			Matrix("receptance.weight", width, width, 1),
			Matrix("value.weight", width, c.mlpWidth(), outScale),
		}
		block = slices.Concat(block, In("attention").Weights(att...), In("feed_forward").Weights(ffn...))
		specs = append(specs, In("rwkv.blocks", i).Weights(block...)...)
	}
	specs = append(specs, norm("rwkv.ln_out", width)...)
	return append(specs, Head("head.weight", c.VocabSize, width))
}

// initialDecay spreads time_decay over the channels of a head from -6 (hardly any decay) to -1.
func (c RWKV6) initialDecay(i int, _ float64) float64 {
	if c.HeadSize == 1 {
		return -6
	}
	return -6 + 5*math.Pow(float64(i%c.HeadSize)/float64(c.HeadSize-1), 0.7)
}

// LayerState lists, for each layer, the last inputs of both mixes [1, D] and h [H, K, P].
func (c RWKV6) LayerState() []StateSpec {
	var specs []StateSpec
	for i := range c.NLayers {
		specs = append(specs, InLayer(i,
			StateSpec{Name: "att_x", Dims: []int{1, c.HiddenSize}, inputs: true},
			StateSpec{Name: "ffn_x", Dims: []int{1, c.HiddenSize}, inputs: true},
			StateSpec{Name: "wkv", Dims: []int{c.heads(), c.HeadSize, c.HeadSize}})...)
	}
	return specs
}

// Blocks computes the stack: modeling_rwkv6.py, Rwkv6Model.forward.
func (c RWKV6) Blocks(w *Weights, chunk Chunk) *Node {
	w = w.In("rwkv")
	norm := func(x *Node, w *Weights) *Node {
		return ops.Norm(ops.NormInputs{X: x, Weight: w.At("weight"), Bias: w.At("bias"), Center: true, Eps: c.Eps}, chunk.Form())
	}
	x := norm(w.Embed(chunk.Tokens, "embeddings.weight"), w.In("blocks", 0, "pre_ln")) // [B, T, D]
	for i := range c.NLayers {
		block := w.In("blocks", i)
		x = Add(x, c.timeMix(block.In("attention"), chunk.Layer(i), norm(x, block.In("ln1"))))
		x = Add(x, c.channelMix(block.In("feed_forward"), chunk.Layer(i), norm(x, block.In("ln2"))))
	}
	return norm(x, w.In("ln_out"))
}

// shift returns u[t-1] - u[t], u [B, T, D]. The last u is carried under name.
func (c RWKV6) shift(chunk Chunk, name string, u *Node) *Node {
	history := Concatenate([]*Node{chunk.Get(name, u, chunk.Batch(), 1, c.HiddenSize), u}, 1)
	chunk.Set(name, chunk.Latest(history, 1))
	return Sub(SliceAxis(history, 1, AxisRange(0, chunk.Time())), u)
}

// timeMix is u [B, T, D] to [B, T, D]: RWKV_Tmix_x060.forward (Peng et al. 2024, eq. 14 to 20).
func (c RWKV6) timeMix(w *Weights, chunk Chunk, u *Node) *Node {
	d := c.shift(chunk, "att_x", u)
	mixed := c.mixtures(w, u, d)
	heads := func(mix, name string) *Node { return SplitHeads(w.Linear(mixed[mix], name), c.HeadSize) }
	r := heads("r", "receptance")
	// With k = 0 and w = 1, padding leaves the state unchanged.
	k := chunk.Keep(heads("k", "key"), 0)
	decay := w.Times(Tanh(w.Times(mixed["w"], "time_decay_w1")), "time_decay_w2")
	logW := SplitHeads(Neg(Exp(Add(decay, w.At("time_decay")))), c.HeadSize)
	logW = chunk.Keep(scaled(logW, c.extension.DecayScale.At(chunk.layer)), 0)
	v := heads("v", "value")
	start := chunk.Get("wkv", u, chunk.Batch(), c.heads(), c.HeadSize, c.HeadSize)
	chunk.NoteDecay(logW)
	in := ops.WKV6Inputs{R: r, K: k, V: v, LogW: logW, U: w.At("time_faaaa"), Start: start}
	var y, last *Node
	if limit := c.extension.StateNorm; limit > 0 {
		y, last = ops.ClippedWKV6(in, limit)
	} else {
		y, last = ops.WKV6(in, chunk.Form())
	}
	chunk.Set("wkv", last)

	divisor := float64(c.HeadSizeDivisor)
	y = ops.Norm(ops.NormInputs{X: MergeHeads(y), Weight: w.At("ln_x.weight"), Bias: w.At("ln_x.bias"),
		Groups: c.heads(), Center: true, Eps: c.Eps * divisor * divisor}, chunk.Form()) // group norm, a group for each head
	return w.Linear(Mul(y, ops.SiLU(w.Linear(mixed["g"], "gate"))), "output")
}

// mixtures returns the five mixtures of u and the last token, [B, T, D] each, by their names in mixes. d is their
// difference.
func (c RWKV6) mixtures(w *Weights, u, d *Node) map[string]*Node {
	low := Tanh(w.Times(Add(u, Mul(d, w.At("time_maa_x"))), "time_maa_w1"))
	low = Reshape(low, u.Shape().Dim(0), u.Shape().Dim(1), 5, c.ShiftRank)
	m := DotGeneral(low, []int{3}, []int{2}, w.At("time_maa_w2"), []int{1}, []int{0}) // [5, B, T, D]
	mixed := map[string]*Node{}
	for j, name := range mixes {
		mj := Add(Squeeze(SliceAxis(m, 0, AxisElem(j)), 0), w.At("time_maa_"+name))
		mixed[name] = Add(u, Mul(d, mj))
	}
	return mixed
}

// channelMix is u [B, T, D] to [B, T, D]: RWKV_CMix_x060.forward.
func (c RWKV6) channelMix(w *Weights, chunk Chunk, u *Node) *Node {
	d := c.shift(chunk, "ffn_x", u)
	k := w.Linear(Add(u, Mul(d, w.At("time_maa_k"))), "key")
	k = Square(MaxScalar(k, 0))
	r := w.Linear(Add(u, Mul(d, w.At("time_maa_r"))), "receptance")
	return Mul(Sigmoid(r), w.Linear(k, "value"))
}

// Logits applies the head.
func (c RWKV6) Logits(w *Weights, hidden *Node) *Node { return w.Linear(hidden, "head") }

// MixerFLOPs counts the decay, the update, the bonus and the read of the state.
func (c RWKV6) MixerFLOPs(length int) int64 {
	return int64(c.NLayers) * int64(length) * 5 * int64(c.inner()) * int64(c.HeadSize)
}

// OtherName is the name that BlinkDL's .pth files have for a weight, whose first name is Hugging Face's.
func (c RWKV6) OtherName(name string) string {
	return blinkDLParts.Replace(strings.TrimPrefix(name, "rwkv."))
}

var blinkDLParts = strings.NewReplacer(
	"embeddings.", "emb.",
	".pre_ln.", ".ln0.",
	".attention.", ".att.",
	".feed_forward.", ".ffn.",
)

// rwkv6FromTensors takes the sizes that config.json does not have from the shapes of the tensors: the low-rank sizes, or
// all sizes for a .pth file, which has no config.json.
func rwkv6FromTensors(c *checkpoint.Checkpoint, parsed Architecture) (Architecture, error) {
	config, ok := parsed.(RWKV6)
	rename := func(name string) string { return name }
	if !ok {
		if !c.Has("blocks.0.att.time_faaaa") {
			return nil, nil
		}
		config, rename = DefaultRWKV6(), config.OtherName
	}
	dim := func(name string, axis int) int {
		t, err := c.Tensor(rename(name))
		if err != nil || axis >= len(t.Shape) {
			return 0 // refused by Validate, or when the weight is read
		}
		return t.Shape[axis]
	}
	const block = "rwkv.blocks.0."
	if config.HiddenSize == 0 {
		config.VocabSize, config.HiddenSize = dim("rwkv.embeddings.weight", 0), dim("rwkv.embeddings.weight", 1)
		config.HeadSize = dim(block+"attention.time_faaaa", 1)
		for c.Has(rename(fmt.Sprintf("rwkv.blocks.%d.ln1.weight", config.NLayers))) {
			config.NLayers++
		}
	}
	config.IntermediateSize = dim(block+"feed_forward.key.weight", 0)
	config.ShiftRank = dim(block+"attention.time_maa_w2", 1)
	config.DecayRank = dim(block+"attention.time_decay_w1", 1)
	return config, config.Validate()
}
