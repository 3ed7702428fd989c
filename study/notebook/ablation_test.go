package notebook

import (
	"os"
	"path/filepath"
	"testing"

	"longseq/kernelsrc/backend/backendtest"
	"longseq/kernelsrc/jupyter/display"
)

func TestThreeCellsRunAnAblation(t *testing.T) {
	backendtest.Open(t, "xla:cpu").Finalize()
	dir := t.TempDir()
	const plan = `
base: llama
vary: {config.num_key_value_heads: [0, 1]}
match: params
train: {steps: 2, rows: 2, length: 32}
ask: {tasks: [recall], lengths: [32], depths: [50], formats: [essay-word], samples: 2}
`
	if err := os.WriteFile(filepath.Join(dir, "heads.yaml"), []byte(plan), 0o666); err != nil {
		t.Fatal(err)
	}
	lab := Lab{Models: "unused", Plans: dir, Results: filepath.Join(dir, "results")}
	defer display.Flush()
	a := lab.Ablation("heads.yaml")
	trained := a.Train()
	summary := a.Ask()
	if len(trained) != 2 || len(summary.Records) != 4 || summary.Models[1] != "llama-num_key_value_heads=1" {
		t.Errorf("%d models, %d records of %v", len(trained), len(summary.Records), summary.Models)
	}
	if _, err := os.Stat(filepath.Join(lab.Results, "heads", "models", "llama-num_key_value_heads=1", "model.safetensors")); err != nil {
		t.Error(err)
	}
}
