// Package published is the table of the models that are compared in "How Well Can a Long Sequence Model
// Model Long Sequences?" (Huang 2024, Table 5): their names, what their makers publish about them, and
// their configurations. It holds facts only and imports no package of models or tokenizers.
package published

import (
	"cmp"
	"embed"
	"slices"
	"strings"

	"longseq/internal/nearmiss"
)

// Model is one published model.
type Model struct {
	// Hub is its name on the Hugging Face hub.
	Hub string
	// Name is its short name in the paper's tables of scores ("M2A"), Public its name in Table 5
	// ("Mamba2Attention").
	Name, Public string
	// Architecture is the name under which lcmodels registers its architecture.
	Architecture string
	// Trained is the training length in tokens. The paper does not give it: the values are those of the
	// models' makers (Dao & Gu 2024; Xia et al. 2024; Botev et al. 2024; Peng et al. 2024).
	Trained int
	// Template names the prompt template in package tokenizer: "base" is the text alone.
	Template string
	// EOS is the token that ends a text.
	EOS int32
	// Tokenizer is the repository on the hub that holds its tokenizer.
	Tokenizer string
	// Tuned says that it is tuned to follow instructions. Another model of the table is its base.
	Tuned bool
	// config names the configuration's file, if it is not Hub.
	config string
}

// Names on the hub that the table has more than once.
const (
	neoX           = "EleutherAI/gpt-neox-20b"
	shearedLlama   = "princeton-nlp/Sheared-LLaMA-2.7B"
	recurrentGemma = "google/recurrentgemma-2b"
	rwkvWorld      = "RWKV/rwkv-6-world-3b-v2.1"
)

// models in the order of the rows of the paper's tables.
var models = []Model{
	{Name: "Mamba2", Public: "Mamba2", Hub: "state-spaces/mamba2-2.7b", Architecture: "mamba2", Trained: 2048, Template: "base", Tokenizer: neoX},
	{Name: "M2A", Public: "Mamba2Attention", Hub: "state-spaces/mamba2attn-2.7b", Architecture: "mamba2attn", Trained: 2048, Template: "base", Tokenizer: neoX},
	{Name: "TPP", Public: "Transformer++", Hub: "state-spaces/transformerpp-2.7b", Architecture: "transformerpp", Trained: 2048, Template: "base", Tokenizer: neoX},
	{Name: "RG", Public: "RecurrentGemma-2B", Hub: recurrentGemma, Architecture: "griffin", Trained: 8192, Template: "base", EOS: 1, Tokenizer: recurrentGemma},
	{Name: "SL", Public: "Sheared-LLaMA", Hub: shearedLlama, Architecture: "llama", Trained: 4096, Template: "base", EOS: 2, Tokenizer: shearedLlama},
	{Name: "RWKV", Public: "RWKV", Hub: rwkvWorld, Architecture: "rwkv6", Trained: 4096, Template: "rwkv", Tokenizer: rwkvWorld},
	{Name: "RG-IT", Public: "RecurrentGemma-2B-IT", Hub: recurrentGemma + "-it", Architecture: "griffin", Trained: 8192, Template: "gemma", EOS: 1, Tokenizer: recurrentGemma + "-it", Tuned: true, config: recurrentGemma},
	{Name: "SL-IT", Public: "Sheared-LLaMA-ShareGPT", Hub: shearedLlama + "-ShareGPT", Architecture: "llama", Trained: 4096, Template: "sharegpt", EOS: 2, Tokenizer: shearedLlama + "-ShareGPT", Tuned: true, config: shearedLlama},
}

// Models returns the eight models, in the order of the rows of the paper's tables.
func Models() []Model { return slices.Clone(models) }

// Find returns the model with that name: the one on the hub, the paper's short one ("M2A") or the one in
// Table 5, in any case. The error for an unknown name suggests the nearest short name.
func Find(name string) (Model, error) {
	var known []string
	for _, m := range models {
		for _, n := range []string{m.Name, m.Public, m.Hub} {
			if strings.EqualFold(n, name) {
				return m, nil
			}
		}
		known = append(known, m.Name)
	}
	return Model{}, nearmiss.Unknown("model of the paper", name, known)
}

// TokenizerOf returns the repository on the hub that holds the tokenizer of the model with that name on the
// hub. For models that are not in the table it is the model's own.
func TokenizerOf(hub string) string {
	for _, m := range models {
		if m.Hub == hub {
			return m.Tokenizer
		}
	}
	return hub
}

// TemplateOf returns the name of the prompt template of the model with that name on the hub, "base" for
// models that are not in the table.
func TemplateOf(hub string) string {
	for _, m := range models {
		if m.Hub == hub {
			return m.Template
		}
	}
	return "base"
}

// EOSOf returns the token that ends a text for the published models of an architecture, and whether there
// are any.
func EOSOf(architecture string) (token int32, ok bool) {
	for _, m := range models {
		if m.Architecture == architecture {
			return m.EOS, true
		}
	}
	return 0, false
}

//go:embed config
var configs embed.FS

// Config returns the model's config.json, in the form in which it is published.
func (m Model) Config() []byte {
	raw, err := configs.ReadFile("config/" + cmp.Or(m.config, m.Hub) + ".json")
	if err != nil {
		panic(err) // a test reads each
	}
	return raw
}
