package train

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"longseq/lcmodels"
)

// TinyParams is the size of the six tiny models; each is within one percent of it.
const TinyParams = 100_000

// Tiny is one of the six tiny models: two layers in the real equations of its architecture.
type Tiny struct {
	// Name of the architecture.
	Name string
	// Note says what a figure must say of it, if the name alone would mislead.
	Note string
	// LR is the learning rate that it is trained with.
	LR float64
	// Cost is how long a step takes, roughly, as a multiple of the cheapest model's.
	Cost float64
	// widths lists configurations from narrow to wide, of which the nearest to TinyParams is taken.
	widths func(vocab int) []lcmodels.Architecture
}

// Tinies are the six, in the order of the figures.
var Tinies = []Tiny{
	{Name: "transformerpp", Note: "Transformer++ with convolution 4", LR: 3e-3, Cost: 1.1, widths: tinyTransformerPP},
	{Name: "llama", LR: 2e-3, Cost: 1, widths: tinyLlama},
	{Name: "mamba2", LR: 5e-3, Cost: 2, widths: tinyMamba2},
	{Name: "mamba2attn", LR: 3e-3, Cost: 1.3, widths: tinyMamba2Attn},
	{Name: "rwkv6", LR: 5e-3, Cost: 2.5, widths: tinyRWKV6},
	{Name: "griffin", Note: "Griffin with a window of 64", LR: 5e-3, Cost: 1.3, widths: tinyGriffin},
}

// FindTiny returns the tiny model of an architecture.
func FindTiny(name string) (Tiny, error) {
	names := make([]string, len(Tinies))
	for i, t := range Tinies {
		if t.Name == name {
			return t, nil
		}
		names[i] = t.Name
	}
	return Tiny{}, fmt.Errorf("unknown architecture %q: known are %s", name, strings.Join(names, ", "))
}

// Config is the tiny model's configuration for a vocabulary: the width that matches TinyParams.
func (t Tiny) Config(vocab int) (lcmodels.Architecture, error) {
	return Match(TinyParams, 0.01, t.widths(vocab))
}

// Match returns the candidate whose number of parameters is nearest to target, which must be within
// the given fraction of it.
func Match(target int64, within float64, candidates []lcmodels.Architecture) (lcmodels.Architecture, error) {
	if len(candidates) == 0 {
		return nil, fmt.Errorf("match %d parameters: no candidates", target)
	}
	off := func(a lcmodels.Architecture) float64 {
		return math.Abs(float64(lcmodels.Params(a)-target)) / float64(target)
	}
	best := slices.MinFunc(candidates, func(a, b lcmodels.Architecture) int {
		switch {
		case off(a) < off(b):
			return -1
		case off(a) > off(b):
			return 1
		}
		return 0
	})
	if off(best) > within {
		return nil, fmt.Errorf("match %d parameters of %s: the nearest has %d, further than %g%%", target, best.Name(), lcmodels.Params(best), within*100)
	}
	return best, best.Validate()
}

// upTo lists a configuration for every value of a width.
func upTo(most int, config func(width int) lcmodels.Architecture) []lcmodels.Architecture {
	var all []lcmodels.Architecture
	for width := 1; width <= most; width++ {
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
func tinyMambaSSM(vocab int) lcmodels.MambaSSM {
	c := lcmodels.DefaultMambaSSM()
	c.VocabSize, c.VocabMultiple, c.MLPMultiple = vocab, 8, 1
	c.NLayer, c.DModel, c.Tied, c.EmbeddingStd = tinyLayers, tinyWidth, false, 1
	c.SSM.Layer, c.SSM.DState = "Mamba2", 64
	c.Attn = lcmodels.AttnConfig{Causal: true, Heads: 1, HeadDim: tinyHead, DConv: 4, RotaryDim: tinyHead, RotaryBase: 1e4}
	return c
}

func tinyTransformerPP(vocab int) []lcmodels.Architecture {
	return upTo(300, func(width int) lcmodels.Architecture {
		c := tinyMambaSSM(vocab)
		c.AttnLayers, c.DIntermediate = []int{0, 1}, width
		return c
	})
}

func tinyLlama(vocab int) []lcmodels.Architecture {
	return upTo(300, func(width int) lcmodels.Architecture {
		return lcmodels.Llama{HiddenSize: tinyWidth, IntermediateSize: width, NLayers: tinyLayers, NHeads: 1, HeadDim: tinyHead,
			VocabSize: roundUp(vocab, 8), RMSEps: 1e-5, RopeTheta: 1e4, EmbeddingStd: 1}
	})
}

// tinyMamba2 has 4 heads of half the model's width.
func tinyMamba2(vocab int) []lcmodels.Architecture {
	return upTo(60, func(width int) lcmodels.Architecture {
		c := tinyMambaSSM(vocab)
		c.DModel = 2 * width
		c.SSM.HeadDim = width
		return c
	})
}

// tinyMamba2Attn is a Mamba-2 layer and an attention layer; neither has an MLP, as published.
func tinyMamba2Attn(vocab int) []lcmodels.Architecture {
	return upTo(60, func(width int) lcmodels.Architecture {
		c := tinyMambaSSM(vocab)
		c.AttnLayers = []int{1}
		c.DModel = 2 * width
		c.SSM.HeadDim = width
		return c
	})
}

func tinyRWKV6(vocab int) []lcmodels.Architecture {
	return upTo(300, func(width int) lcmodels.Architecture {
		c := lcmodels.DefaultRWKV6()
		c.HiddenSize, c.HeadSize, c.NLayers, c.VocabSize = 56, 28, tinyLayers, roundUp(vocab, 8)
		c.ShiftRank, c.DecayRank, c.IntermediateSize, c.EmbeddingStd = 8, 8, width, 1
		return c
	})
}

// tinyGriffin is a recurrent layer and one of local attention. Its embedding is scaled by the root of the
// width, as published, so it begins that much smaller. The recurrence begins with decays from 0.3 on:
// with the published 0.9 and more it blurs neighbouring tokens too much to tell them apart in so short
// a training.
func tinyGriffin(vocab int) []lcmodels.Architecture {
	return upTo(300, func(width int) lcmodels.Architecture {
		c := lcmodels.DefaultGriffin()
		c.HiddenSize, c.LRUWidth, c.NLayers, c.VocabSize = tinyWidth, 2*tinyWidth, tinyLayers, roundUp(vocab, 8)
		c.BlockTypes = []string{"recurrent", "attention"}
		c.NHeads, c.HeadDim, c.GateBlocks, c.Window = 1, tinyHead, 4, tinyWindow
		c.FastestDecay = 0.3
		c.IntermediateSize, c.Tied, c.EmbeddingStd = 2*width, false, 1/math.Sqrt(tinyWidth)
		return c
	})
}

func roundUp(n, multiple int) int { return (n + multiple - 1) / multiple * multiple }
