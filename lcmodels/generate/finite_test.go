package generate

import (
	"errors"
	"math"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
)

const (
	head      = "lm_head.weight"
	embedding = "model.embed_tokens.weight"
)

// spoiltReader reads with a small Llama model. Row 5 of a matrix, its head or its embedding, holds a value, which may be
// NaN or infinite.
func spoiltReader(t *testing.T, matrix string, value float32) *Reader {
	t.Helper()
	b, err := backend.Open("")
	if err != nil {
		t.Fatal(err)
	}
	a := lcmodels.Llama{HiddenSize: 8, IntermediateSize: 16, NLayers: 1, NHeads: 2, NKVHeads: 1, VocabSize: 24, RMSEps: 1e-5, RopeTheta: 1e4, EmbeddingStd: 1}
	m := &lcmodels.Model{Name: "spoilt", Architecture: a}
	for _, spec := range a.Weights() {
		values := make([]float32, spec.Size())
		for i := range values {
			values[i] = float32(spec.Initial(i, math.Sin(float64(i))))
		}
		if spec.Name == matrix {
			for i := range 8 {
				values[5*8+i] = 0
			}
			values[5*8] = value
		}
		m.Weights = append(m.Weights, tensors.FromFlatDataAndDimensions(values, spec.Dims...))
	}
	r, err := NewReader(b, m, 4)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestLogitsThatAreNotFiniteAreNoAnswer(t *testing.T) {
	questions := []Question{{Prompt: []int32{1, 2, 3, 4, 5, 6}, Reference: []int32{7, 8}, MaxNewTokens: 3}, {Prompt: []int32{3}, MaxNewTokens: 2}}
	for name, value := range map[string]float32{"NaN": float32(math.NaN()), "infinite": float32(math.Inf(1)), "minus infinite": float32(math.Inf(-1))} {
		t.Run(name, func(t *testing.T) {
			r := spoiltReader(t, head, value)
			answers, err := r.Answer(t.Context(), questions)
			if err != nil {
				t.Fatal(err)
			}
			after, err := r.Continue(t.Context(), questions, r.Start(2))
			if err != nil {
				t.Fatal(err)
			}
			for i, a := range append(answers, after...) {
				if !a.NotFinite || a.Tokens != nil || a.Rank != 0 || !math.IsNaN(a.LogProb) {
					t.Errorf("answer %d is %+v", i, a)
				}
			}
			var bad *NotFinite
			err = r.Logits(t.Context(), [][]int32{{1, 2, 3, 4, 5}}, func(int, int, []float32) error { return nil })
			if !errors.As(err, &bad) || bad.Row != 0 || bad.Position != 0 {
				t.Errorf("logits: %v", err)
			}
		})
	}
	r := spoiltReader(t, head, 1)
	full := errors.New("the disk is full")
	if err := r.Logits(t.Context(), [][]int32{{1, 2}}, func(int, int, []float32) error { return full }); !errors.Is(err, full) {
		t.Errorf("the error of the caller of Logits: %v", err)
	}
	answers, err := r.Answer(t.Context(), questions)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range answers {
		if a.NotFinite || len(a.Tokens) == 0 {
			t.Errorf("answer %d of a sound model is %+v", i, a)
		}
	}
}

func TestWhatAModelShowsIsNotNaN(t *testing.T) {
	prompt := []int32{1, 2, 5, 4, 3, 6}
	if _, err := spoiltReader(t, embedding, 1).Inspect(t.Context(), prompt); err != nil {
		t.Errorf("a sound model: %v", err)
	}
	_, err := spoiltReader(t, embedding, float32(math.NaN())).Inspect(t.Context(), prompt)
	if want := "inspect spoilt: what layer 0 shows is NaN: its training diverged, or its weights are damaged"; err == nil || err.Error() != want {
		t.Errorf("a spoilt model: %v, want %s", err, want)
	}
}
