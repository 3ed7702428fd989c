package paper

import (
	"fmt"
	"slices"
	"strings"
)

// model is a row of the tables, with what the audit needs to know of it. All else about the models is in
// lcmodels/published, which a test compares with this.
type model struct {
	name string // in the tables: "M2A"
	// trained is the training length in tokens, as the model's makers publish it; the text does not give it.
	trained int
	// attends says that all its layers are attention.
	attends bool
}

// The models in the order of the tables' rows.
var models = []model{
	{"Mamba2", 2048, false}, {"M2A", 2048, false}, {"TPP", 2048, true}, {"RG", 8192, false},
	{"SL", 4096, true}, {"RWKV", 4096, false}, {"RG-IT", 8192, false}, {"SL-IT", 4096, true},
}

// checkModel returns an error that lists the models for a name that is none of theirs.
func checkModel(name string) error {
	var names []string
	for _, m := range models {
		names = append(names, m.name)
	}
	if slices.Contains(names, name) {
		return nil
	}
	return fmt.Errorf("the paper has no model %q; it has %s", name, strings.Join(names, ", "))
}
