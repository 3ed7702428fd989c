package paper

import (
	"fmt"
	"slices"
	"strings"
)

// A Model is a row of Table 5, with what the paper leaves out.
type Model struct {
	Name         string // in the tables of scores: "M2A"
	Public       string // in Table 5: "Mamba2Attention"
	Hub          string // name on the Hugging Face hub
	Architecture string // longseq's name of it: "mamba2attn"
	// Trained is the training length in tokens, which the text does not give: as the models' makers
	// publish it (Dao & Gu 2024; Xia et al. 2024; Botev et al. 2024; Peng et al. 2024).
	Trained int
}

// The models in the order of the tables' rows.
var models = []Model{
	{"Mamba2", "Mamba2", "state-spaces/mamba2-2.7b", "mamba2", 2048},
	{"M2A", "Mamba2Attention", "state-spaces/mamba2attn-2.7b", "mamba2attn", 2048},
	{"TPP", "Transformer++", "state-spaces/transformerpp-2.7b", "transformerpp", 2048},
	{"RG", "RecurrentGemma-2B", "google/recurrentgemma-2b", "griffin", 8192},
	{"SL", "Sheared-LLaMA", "princeton-nlp/Sheared-LLaMA-2.7B", "llama", 4096},
	{"RWKV", "RWKV", "RWKV/rwkv-6-world-3b-v2.1", "rwkv6", 4096},
	{"RG-IT", "RecurrentGemma-2B-IT", "google/recurrentgemma-2b-it", "griffin", 8192},
	{"SL-IT", "Sheared-LLaMA-ShareGPT", "princeton-nlp/Sheared-LLaMA-2.7B-ShareGPT", "llama", 4096},
}

// Models returns the paper's eight models, in the order of the tables' rows.
func Models() []Model { return slices.Clone(models) }

// FindModel returns the model with that name: the tables' ("M2A"), Table 5's or the hub's, in any case.
// For the others it is an error that names them.
func FindModel(name string) (Model, error) {
	var known []string
	for _, m := range models {
		for _, n := range []string{m.Name, m.Public, m.Hub} {
			if strings.EqualFold(n, name) {
				return m, nil
			}
		}
		known = append(known, m.Name)
	}
	return Model{}, fmt.Errorf("the paper has no model %q; it has %s", name, strings.Join(known, ", "))
}
