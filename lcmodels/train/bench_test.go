package train

import (
	"math/rand/v2"
	"os"
	"testing"

	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

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

// BenchmarkStep is a whole step of training, AdamW included: of the tiny models, and of four of width 256 and
// 4 layers on 4 rows of 512 tokens.
func BenchmarkStep(b *testing.B) {
	const vocab = 176
	for _, tiny := range Tinies() {
		config, err := tiny.Config(vocab)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(tiny.Name, func(b *testing.B) { benchmarkStep(b, config, DefaultRecipe()) })
	}
	recipe := DefaultRecipe()
	recipe.Rows, recipe.Length = 4, 512
	for _, a := range wideModels(b) {
		b.Run(a.Name()+"-256", func(b *testing.B) { benchmarkStep(b, a, recipe) })
	}
}

// wideModels are of width 256 and 4 layers: those that `make peers` compares.
func wideModels(b *testing.B) []lcmodels.Architecture {
	var all []lcmodels.Architecture
	for _, name := range []string{"mamba2", "llama", "rwkv6", "griffin"} {
		raw, err := os.ReadFile("../../scripts/peers/models/" + name + ".json")
		if err != nil {
			b.Fatal(err)
		}
		a, err := lcmodels.ParseConfig(raw)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, a)
	}
	return all
}

// BenchmarkForward is the logits of all positions of one row of 2,048 tokens: of four models of width 256 and 4
// layers.
func BenchmarkForward(b *testing.B) {
	const length = 2048
	engine := backendtest.Open(b, "xla:cpu")
	defer engine.Finalize()
	for _, a := range wideModels(b) {
		b.Run(a.Name()+"-256", func(b *testing.B) {
			t, err := New(engine, a, DefaultRecipe())
			if err != nil {
				b.Fatal(err)
			}
			tokens, _ := anyTokens{int32(a.Vocab())}.Batch(0, 0, 1, length)
			forward, err := NewExec(engine, func(in []*Node) []*Node {
				w, err := lcmodels.NewWeights(a.Weights(), t.cut(in[0]), dtype)
				if err != nil {
					panic(err)
				}
				return []*Node{lcmodels.Forward(a, w, lcmodels.Chunk{Tokens: in[1]})}
			})
			if err != nil {
				b.Fatal(err)
			}
			defer forward.Finalize()
			input := tensors.FromFlatDataAndDimensions(tokens, 1, length)
			run := func() {
				logits, err := forward.Exec1(t.vectors[0], input)
				if err == nil {
					err = logits.ConstBytes(func([]byte) {}) // waits for it
				}
				if err == nil {
					err = logits.FinalizeAll()
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			run() // compiles
			for b.Loop() {
				run()
			}
			b.ReportMetric(length*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
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
