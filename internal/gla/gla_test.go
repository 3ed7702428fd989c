package gla_test

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"longseq/internal/gla"
	"longseq/kernelsrc/backend"
	"longseq/kernelsrc/backend/backendtest"
	"longseq/lcmodels"
	"longseq/lcmodels/generate"
	"longseq/lcmodels/train"
)

const (
	name  = "gla"
	vocab = 24
)

// pairs is a task of one lookup: the target of each token is the token before it.
type pairs struct{}

func (pairs) Batch(step, _, rows, length int) (tokens, targets []int32) {
	r := rand.New(rand.NewPCG(7, uint64(step)))
	for range rows {
		last := int32(-1)
		for range length {
			token := r.Int32N(vocab)
			tokens, targets = append(tokens, token), append(targets, last)
			last = token
		}
	}
	return tokens, targets
}

// trained trains a tiny model for some steps and returns it with its first and last loss.
func trained(t *testing.T, b *backend.Backend, steps int) (m *lcmodels.Model, first, last float64) {
	t.Helper()
	tiny, err := train.FindTiny(name)
	check(t, err)
	a, err := tiny.Config(vocab)
	check(t, err)
	r := train.DefaultRecipe()
	r.Steps, r.Rows, r.Length, r.Warmup, r.LR = steps, 8, 16, 5, tiny.LR
	trainer, err := train.New(b, a, r)
	check(t, err)
	check(t, trainer.Run(t.Context(), pairs{}, func(p train.Progress) {
		if p.Step == 1 {
			first = p.Loss
		}
		last = p.Loss
	}))
	weights, err := trainer.Weights()
	check(t, err)
	return &lcmodels.Model{Name: name, Architecture: a, Weights: weights}, first, last
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestItIsRegisteredBehindTheSix(t *testing.T) {
	all := lcmodels.Registered()
	if len(all) != 7 || all[6].Name != name || all[6].Label != "Gated linear attention" {
		t.Errorf("registered are %+v", all)
	}
	tiny, err := train.FindTiny(name)
	check(t, err)
	a, err := tiny.Config(172)
	check(t, err)
	if n := lcmodels.Params(a); math.Abs(float64(n)-train.TinyParams) > 0.01*train.TinyParams {
		t.Errorf("the tiny model has %d parameters, want %d within 1%%", n, train.TinyParams)
	}
}

func TestItsConfigurationIsReadBackByItsModelType(t *testing.T) {
	a := gla.Config{Width: 8, Layers: 1, Heads: 2, HeadDim: 4, ConvWidth: 3, VocabSize: 9}
	raw, err := lcmodels.FormatConfig(a)
	check(t, err)
	if !strings.Contains(string(raw), `"model_type": "longseq_gla"`) {
		t.Errorf("written\n%s", raw)
	}
	back, err := lcmodels.ParseConfig(raw)
	check(t, err)
	if back != a {
		t.Errorf("read back %+v, want %+v", back, a)
	}
	_, err = lcmodels.ParseConfig([]byte(`{"model_type": "longseq_gla", "hidden_size": 8, "num_hidden_layers": 1, "num_heads": 2, "vocab_size": 9}`))
	if err == nil || !strings.Contains(err.Error(), "head_dim is 0") {
		t.Errorf("error %v, want one that names head_dim", err)
	}
}

// The whole way: trained, saved, loaded, described, read in chunks, asked.
func TestATrainedModelIsSavedLoadedAndAnswers(t *testing.T) {
	b := backendtest.Open(t, "")
	t.Cleanup(b.Finalize)
	m, first, last := trained(t, b, 60)
	if !(last < first/2) {
		t.Errorf("the loss falls from %.3f to %.3f only", first, last)
	}
	dir := filepath.Join(t.TempDir(), "mine")
	check(t, m.Save(dir, nil))
	if _, err := os.Stat(filepath.Join(dir, "model.safetensors")); err != nil {
		t.Fatal(err)
	}
	described, err := lcmodels.Describe(dir)
	check(t, err)
	if described != m.Architecture {
		t.Errorf("described as %+v, want %+v", described, m.Architecture)
	}
	loaded, err := lcmodels.Load(dir)
	check(t, err)

	tokens, targets := pairs{}.Batch(1<<20, 0, 1, 37)
	whole, parts := logits(t, b, m, tokens, 64), logits(t, b, loaded, tokens, 5)
	for i := range whole {
		const rounding = 2e-5 // of float32, between chunks of two sizes
		if d := math.Abs(float64(whole[i] - parts[i])); !(d <= rounding) {
			t.Fatalf("logit %d is %g in one chunk and %g in chunks of 5", i, whole[i], parts[i])
		}
	}

	r, err := generate.NewReader(b, loaded, 8)
	check(t, err)
	questions := []generate.Question{{Prompt: tokens, MaxNewTokens: 1}, {Prompt: tokens[:30], MaxNewTokens: 1}} // of unequal length
	answers, err := r.Answer(t.Context(), questions)
	check(t, err)
	if got, want := answers[0].Tokens, []int32{targets[36]}; !slices.Equal(got, want) {
		t.Errorf("it answers %v, want the token before the last, %v", got, want)
	}
	if got, want := answers[1].Tokens, []int32{targets[29]}; !slices.Equal(got, want) {
		t.Errorf("it answers %v beside a longer prompt, want %v", got, want)
	}
	layers, err := r.Inspect(t.Context(), tokens)
	check(t, err)
	if len(layers) != 2 || layers[0].Attends || len(layers[0].Kept) != 2 || len(layers[0].Kept[0]) != len(tokens) {
		t.Errorf("inspected are %d layers; want 2 that do not attend, of 2 heads", len(layers))
	}
}

// logits returns those of every position, [T*V].
func logits(t *testing.T, b *backend.Backend, m *lcmodels.Model, tokens []int32, chunk int) []float32 {
	t.Helper()
	r, err := generate.NewReader(b, m, chunk)
	check(t, err)
	var all []float32
	check(t, r.Logits(t.Context(), [][]int32{tokens}, func(_, _ int, l []float32) error {
		all = append(all, l...)
		return nil
	}))
	return all
}
