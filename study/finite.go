package study

import (
	"fmt"
	"strings"
)

// NotFinite is the failure of a sample for which the model's logits were NaN or infinite, as those of a model whose
// training diverged. Its score is 0, its log-probability and rank are unknown.
const NotFinite = "not finite"

// notFinite says in a sentence of which models samples failed as NotFinite, and how many. It is empty for none.
func notFinite(records []Record) string {
	var models []string
	failed, all := map[string]int{}, map[string]int{}
	for _, r := range records {
		if all[r.Model]++; r.Failure == NotFinite {
			if failed[r.Model]++; failed[r.Model] == 1 {
				models = append(models, r.Model)
			}
		}
	}
	if len(models) == 0 {
		return ""
	}
	for i, model := range models {
		models[i] = fmt.Sprintf("%d of %d samples of %s", failed[model], all[model], model)
	}
	return fmt.Sprintf("the logits were NaN or infinite in %s: these score 0 with failure %q, and say nothing of what the model remembers",
		strings.Join(models, ", "), NotFinite)
}
