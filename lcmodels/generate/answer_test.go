package generate

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
	"longseq/lcmodels/checkpoint"
)

// models is the folder of tiny models with their references' outputs.
const models = "../testdata/models"

// golden reads an integer tensor of one row from a golden file.
func golden(t *testing.T, dir, name string) []int32 {
	t.Helper()
	c, err := checkpoint.Open(filepath.Join(dir, "golden.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	values, err := c.Float32(name)
	if err != nil {
		t.Fatal(err)
	}
	row := make([]int32, len(values))
	for i, v := range values {
		row[i] = int32(v)
	}
	return row
}

func TestGreedyAnswersEqualTheReferencesAloneAndInABatch(t *testing.T) {
	b, err := backend.Open("")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"mamba2", "mamba2attn", "transformerpp", "llama", "rwkv6", "recurrentgemma"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(models, name)
			m, err := lcmodels.Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			// The chunk divides neither prompt, and the KV cache has to grow.
			r, err := NewReader(b, m, 10)
			if err != nil {
				t.Fatal(err)
			}
			prompt, want := golden(t, dir, "greedy_prompt"), golden(t, dir, "greedy_tokens")
			q := Question{Prompt: prompt, Reference: want, MaxNewTokens: len(want)}
			other := Question{Prompt: golden(t, dir, "long_tokens")[:87], Reference: want[:2], MaxNewTokens: 3}
			alone, err := r.Answer(t.Context(), []Question{q})
			if err != nil {
				t.Fatal(err)
			}
			batch, err := r.Answer(t.Context(), []Question{other, q})
			if err != nil {
				t.Fatal(err)
			}
			for where, a := range map[string]Answer{"alone": alone[0], "beside a longer prompt": batch[1]} {
				if !slices.Equal(a.Tokens, want) {
					t.Errorf("%s: answered %v, want %v", where, a.Tokens, want)
				}
				if a.Rank != 1 {
					t.Errorf("%s: the greedy answer has rank %d", where, a.Rank)
				}
			}
			const sameLogits = 1e-3 // 16 log-probabilities, each within the fixtures' 1e-4
			if d := alone[0].LogProb - batch[1].LogProb; d > sameLogits || d < -sameLogits {
				t.Errorf("log-probability %g alone, %g in a batch", alone[0].LogProb, batch[1].LogProb)
			}
			if len(batch[0].Tokens) != 3 {
				t.Errorf("%d tokens answered, want 3", len(batch[0].Tokens))
			}
		})
	}
}

func TestATokenOutsideTheVocabularyIsRefused(t *testing.T) {
	dir := filepath.Join(models, "llama")
	b, err := backend.Open("")
	if err != nil {
		t.Fatal(err)
	}
	m, err := lcmodels.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(b, m, 8)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Answer(t.Context(), []Question{{Prompt: []int32{1, 320}, MaxNewTokens: 1}}); err == nil || !strings.Contains(err.Error(), "token 1 of row 0 is 320: the vocabulary is 0 to 319") {
		t.Errorf("error %v", err)
	}
}
