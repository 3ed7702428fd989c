package paper

import (
	"slices"

	"longseq/data/published"
	"longseq/internal/nearmiss"
)

// model is a row of the tables with what the audit needs.
type model struct {
	name    string // in the tables: "M2A"
	trained int    // training length in tokens, which the paper does not give
	attends bool   // all layers are attention
}

// models in the order of the tables' rows.
var models = func() []model {
	var rows []model
	for _, m := range published.Models() {
		attends := m.Architecture == "transformerpp" || m.Architecture == "llama"
		rows = append(rows, model{m.Name, m.Trained, attends})
	}
	return rows
}()

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
