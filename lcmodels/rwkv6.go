package lcmodels

import (
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/ops"
)

// RWKV-6, Finch (Peng et al. 2024, section 4; BlinkDL/RWKV-LM and the Hugging Face remote code). A
// block is a time mix and a channel mix behind LayerNorms. Per head, with a decay w_t that depends on
// the data and a bonus u for the present token (time_faaaa), S being key x value:
//
//	o_t = r_t · (S_{t-1} + diag(u) k_t v_tᵀ)        S_t = diag(w_t) S_{t-1} + k_t v_tᵀ
//
// Its fields are those of the Hugging Face config.json. num_attention_heads, which holds the head
// size there, is not read.
type RWKV6 struct {
	HiddenSize       int `json:"hidden_size"`
	AttentionSize    int `json:"attention_hidden_size"`
	NLayers          int `json:"num_hidden_layers"`
	HeadSize         int `json:"head_size"`
	HeadSizeDivisor  int `json:"head_size_divisor"`
	IntermediateSize int `json:"intermediate_size"`
	VocabSize        int `json:"vocab_size"`
	// Low-rank sizes of the token shift and of the decay; from the tensors' shapes where there are any.
	ShiftRank int     `json:"time_mix_extra_dim"`
	DecayRank int     `json:"time_decay_extra_dim"`
	Eps       float64 `json:"layer_norm_epsilon"`
	// EmbeddingStd is the spread of the embedding before training. Ours; ln0 normalises it.
	EmbeddingStd float64 `json:"initializer_range"`
}

// DefaultRWKV6 is what an absent key means.
func DefaultRWKV6() RWKV6 {
	return RWKV6{HeadSize: 64, HeadSizeDivisor: 8, ShiftRank: 32, DecayRank: 64, VocabSize: 65536, Eps: 1e-5, EmbeddingStd: 0.02}
}

// Name is rwkv6.
func (c RWKV6) Name() string { return "rwkv6" }

// Vocab is vocab_size.
func (c RWKV6) Vocab() int { return c.VocabSize }

// inner is the width of the time mix: the model's own unless attention_hidden_size is set.
func (c RWKV6) inner() int {
	if c.AttentionSize == 0 {
		return c.HiddenSize
	}
	return c.AttentionSize
}

// channelMix is the width of the channel mix: 3.5 C rounded down to a multiple of 32, unless set.
func (c RWKV6) channelMix() int {
	if c.IntermediateSize == 0 {
		return c.HiddenSize * 7 / 2 / 32 * 32
	}
	return c.IntermediateSize
}

func (c RWKV6) heads() int { return c.inner() / c.HeadSize }

// Validate checks the sizes.
func (c RWKV6) Validate() error {
	err := sizes("rwkv6", c.NLayers, map[string]int{
		"hidden_size": c.HiddenSize, "head_size": c.HeadSize, "head_size_divisor": c.HeadSizeDivisor,
		"vocab_size": c.VocabSize, "time_mix_extra_dim": c.ShiftRank, "time_decay_extra_dim": c.DecayRank,
		"intermediate_size": c.channelMix(),
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

// mixes are the five vectors of the data-dependent token shift, in the order of its matrices.
var mixes = []string{"w", "k", "v", "r", "g"}

// Weights lists the tensors under their Hugging Face names.
func (c RWKV6) Weights() []WeightSpec {
	width, inner := c.HiddenSize, c.inner()
	outScale := 1 / math.Sqrt(float64(c.NLayers))
	specs := []WeightSpec{embedding("rwkv.embeddings.weight", c.VocabSize, width, c.EmbeddingStd, false)}
	layerNormSpecs := func(name string, dim int) {
		specs = append(specs, vector(name+".weight", constant(1), dim), vector(name+".bias", constant(0), dim))
	}
	for i := range c.NLayers {
		block := fmt.Sprintf("rwkv.blocks.%d", i)
		if i == 0 {
			layerNormSpecs(block+".pre_ln", width)
		}
		layerNormSpecs(block+".ln1", width)
		layerNormSpecs(block+".ln2", width)
		att, ffn := block+".attention", block+".feed_forward"
		// The shift begins at an even mixture of the present and the last token.
		specs = append(specs, vector(att+".time_maa_x", constant(0.5), 1, 1, width))
		for _, m := range mixes {
			specs = append(specs, vector(att+".time_maa_"+m, constant(0.5), 1, 1, width))
		}
		specs = append(specs,
			WeightSpec{Name: att + ".time_maa_w1", Dims: []int{width, 5 * c.ShiftRank}, init: normal(1 / math.Sqrt(float64(width)))},
			WeightSpec{Name: att + ".time_maa_w2", Dims: []int{5, c.ShiftRank, width}, init: normal(0.1 / math.Sqrt(float64(c.ShiftRank)))},
			vector(att+".time_decay", c.initialDecay, 1, 1, inner),
			WeightSpec{Name: att + ".time_decay_w1", Dims: []int{width, c.DecayRank}, init: normal(1 / math.Sqrt(float64(width)))},
			WeightSpec{Name: att + ".time_decay_w2", Dims: []int{c.DecayRank, inner}, init: normal(0.1 / math.Sqrt(float64(c.DecayRank)))},
			vector(att+".time_faaaa", constant(0.5), c.heads(), c.HeadSize),
			matrix(att+".receptance.weight", inner, width, 1),
			matrix(att+".key.weight", inner, width, 1),
			matrix(att+".value.weight", inner, width, 1),
			matrix(att+".gate.weight", inner, width, 1),
			matrix(att+".output.weight", width, inner, outScale))
		layerNormSpecs(att+".ln_x", inner)
		specs = append(specs,
			vector(ffn+".time_maa_k", constant(0.5), 1, 1, width),
			vector(ffn+".time_maa_r", constant(0.5), 1, 1, width),
			matrix(ffn+".key.weight", c.channelMix(), width, 1),
			matrix(ffn+".receptance.weight", width, width, 1),
			matrix(ffn+".value.weight", width, c.channelMix(), outScale))
	}
	layerNormSpecs("rwkv.ln_out", width)
	return append(specs, head("head.weight", c.VocabSize, width))
}

// initialDecay spreads time_decay over the channels of a head from -6 (hardly any decay) to -1.
func (c RWKV6) initialDecay(i int, _ float64) float64 {
	if c.HeadSize == 1 {
		return -6
	}
	return -6 + 5*math.Pow(float64(i%c.HeadSize)/float64(c.HeadSize-1), 0.7)
}

// State lists, a layer, the last inputs of both mixes [C] and S [H, K, K].
func (c RWKV6) State() []StateSpec {
	specs := []StateSpec{positionSpec()}
	for i := range c.NLayers {
		layer := fmt.Sprint(i)
		specs = append(specs,
			StateSpec{Name: layer + ".att_x", Dims: []int{1, c.HiddenSize}},
			StateSpec{Name: layer + ".ffn_x", Dims: []int{1, c.HiddenSize}},
			StateSpec{Name: layer + ".wkv", Dims: []int{c.heads(), c.HeadSize, c.HeadSize}})
	}
	return specs
}

// Hidden runs the blocks: tokens [B, T] to [B, T, C].
func (c RWKV6) Hidden(w *Weights, in Input, s *Carry) *Node {
	norm := func(x *Node, name string) *Node {
		return layerNorm(x, w.at(name+".weight"), w.at(name+".bias"), c.Eps)
	}
	x := norm(w.embed(in.Tokens, "rwkv.embeddings.weight"), "rwkv.blocks.0.pre_ln")
	for i := range c.NLayers {
		block := fmt.Sprintf("rwkv.blocks.%d", i)
		x = Add(x, c.timeMix(w, in, s, i, norm(x, block+".ln1")))
		x = Add(x, c.channelMixing(w, in, s, i, norm(x, block+".ln2")))
	}
	s.advance(in)
	return norm(x, "rwkv.ln_out")
}

// shifted returns u_{t-1} - u_t, u [B, T, C]; the last u is carried under name.
func (c RWKV6) shifted(in Input, s *Carry, name string, u *Node) *Node {
	before := s.get(u.Graph(), name, stateShape(u, in.batch(), 1, c.HiddenSize))
	history := Concatenate([]*Node{before, u}, 1)
	s.set(name, latest(in, history, 1))
	return Sub(SliceAxis(history, 1, AxisRange(0, in.time())), u)
}

// timeMix is the attention-like half of block i: u [B, T, C] to [B, T, C].
func (c RWKV6) timeMix(w *Weights, in Input, s *Carry, i int, u *Node) *Node {
	att, layer := fmt.Sprintf("rwkv.blocks.%d.attention", i), fmt.Sprint(i)
	g, batch, time := u.Graph(), in.batch(), in.time()
	d := c.shifted(in, s, layer+".att_x", u)
	low := Tanh(w.apply(Add(u, Mul(d, w.at(att+".time_maa_x"))), w.at(att+".time_maa_w1"), 0))
	low = Reshape(low, batch, time, 5, c.ShiftRank)
	// [5, B, T, C]: one mixture for each of w, k, v, r, g.
	m := DotGeneral(low, []int{3}, []int{2}, w.at(att+".time_maa_w2"), []int{1}, []int{0})
	mixed := map[string]*Node{}
	for j, name := range mixes {
		mj := Add(Squeeze(SliceAxis(m, 0, AxisElem(j)), 0), w.at(att+".time_maa_"+name))
		mixed[name] = Add(u, Mul(d, mj))
	}
	decay := w.apply(Tanh(w.apply(mixed["w"], w.at(att+".time_decay_w1"), 0)), w.at(att+".time_decay_w2"), 0)
	logW := Neg(Exp(Add(decay, w.at(att+".time_decay"))))
	r := heads(w.linear(mixed["r"], att+".receptance"), c.HeadSize)
	// A token that is not real neither decays the state nor adds to it.
	k := in.keep(heads(w.linear(mixed["k"], att+".key"), c.HeadSize), 0)
	logWs := in.keep(heads(logW, c.HeadSize), 0)
	v := heads(w.linear(mixed["v"], att+".value"), c.HeadSize)
	start := s.get(g, layer+".wkv", stateShape(u, batch, c.heads(), c.HeadSize, c.HeadSize))
	in.noteDecay(layer, logWs)
	o, last := ops.WKV6(ops.WKV6Inputs{R: r, K: k, V: v, LogW: logWs, U: w.at(att + ".time_faaaa"), Start: start}, s.Form())
	s.set(layer+".wkv", last)

	// Group norm, one group a head.
	divisor := float64(c.HeadSizeDivisor)
	o = merge(centre(o, c.Eps*divisor*divisor))
	o = Add(Mul(o, ExpandLeftToRank(w.at(att+".ln_x.weight"), 3)), ExpandLeftToRank(w.at(att+".ln_x.bias"), 3))
	return w.linear(Mul(o, silu(w.linear(mixed["g"], att+".gate"))), att+".output")
}

// channelMixing is the MLP-like half of block i: u [B, T, C] to [B, T, C].
func (c RWKV6) channelMixing(w *Weights, in Input, s *Carry, i int, u *Node) *Node {
	ffn := fmt.Sprintf("rwkv.blocks.%d.feed_forward", i)
	d := c.shifted(in, s, fmt.Sprint(i)+".ffn_x", u)
	k := w.linear(Add(u, Mul(d, w.at(ffn+".time_maa_k"))), ffn+".key")
	k = Square(MaxScalar(k, 0))
	r := w.linear(Add(u, Mul(d, w.at(ffn+".time_maa_r"))), ffn+".receptance")
	return Mul(Sigmoid(r), w.linear(k, ffn+".value"))
}

// Logits applies the head.
func (c RWKV6) Logits(w *Weights, hidden *Node) *Node { return w.linear(hidden, "head") }

// MixerFLOPs counts decay, update, bonus and read of S.
func (c RWKV6) MixerFLOPs(length int) int64 {
	return int64(c.NLayers) * int64(length) * 5 * int64(c.inner()) * int64(c.HeadSize)
}
