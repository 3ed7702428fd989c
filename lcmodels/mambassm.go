package lcmodels

import (
	"fmt"
	"math"
	"slices"

	. "github.com/gomlx/gomlx/pkg/core/graph"

	"longseq/kernelsrc/ops"
	"longseq/lcmodels/extend"
)

// MambaSSM is the configuration that three architectures share, as they do in mamba_ssm: Mamba-2 (see SSMConfig),
// Transformer++ (see AttnConfig) and Mamba-2 + attention (see WithAttention). Its fields and defaults are those of
// mamba_ssm's config.json. A model is a stack of blocks on an embedding E (mamba_ssm, models/mixer_seq_simple.py,
// MixerModel.forward; modules/block.py, Block.forward):
//
//	x = E[token]                                    [B, T, D]
//	x = x + mixer(rms(x))                           Mamba-2, or attention in the layers of attn_layer_idx
//	x = x + mlp(rms(x))                             where d_intermediate > 0
//	logits = rms(x) · headᵀ                         [B, T, V], with head = E if tie_embeddings
//
//	mlp(u) = (v * silu(g)) · fc2ᵀ,  [v | g] = u · fc1ᵀ
//	rms(x) = x / sqrt(mean(x²) + 1e-5) * weight
//
// The residual stream x is float32 whatever the type of the weights.
type MambaSSM struct {
	DModel        int        `json:"d_model"`
	DIntermediate int        `json:"d_intermediate"`
	NLayer        int        `json:"n_layer"`
	VocabSize     int        `json:"vocab_size"`
	SSM           SSMConfig  `json:"ssm_cfg"`
	AttnLayers    []int      `json:"attn_layer_idx"`
	Attn          AttnConfig `json:"attn_cfg"`
	// VocabMultiple is what the stored vocabulary is rounded up to a multiple of.
	VocabMultiple int  `json:"pad_vocab_size_multiple"`
	Tied          bool `json:"tie_embeddings"`
	// RMSNorm must be true.
	RMSNorm bool `json:"rms_norm"`
	// MLPMultiple is what the width of the MLP is rounded up to a multiple of. mamba_ssm has no such key and uses 128.
	MLPMultiple int `json:"mlp_multiple_of"`
	// EmbeddingStd is the standard deviation of the embedding before training. mamba_ssm has no such key and uses
	// 0.02.
	EmbeddingStd float64 `json:"initializer_range"`
	extension    extend.Extension
}

// mambaEps is the eps of every norm of mamba_ssm.
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

// Interventions are those on SSM states, where layers have some, and on attention, where layers attend.
func (c MambaSSM) Interventions() []string {
	return interventionsOf(c.NLayer, len(c.Recurrent()), c.Attn.RotaryDim > 0, extend.DtScale, extend.AScale, extend.ALogScale, extend.StateNorm)
}

// Recurrent are the layers that do not attend.
func (c MambaSSM) Recurrent() []int { return layersWithout(c.NLayer, c.attends) }

// Extension is what Extend was given.
func (c MambaSSM) Extension() extend.Extension { return c.extension }

// Extend gives each layer with an SSM its factor.
func (c MambaSSM) Extend(e extend.Extension) (Architecture, error) {
	all := []struct {
		name    string
		factors *extend.Factors
	}{{extend.DtScale, &e.DtScale}, {extend.AScale, &e.AScale}, {extend.ALogScale, &e.ALogScale}}
	for _, f := range all {
		var err error
		if *f.factors, err = f.factors.Spread(f.name, c.Recurrent(), c.NLayer); err != nil {
			return nil, err
		}
	}
	c.extension, c.SSM.extension, c.Attn.extension = e, e, e
	return c, needsWindow(e)
}

// Validate checks the sizes, and refuses variants that no published model has.
func (c MambaSSM) Validate() error {
	err := CheckSizes(c.Name(), c.NLayer, map[string]int{
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

// Weights lists the tensors of mamba_ssm's MambaLMHeadModel.
func (c MambaSSM) Weights() []WeightSpec {
	backbone := In("backbone")
	specs := backbone.Weights(Embedding("embedding.weight", c.Vocab(), c.DModel, c.EmbeddingStd, c.Tied))
	// Output projections are divided by the root of the number of layers.
	outScale := 1 / math.Sqrt(float64(c.NLayer))
	for i := range c.NLayer {
		mixer := c.SSM.weights(c.DModel, outScale)
		if c.attends(i) {
			mixer = c.Attn.weights(c.DModel, outScale)
		}
		layer := []WeightSpec{Vector("norm.weight", Constant(1), c.DModel)}
		layer = append(layer, In("mixer").Weights(mixer...)...)
		if f := c.mlpWidth(); f > 0 {
			layer = append(layer,
				Vector("norm2.weight", Constant(1), c.DModel),
				Matrix("mlp.fc1.weight", 2*f, c.DModel, 1),
				Matrix("mlp.fc2.weight", c.DModel, f, outScale))
		}
		specs = append(specs, backbone.In("layers", i).Weights(layer...)...)
	}
	specs = append(specs, backbone.Weights(Vector("norm_f.weight", Constant(1), c.DModel))...)
	if !c.Tied {
		specs = append(specs, Head("lm_head.weight", c.Vocab(), c.DModel))
	}
	return specs
}

// LayerState lists the convolution's history and the SSM state, or the KV cache, of each layer.
func (c MambaSSM) LayerState() []StateSpec {
	var specs []StateSpec
	for i := range c.NLayer {
		mixer := c.SSM.state(c.DModel)
		if c.attends(i) {
			mixer = c.Attn.state(c.DModel)
		}
		specs = append(specs, InLayer(i, mixer...)...)
	}
	return specs
}

// Blocks computes the stack: mamba_ssm, models/mixer_seq_simple.py, MixerModel.forward.
func (c MambaSSM) Blocks(w *Weights, chunk Chunk) *Node {
	w = w.In("backbone")
	x := w.Embed(chunk.Tokens, "embedding.weight") // [B, T, D]
	for i := range c.NLayer {
		layer := w.In("layers", i)
		mix := c.SSM.mix
		if c.attends(i) {
			mix = c.Attn.mix
		}
		h := ops.RMSNorm(x, layer.At("norm.weight"), mambaEps, chunk.Form())
		x = Add(x, mix(layer.In("mixer"), chunk.Layer(i), h))
		if c.mlpWidth() > 0 {
			h = ops.RMSNorm(x, layer.At("norm2.weight"), mambaEps, chunk.Form())
			x = Add(x, c.mlp(layer.In("mlp"), h))
		}
	}
	return ops.RMSNorm(x, w.At("norm_f.weight"), mambaEps, chunk.Form())
}

// mlp is the gated MLP, u [B, T, D] to [B, T, D]: mamba_ssm, modules/mlp.py, GatedMLP.forward. The first half of fc1
// is the value, the second the gate.
func (c MambaSSM) mlp(w *Weights, u *Node) *Node {
	f := c.mlpWidth()
	parts := ops.SplitLast(w.Linear(u, "fc1"), f, f)
	return w.Linear(Mul(parts[0], ops.SiLU(parts[1])), "fc2")
}

// Logits applies the head, which is the embedding if tied.
func (c MambaSSM) Logits(w *Weights, hidden *Node) *Node {
	if c.Tied {
		return w.Linear(hidden, "backbone.embedding")
	}
	return w.Linear(hidden, "lm_head")
}

// MixerFLOPs counts the scores and values of attention layers, and the updates and reads of SSM states.
func (c MambaSSM) MixerFLOPs(length int) int64 {
	pairs := attendedPairs(length, c.extension.Window, c.extension.Sinks)
	attention := int64(len(c.AttnLayers)) * 4 * pairs * int64(c.Attn.Heads*c.Attn.dim(c.DModel))
	ssm := int64(c.NLayer-len(c.AttnLayers)) * int64(length) * c.SSM.scanFLOPs(c.DModel)
	return attention + ssm
}

// AttentionScores counts the scores of one layer's attention.
func (c MambaSSM) AttentionScores(time, keys int) int64 {
	if len(c.AttnLayers) == 0 {
		return 0
	}
	return int64(c.Attn.Heads) * int64(time) * int64(attendedKeys(time, keys, c.extension.Window, c.extension.Sinks))
}
