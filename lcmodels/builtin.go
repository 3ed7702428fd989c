package lcmodels

import (
	"math"

	"longseq/data/published"
)

// The families of this package.
var (
	mambaSSMFamily = &Family{Recognises: hasDModel, Parse: ParseAs(DefaultMambaSSM)}
	llamaFamily    = &Family{ModelType: "llama", Class: "LlamaForCausalLM", Parse: parseLlama}
	rwkv6Family    = &Family{ModelType: "rwkv6", Class: "Rwkv6ForCausalLM", Parse: ParseAs(DefaultRWKV6), FromTensors: rwkv6FromTensors}
	griffinFamily  = &Family{ModelType: "recurrent_gemma", Class: "RecurrentGemmaForCausalLM", Parse: parseGriffin}
)

// The six architectures, in the order of figures and tables.
func init() {
	for _, r := range []Registration{
		{Name: "transformerpp", Family: mambaSSMFamily,
			Tiny: Tiny{Note: "Transformer++ with convolution 4", LR: 3e-3, Cost: 1.1, Widths: tinyTransformerPP}},
		{Name: "llama", Family: llamaFamily,
			Tiny: Tiny{LR: 2e-3, Cost: 1, Widths: tinyLlama}},
		{Name: "mamba2", Family: mambaSSMFamily,
			Tiny: Tiny{LR: 5e-3, Cost: 2, Widths: tinyMamba2}},
		{Name: "mamba2attn", Family: mambaSSMFamily,
			Tiny: Tiny{LR: 3e-3, Cost: 1.3, Widths: tinyMamba2Attn}},
		{Name: "rwkv6", Family: rwkv6Family,
			Tiny: Tiny{LR: 5e-3, Cost: 2.5, Widths: tinyRWKV6}},
		{Name: "griffin", Family: griffinFamily,
			Tiny: Tiny{Note: "Griffin with a window of 64", LR: 5e-3, Cost: 1.3, Widths: tinyGriffin}},
	} {
		if eos, ok := published.EOSOf(r.Name); ok {
			r.StopTokens = []int32{eos}
		}
		register(r)
	}
}

// The small models of the six architectures: two layers in the real equations, about 100,000 parameters. Each
// function lists configurations from narrow to wide, as Tiny.Widths does.

// upTo lists a configuration for every value of a width.
func upTo(limit int, config func(width int) Architecture) []Architecture {
	var all []Architecture
	for width := 1; width <= limit; width++ {
		all = append(all, config(width))
	}
	return all
}

const (
	tinyLayers = 2
	tinyWidth  = 64
	tinyHead   = 64
	tinyWindow = 64
)

// tinyMambaSSM is what the three of mamba_ssm's family share: untied, no rounding, embedding std 1.
func tinyMambaSSM(vocab int) MambaSSM {
	c := DefaultMambaSSM()
	c.VocabSize, c.VocabMultiple, c.MLPMultiple = vocab, 8, 1
	c.NLayer, c.DModel, c.Tied, c.EmbeddingStd = tinyLayers, tinyWidth, false, 1
	c.SSM.Layer, c.SSM.DState = "Mamba2", 64
	c.Attn = tinyAttn
	return c
}

// tinyAttn is the attention of Transformer++ and of the hybrid.
var tinyAttn = AttnConfig{Causal: true, Heads: 1, HeadDim: tinyHead, DConv: 4, RotaryDim: tinyHead, RotaryBase: 1e4}

func tinyTransformerPP(vocab int) []Architecture {
	return upTo(300, func(width int) Architecture {
		c := tinyMambaSSM(vocab).WithAttention(tinyAttn, 0, 1)
		c.DIntermediate = width
		return c
	})
}

func tinyLlama(vocab int) []Architecture {
	return upTo(300, func(width int) Architecture {
		return Llama{HiddenSize: tinyWidth, IntermediateSize: width, NLayers: tinyLayers, NHeads: 1, HeadDim: tinyHead,
			VocabSize: roundUp(vocab, 8), RMSEps: 1e-5, RopeTheta: 1e4, EmbeddingStd: 1}
	})
}

// tinyMamba2 has 4 heads of half the model's width.
func tinyMamba2(vocab int) []Architecture {
	return upTo(60, func(width int) Architecture {
		c := tinyMambaSSM(vocab)
		c.DModel = 2 * width
		c.SSM.HeadDim = width
		return c
	})
}

// tinyMamba2Attn is a Mamba-2 layer and an attention layer; neither has an MLP, as published.
func tinyMamba2Attn(vocab int) []Architecture {
	return upTo(60, func(width int) Architecture {
		c := tinyMambaSSM(vocab).WithAttention(tinyAttn, 1)
		c.DModel = 2 * width
		c.SSM.HeadDim = width
		return c
	})
}

func tinyRWKV6(vocab int) []Architecture {
	return upTo(300, func(width int) Architecture {
		c := DefaultRWKV6()
		c.HiddenSize, c.HeadSize, c.NLayers, c.VocabSize = 56, 28, tinyLayers, roundUp(vocab, 8)
		c.ShiftRank, c.DecayRank, c.IntermediateSize, c.EmbeddingStd = 8, 8, width, 1
		return c
	})
}

// tinyGriffin is a recurrent layer and one of local attention. Its embedding is scaled by the root of the
// width, as published, so it begins that much smaller. The recurrence begins with decays from 0.3 on:
// with the published 0.9 and more it blurs neighbouring tokens too much to tell them apart in so short
// a training.
func tinyGriffin(vocab int) []Architecture {
	return upTo(300, func(width int) Architecture {
		c := DefaultGriffin()
		c.HiddenSize, c.LRUWidth, c.NLayers, c.VocabSize = tinyWidth, 2*tinyWidth, tinyLayers, roundUp(vocab, 8)
		c.BlockTypes = []string{"recurrent", "attention"}
		c.NHeads, c.HeadDim, c.GateBlocks, c.Window = 1, tinyHead, 4, tinyWindow
		c.FastestDecay = 0.3
		c.IntermediateSize, c.Tied, c.EmbeddingStd = 2*width, false, 1/math.Sqrt(tinyWidth)
		return c
	})
}
