package lcmodels

import (
	"fmt"
	"strings"

	"longseq/lcmodels/checkpoint"
)

// blinkDLNames maps a Hugging Face name of RWKV-6 to the one of BlinkDL's .pth files.
func blinkDLNames(name string) string {
	name = strings.TrimPrefix(name, "rwkv.")
	return blinkDLParts.Replace(name)
}

var blinkDLParts = strings.NewReplacer(
	"embeddings.", "emb.",
	".pre_ln.", ".ln0.",
	".attention.", ".att.",
	".feed_forward.", ".ffn.",
)

// rwkv6FromShapes takes the sizes that config.json does not know, or all of them, from the tensors.
func rwkv6FromShapes(c *checkpoint.Checkpoint, config RWKV6, rename func(string) string) (Architecture, error) {
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
