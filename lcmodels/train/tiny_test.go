package train

import (
	"math"
	"testing"

	"longseq/lcmodels"
)

func TestTheSixTinyModelsAreMatchedInParameters(t *testing.T) {
	for _, tiny := range Tinies() {
		a, err := tiny.Config(172)
		if err != nil {
			t.Fatalf("%s: %v", tiny.Name, err)
		}
		if a.Name() != tiny.Name {
			t.Errorf("%s: its configuration is of %s", tiny.Name, a.Name())
		}
		if n := lcmodels.Params(a); math.Abs(float64(n)-TinyParams) > 0.01*TinyParams {
			t.Errorf("%s has %d parameters, want %d within 1%%", tiny.Name, n, TinyParams)
		}
		if a.Vocab() != 176 {
			t.Errorf("%s stores %d rows for 172 words, want 176", tiny.Name, a.Vocab())
		}
	}
}

func TestAnUnknownArchitectureIsNamedWithTheKnownOnes(t *testing.T) {
	const want = `unknown architecture "gpt2"; known: griffin, llama, mamba2, mamba2attn, rwkv6, transformerpp`
	if _, err := FindTiny("gpt2"); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestTheLearningRateWarmsUpAndFalls(t *testing.T) {
	r := DefaultRecipe()
	if first := r.rate(0); math.Abs(first-r.LR/float64(r.Warmup)) > 1e-6 {
		t.Errorf("the first step has rate %g", first)
	}
	if last := r.rate(r.Steps - 1); last < r.LR*r.FinalLR || last > r.LR*r.FinalLR*1.01 {
		t.Errorf("the last step has rate %g, want a little over %g", last, r.LR*r.FinalLR)
	}
}
