package lcmodels

import (
	"fmt"
	"strings"

	"longseq/lcmodels/checkpoint"
)

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
