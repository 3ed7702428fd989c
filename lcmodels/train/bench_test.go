package train

import (
	"math/rand/v2"
	"testing"

	"longseq/kernelsrc/backend/backendtest"
	"longseq/lcmodels"
)

// anyTokens gives random rows whose every token is to be predicted.
type anyTokens struct{ vocab int32 }

func (a anyTokens) Batch(step, _, rows, length int) (tokens, targets []int32) {
	rng := rand.New(rand.NewPCG(1, uint64(step)))
	for range rows * length {
		tokens, targets = append(tokens, rng.Int32N(a.vocab)), append(targets, rng.Int32N(a.vocab))
	}
	return tokens, targets
}

// BenchmarkStep is a whole step of training, AdamW included: of the tiny models, and of two of width 256 and
// 4 layers on 4 rows of 512 tokens.
func BenchmarkStep(b *testing.B) {
	const vocab, wide = 176, 1024
	for _, tiny := range Tinies {
		config, err := tiny.Config(vocab)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(tiny.Name, func(b *testing.B) { benchmarkStep(b, config, DefaultRecipe()) })
	}
	recipe := DefaultRecipe()
	recipe.Rows, recipe.Length = 4, 512
	mamba2 := lcmodels.DefaultMambaSSM()
	mamba2.DModel, mamba2.NLayer, mamba2.VocabSize, mamba2.Tied = 256, 4, wide, false
	mamba2.SSM.Layer, mamba2.SSM.DState, mamba2.SSM.HeadDim = "Mamba2", 64, 64
	b.Run("mamba2-256", func(b *testing.B) { benchmarkStep(b, mamba2, recipe) })
	llama := lcmodels.Llama{HiddenSize: 256, IntermediateSize: 512, NLayers: 4, NHeads: 4, VocabSize: wide, RMSEps: 1e-5, RopeTheta: 1e4, EmbeddingStd: 0.02}
	b.Run("llama-256", func(b *testing.B) { benchmarkStep(b, llama, recipe) })
}

func benchmarkStep(b *testing.B, a lcmodels.Architecture, r Recipe) {
	engine := backendtest.Open(b, "xla:cpu")
	defer engine.Finalize()
	t, err := New(engine, a, r)
	if err != nil {
		b.Fatal(err)
	}
	rows := anyTokens{int32(a.Vocab())}
	step := func() {
		if _, _, err := t.step(rows); err != nil {
			b.Fatal(err)
		}
		t.Step++
	}
	step() // compiles
	for b.Loop() {
		step()
	}
	b.ReportMetric(float64(r.Rows*r.Length)*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
}
