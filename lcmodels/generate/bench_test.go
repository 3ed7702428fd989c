package generate

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/shapes"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
	"longseq/kernelsrc/backend/backendtest"
	"longseq/lcmodels"
)

// The six architectures in the proportions of the published models, four layers deep.
const (
	benchLayers = 4
	benchVocab  = 4096
)

var benchModels = []struct {
	name   string
	config func(width int) lcmodels.Architecture
}{
	{"mamba2", func(width int) lcmodels.Architecture { return benchMambaSSM(width, nil) }},
	{"mamba2attn", func(width int) lcmodels.Architecture { return benchMambaSSM(width, []int{1}) }},
	{"transformerpp", func(width int) lcmodels.Architecture {
		c := benchMambaSSM(width, []int{0, 1, 2, 3})
		c.DIntermediate, c.Attn.Heads, c.Attn.DConv, c.Attn.RotaryDim = width*27/10, width/64, 0, 64
		return c
	}},
	{"llama", func(width int) lcmodels.Architecture {
		return lcmodels.Llama{HiddenSize: width, IntermediateSize: width * 27 / 10, NLayers: benchLayers, NHeads: width / 64,
			VocabSize: benchVocab, RMSEps: 1e-5, RopeTheta: 1e4, EmbeddingStd: 1}
	}},
	{"rwkv6", func(width int) lcmodels.Architecture {
		c := lcmodels.DefaultRWKV6()
		c.HiddenSize, c.NLayers, c.VocabSize = width, benchLayers, benchVocab
		return c
	}},
	{"griffin", func(width int) lcmodels.Architecture {
		c := lcmodels.DefaultGriffin()
		c.HiddenSize, c.LRUWidth, c.NLayers, c.VocabSize = width, width, benchLayers, benchVocab
		c.NHeads, c.NKVHeads, c.HeadDim, c.IntermediateSize = width/64, 1, 64, 6*width
		return c
	}},
}

func benchMambaSSM(width int, attends []int) lcmodels.MambaSSM {
	c := lcmodels.DefaultMambaSSM()
	c.DModel, c.NLayer, c.VocabSize, c.SSM.Layer, c.AttnLayers = width, benchLayers, benchVocab, "Mamba2", attends
	c.Attn = lcmodels.AttnConfig{Causal: true, Heads: width * 3 / 128, HeadDim: 64, DConv: 4, RotaryDim: 32, RotaryBase: 1e4}
	return c
}

// benchModel makes a model with random weights.
func benchModel(a lcmodels.Architecture) *lcmodels.Model {
	random := rand.New(rand.NewPCG(1, 2))
	m := &lcmodels.Model{Name: a.Name(), Architecture: a}
	for _, spec := range a.Weights() {
		values := make([]float32, spec.Size())
		for i := range values {
			values[i] = float32(spec.Initial(i, random.NormFloat64()))
		}
		m.Weights = append(m.Weights, tensors.FromFlatDataAndDimensions(values, spec.Dims...))
	}
	return m
}

// ceiling returns the best of several rates of a 2048-cubed float32 dot on this machine, in operations a second.
func ceiling(b testing.TB, on *backend.Backend) float64 {
	const n = 2048
	e, err := NewExec(on, func(x, y *Node) *Node { return Dot(x, y) })
	if err != nil {
		b.Fatal(err)
	}
	defer e.Finalize()
	x, y := tensors.FromShape(shapes.Make(dtypes.Float32, n, n)), tensors.FromShape(shapes.Make(dtypes.Float32, n, n))
	best := 0.0
	for range 24 {
		begin := time.Now()
		out, err := e.Exec1(x, y)
		if err != nil {
			b.Fatal(err)
		}
		tensors.MustConstFlatData(out, func([]float32) {}) // waits for it
		best = max(best, 2*n*n*n/time.Since(begin).Seconds())
		out.MustFinalizeAll()
	}
	return best
}

func benchEach(b *testing.B, run func(b *testing.B, r *Reader)) {
	for _, c := range benchModels {
		for _, width := range []int{256, 1024} {
			b.Run(fmt.Sprintf("%s/width=%d", c.name, width), func(b *testing.B) {
				opened := backendtest.Open(b, "")
				defer opened.Finalize()
				r, err := NewReader(opened, benchModel(c.config(width)), DefaultChunk)
				if err != nil {
					b.Fatal(err)
				}
				run(b, r)
			})
		}
	}
}

func benchPrompt(n int) [][]int32 {
	random := rand.New(rand.NewPCG(3, 4))
	prompt := make([]int32, n)
	for i := range prompt {
		prompt[i] = int32(random.IntN(benchVocab))
	}
	return [][]int32{prompt}
}

// BenchmarkPrefill reads 2,048 tokens: tokens/s, and the share of what a 2048-cubed float32 dot reaches right
// after it (dot%), in the model's counted operations.
func BenchmarkPrefill(b *testing.B) {
	benchEach(b, func(b *testing.B, r *Reader) {
		const length = 2048
		prompt := benchPrompt(length)
		read := func() {
			_, s, err := r.Prefill(b.Context(), prompt, []int32{0}, r.Start(1))
			if err != nil {
				b.Fatal(err)
			}
			if err := s.Free(); err != nil {
				b.Fatal(err)
			}
		}
		read() // compiles
		for b.Loop() {
			read()
		}
		seconds := b.Elapsed().Seconds() / float64(b.N)
		b.ReportMetric(length/seconds, "tokens/s")
		b.ReportMetric(100*float64(lcmodels.FLOPs(r.model.Architecture, length))/seconds/ceiling(b, r.b), "dot%")
	})
}

// BenchmarkDecode continues 1,024 tokens one by one: tokens/s, and the weights read a second.
func BenchmarkDecode(b *testing.B) {
	benchEach(b, func(b *testing.B, r *Reader) {
		n, s, err := r.Prefill(b.Context(), benchPrompt(1024), []int32{0}, r.Start(1))
		if err != nil {
			b.Fatal(err)
		}
		step := func() {
			if n, s, err = r.Append(b.Context(), columns(n.Token), []int32{0}, s); err != nil {
				b.Fatal(err)
			}
		}
		step() // compiles
		for b.Loop() {
			step()
		}
		seconds := b.Elapsed().Seconds() / float64(b.N)
		b.ReportMetric(1/seconds, "tokens/s")
		b.ReportMetric(4*float64(lcmodels.Params(r.model.Architecture))/seconds/1e9, "GB/s")
		if err := s.Free(); err != nil {
			b.Fatal(err)
		}
	})
}
