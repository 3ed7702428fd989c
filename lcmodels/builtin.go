package lcmodels

import "longseq/lcmodels/published"

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
		{Name: "transformerpp", Label: "Transformer++", Family: mambaSSMFamily,
			Tiny: Tiny{Note: "Transformer++ with convolution 4", LR: 3e-3, Cost: 1.1, Widths: tinyTransformerPP}},
		{Name: "llama", Label: "Llama", Family: llamaFamily,
			Tiny: Tiny{LR: 2e-3, Cost: 1, Widths: tinyLlama}},
		{Name: "mamba2", Label: "Mamba-2", Family: mambaSSMFamily,
			Tiny: Tiny{LR: 5e-3, Cost: 2, Widths: tinyMamba2}},
		{Name: "mamba2attn", Label: "Mamba-2 + attention", Family: mambaSSMFamily,
			Tiny: Tiny{LR: 3e-3, Cost: 1.3, Widths: tinyMamba2Attn}},
		{Name: "rwkv6", Label: "RWKV-6", Family: rwkv6Family,
			Tiny: Tiny{LR: 5e-3, Cost: 2.5, Widths: tinyRWKV6}},
		{Name: "griffin", Label: "RecurrentGemma", Family: griffinFamily,
			Tiny: Tiny{Note: "Griffin with a window of 64", LR: 5e-3, Cost: 1.3, Widths: tinyGriffin}},
	} {
		if eos, ok := published.EOSOf(r.Name); ok {
			r.StopTokens = []int32{eos}
		}
		Register(r)
	}
}
