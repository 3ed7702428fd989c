package lcmodels

import (
	"fmt"
	"math"
	"slices"

	. "github.com/gomlx/gomlx/pkg/core/graph"
)

// MambaSSM is the configuration of the mamba_ssm family, three of the paper's models: Mamba-2
// (mamba2.go), Transformer++ (transformerpp.go) and their hybrid (mamba2attn.go). Its fields and
// defaults are those of mamba_ssm's config.json. A block is
//
//	x += mixer(rms(x)); x += mlp(rms(x)) where d_intermediate > 0
//
// with a Mamba-2 mixer or, in the layers of attn_layer_idx, an attention mixer.
type MambaSSM struct {
	DModel        int        `json:"d_model"`
	DIntermediate int        `json:"d_intermediate"`
	NLayer        int        `json:"n_layer"`
	VocabSize     int        `json:"vocab_size"`
	SSM           SSMConfig  `json:"ssm_cfg"`
	AttnLayers    []int      `json:"attn_layer_idx"`
	Attn          AttnConfig `json:"attn_cfg"`
	// VocabMultiple: the stored vocabulary is rounded up to it.
	VocabMultiple int  `json:"pad_vocab_size_multiple"`
	Tied          bool `json:"tie_embeddings"`
	// RMSNorm must be true.
	RMSNorm bool `json:"rms_norm"`
	// MLPMultiple: the MLP's width is rounded up to it. Ours; the published models have 128.
	MLPMultiple int `json:"mlp_multiple_of"`
	// EmbeddingStd is the spread of the embedding before training. Ours; published 0.02.
	EmbeddingStd float64 `json:"initializer_range"`
}

const mambaEps = 1e-5

// DefaultMambaSSM is mamba_ssm's configuration with every key absent.
func DefaultMambaSSM() MambaSSM {
	return MambaSSM{
		VocabSize: 50277, VocabMultiple: 16, Tied: true, RMSNorm: true, MLPMultiple: 128, EmbeddingStd: 0.02,
		SSM: defaultSSM(), Attn: defaultAttn(),
	}
}

// Name is mamba2, mamba2attn or transformerpp, by the layers that attend.
func (c MambaSSM) Name() string {
	switch len(c.AttnLayers) {
	case 0:
		return "mamba2"
	case c.NLayer:
		return "transformerpp"
	}
	return "mamba2attn"
}

func (c MambaSSM) attends(layer int) bool { return slices.Contains(c.AttnLayers, layer) }

// Vocab is vocab_size rounded up to pad_vocab_size_multiple.
func (c MambaSSM) Vocab() int { return roundUp(c.VocabSize, c.VocabMultiple) }

// mlpWidth is d_intermediate rounded up.
func (c MambaSSM) mlpWidth() int { return roundUp(c.DIntermediate, c.MLPMultiple) }

func roundUp(n, multiple int) int { return (n + multiple - 1) / multiple * multiple }

// WithQuirk knows MambaSSMDecode, of models whose attention has a convolution.
func (c MambaSSM) WithQuirk(q Quirk) (Architecture, bool) {
	c.Attn.quirk = q
	return c, q == MambaSSMDecode && len(c.AttnLayers) > 0 && c.Attn.DConv > 0
}

// PromptAtOnce is true with MambaSSMDecode.
func (c MambaSSM) PromptAtOnce() bool { return c.Attn.quirk == MambaSSMDecode }

// Validate checks the sizes and refuses what the published models do not have.
func (c MambaSSM) Validate() error {
	err := sizes(c.Name(), c.NLayer, map[string]int{
		"d_model": c.DModel, "vocab_size": c.VocabSize,
		"pad_vocab_size_multiple": c.VocabMultiple, "mlp_multiple_of": c.MLPMultiple,
	})
	if err != nil {
		return err
	}
	if c.DIntermediate < 0 || c.DIntermediate > maxSize {
		return fmt.Errorf("%s config: d_intermediate is %d: must be 0 (no MLP) to %d", c.Name(), c.DIntermediate, maxSize)
	}
	if !c.RMSNorm {
		return fmt.Errorf("%s config: rms_norm is false: only RMSNorm is known", c.Name())
	}
	seen := map[int]bool{}
	for _, layer := range c.AttnLayers {
		if layer < 0 || layer >= c.NLayer || seen[layer] {
			return fmt.Errorf("%s config: attn_layer_idx holds %d: must be different layers of 0 to %d", c.Name(), layer, c.NLayer-1)
		}
		seen[layer] = true
	}
	if len(c.AttnLayers) > 0 {
		if err := c.Attn.validate(c.DModel); err != nil {
			return fmt.Errorf("%s config: %w", c.Name(), err)
		}
	}
	if len(c.AttnLayers) < c.NLayer {
		if err := c.SSM.validate(c.DModel); err != nil {
			return fmt.Errorf("%s config: %w", c.Name(), err)
		}
	}
	return nil
}

// Weights lists the tensors of mamba_ssm's MixerModel.
func (c MambaSSM) Weights() []WeightSpec {
	specs := []WeightSpec{embedding("backbone.embedding.weight", c.Vocab(), c.DModel, c.EmbeddingStd, c.Tied)}
	// Output projections are divided by the root of the number of residual additions.
	outScale := 1 / math.Sqrt(float64(c.NLayer))
	for i := range c.NLayer {
		layer := fmt.Sprintf("backbone.layers.%d", i)
		specs = append(specs, vector(layer+".norm.weight", constant(1), c.DModel))
		if c.attends(i) {
			specs = append(specs, c.Attn.weights(layer+".mixer", c.DModel, outScale)...)
		} else {
			specs = append(specs, c.SSM.weights(layer+".mixer", c.DModel, outScale)...)
		}
		if f := c.mlpWidth(); f > 0 {
			specs = append(specs, vector(layer+".norm2.weight", constant(1), c.DModel),
				matrix(layer+".mlp.fc1.weight", 2*f, c.DModel, 1),
				matrix(layer+".mlp.fc2.weight", c.DModel, f, outScale))
		}
	}
	specs = append(specs, vector("backbone.norm_f.weight", constant(1), c.DModel))
	if !c.Tied {
		specs = append(specs, head("lm_head.weight", c.Vocab(), c.DModel))
	}
	return specs
}

// State lists conv tails, SSM states and KV caches by layer.
func (c MambaSSM) State() []StateSpec {
	specs := []StateSpec{positionSpec()}
	if len(c.AttnLayers) > 0 {
		specs = append(specs, slotSpecs()...)
	}
	for i := range c.NLayer {
		if c.attends(i) {
			specs = append(specs, c.Attn.state(fmt.Sprint(i), c.DModel)...)
		} else {
			specs = append(specs, c.SSM.state(fmt.Sprint(i), c.DModel)...)
		}
	}
	return specs
}

// Hidden runs the blocks: tokens [B, T] to [B, T, C].
func (c MambaSSM) Hidden(w *Weights, in Input, s *Carry) *Node {
	x := w.embed(in.Tokens, "backbone.embedding.weight")
	if len(c.AttnLayers) > 0 {
		enterSlots(in, s)
	}
	for i := range c.NLayer {
		layer := fmt.Sprintf("backbone.layers.%d", i)
		h := rmsNorm(x, w.at(layer+".norm.weight"), mambaEps)
		if c.attends(i) {
			x = Add(x, c.Attn.mix(w, in, s, i, h))
		} else {
			x = Add(x, c.SSM.mix(w, in, s, i, h))
		}
		if f := c.mlpWidth(); f > 0 {
			h = rmsNorm(x, w.at(layer+".norm2.weight"), mambaEps)
			both := split(w.linear(h, layer+".mlp.fc1"), f, f) // value, gate
			x = Add(x, w.linear(Mul(both[0], silu(both[1])), layer+".mlp.fc2"))
		}
	}
	s.advance(in)
	return rmsNorm(x, w.at("backbone.norm_f.weight"), mambaEps)
}

// Logits applies the head, which is the embedding if tied.
func (c MambaSSM) Logits(w *Weights, hidden *Node) *Node {
	if c.Tied {
		return w.linear(hidden, "backbone.embedding")
	}
	return w.linear(hidden, "lm_head")
}

// MixerFLOPs counts scores and values of attention layers, and update and read of SSM layers.
func (c MambaSSM) MixerFLOPs(length int) int64 {
	attention := int64(len(c.AttnLayers)) * 4 * causalPairs(length, 0) * int64(c.Attn.Heads*c.Attn.dim(c.DModel))
	ssm := int64(c.NLayer-len(c.AttnLayers)) * int64(length) * c.SSM.scanFLOPs(c.DModel)
	return attention + ssm
}

// AttentionScores counts the scores of one layer's attention.
func (c MambaSSM) AttentionScores(time, keys int) int64 {
	if len(c.AttnLayers) == 0 {
		return 0
	}
	return int64(c.Attn.Heads) * int64(time) * int64(keys)
}
