package ablation

import (
	"strings"
	"testing"
)

// Whatever a plan's file holds, reading it ends in a plan or in an error of one line.
func FuzzParse(f *testing.F) {
	f.Add(stateSize)
	f.Add(string(tinyPlan))
	f.Add("variants: {a: {base: llama, task.value: word}}\ntrain: {lr: [1, 2], curriculum.hold_until: 0.1}")
	f.Add("base: &a [llama]\nvary: {train.rows: *a}")
	f.Add("base: !!binary x\nask: {samples: 1e3}")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse("plan.yaml", []byte(text))
		if err == nil && len(p.Bases)*len(p.Axes) < 4 && !strings.Contains(text, "/") && !strings.Contains(text, "corpus") {
			_, err = p.Variants()
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("the error has more than a line: %q", err)
		}
	})
}
