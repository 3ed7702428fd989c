package calibrate

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"longseq/kernelsrc/backend/backendtest"
	"longseq/lcmodels/extend"
	"longseq/study/models"
)

// distance is a loss that is least at the given factors.
func distance(to extend.Factors) func(extend.Factors) (float64, error) {
	return func(f extend.Factors) (float64, error) {
		sum := 1.0
		for i, v := range f {
			d := math.Log(v / to[i])
			sum += d * d
		}
		return sum, nil
	}
}

func TestTheSearchComesNearTheBestFactorsAndNeverGetsWorse(t *testing.T) {
	to := extend.Factors{0.5, 1.6, 0.8, 1.1}
	run := func(seed uint64) *search {
		s := &search{random: rand.New(rand.NewPCG(seed, 1)), loss: distance(to)}
		if err := s.begin(slices.Repeat(extend.Factors{1}, len(to))); err != nil {
			t.Fatal(err)
		}
		for k, before := 0, s.best; k < 200; k++ {
			if err := s.step(k); err != nil {
				t.Fatal(err)
			}
			if s.best > before {
				t.Fatalf("step %d: the loss rose from %g to %g", k, before, s.best)
			}
			before = s.best
		}
		return s
	}
	for seed := range uint64(5) {
		s := run(seed)
		if s.best > 1.02 { // within 7% of each factor; it begins at 1.74
			t.Errorf("seed %d: factors %v with loss %g, want near %v", seed, s.factors, s.best, to)
		}
		if again := run(seed); !slices.Equal(again.factors, s.factors) {
			t.Errorf("seed %d: %v, then %v", seed, s.factors, again.factors)
		}
	}
}

func TestATinyModelIsCalibratedOnItsTask(t *testing.T) {
	backendtest.Open(t, "").Finalize()
	path := filepath.Join("..", "..", "lcmodels", "tiny", "mamba2attn")
	evaluations := 0
	o := Options{Model: "mamba2attn", Location: models.Location{Path: path, Tokenizer: path}, Task: "recall", Format: "essay-word",
		Length: 256, Rows: 5, Steps: 1, Seed: 1, Progress: func(done, _ int, _ float64) { evaluations = done }}
	c, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if c.Scale != extend.DtScale || len(c.Factors) != 1 || c.After > c.Before || c.Before <= 0 || evaluations != c.Evaluations || c.HeldOutBefore <= 0 {
		t.Errorf("%+v after %d evaluations", c, evaluations)
	}
	file := filepath.Join(t.TempDir(), "c.json")
	if err := c.Write(file); err != nil {
		t.Fatal(err)
	}
	o.Location.Extend = "calibrated=" + file
	m, err := o.Location.LoadModel()
	if err != nil {
		t.Fatal(err)
	}
	if e := m.Architecture.(interface{ Extension() extend.Extension }).Extension(); !slices.Equal(e.DtScale, c.Factors) {
		t.Errorf("the model has %v, want %v", e, c.Factors)
	}
	other := filepath.Join("..", "..", "lcmodels", "tiny", "mamba2")
	if _, err := (models.Location{Path: other, Tokenizer: other, Extend: o.Location.Extend}).LoadModel(); err == nil || !strings.Contains(err.Error(), "is of another model (mamba2attn, weights ") {
		t.Errorf("another model: %v", err)
	}
}

func TestASearchThatCannotBeIsRefused(t *testing.T) {
	path := filepath.Join("..", "..", "lcmodels", "tiny", "rwkv6")
	good := Options{Model: "rwkv6", Location: models.Location{Path: path, Tokenizer: path}, Task: "recall", Format: "essay-word", Length: 64, Rows: 1, Steps: 1}
	for want, change := range map[string]func(*Options){
		"length is 1; want 2 to 16777216 tokens":                           func(o *Options) { o.Length = 1 },
		"rows is 0; want 1 to 100000":                                      func(o *Options) { o.Rows = 0 },
		"steps is 1000000000; want 1 to 10000":                             func(o *Options) { o.Steps = 1e9 },
		"seed is -1; want 0 to 268435455":                                  func(o *Options) { o.Seed = -1 },
		"want either a task or a text":                                     func(o *Options) { o.Text = "x" },
		`unknown task "recal"; did you mean "recall"?`:                     func(o *Options) { o.Task = "recal" },
		"the model has an intervention already":                            func(o *Options) { o.Location.Extend = "decay-scale=2" },
		"rwkv6 does not have the intervention a-scale: it has decay-scale": func(o *Options) { o.Scale = "a-scale" },
	} {
		o := good
		change(&o)
		if _, err := Run(t.Context(), o); err == nil || !strings.HasPrefix(err.Error(), "calibrate rwkv6: "+want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
