package paper

import (
	"slices"

	"longseq/internal/nearmiss"
)

// model is a row of the tables with what the audit needs. Everything else about the models is in
// lcmodels/published; a test compares the two.
type model struct {
	name string // in the tables: "M2A"
	// trained is the training length in tokens that the model's authors publish. The paper does not give it.
	trained int
	// attends is whether all layers are attention.
	attends bool
}

// The models in the order of the tables' rows.
var models = []model{
	{"Mamba2", 2048, false}, {"M2A", 2048, false}, {"TPP", 2048, true}, {"RG", 8192, false},
	{"SL", 4096, true}, {"RWKV", 4096, false}, {"RG-IT", 8192, false}, {"SL-IT", 4096, true},
}

// checkModel returns an error for a name that no model of the tables has.
func checkModel(name string) error {
	var names []string
	for _, m := range models {
		names = append(names, m.name)
	}
	if slices.Contains(names, name) {
		return nil
	}
	return nearmiss.Unknown("model", name, names)
}
