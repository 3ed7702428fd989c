package train

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
)

// stateTolerance is for sums of another order in float32.
const stateTolerance = 2e-5

// continued computes a step's loss and last state as inference does: with a state of its own, from a state of a training.
type continued struct {
	exec  *backend.Executor
	specs []lcmodels.StateSpec // of inference
	state *lcmodels.State
	r     Recipe
}

func continuation(t *testing.T, b *backend.Backend, a lcmodels.Architecture, r Recipe) continued {
	t.Helper()
	c := continued{specs: lcmodels.StateOf(a), state: lcmodels.NewState(a, r.Rows, r.Length), r: r}
	weights := a.Weights()
	var err error
	c.exec, err = backend.NewExecutor(b, func(in []*Node) []*Node {
		w, err := lcmodels.NewWeights(weights, in[:len(weights)], dtype)
		if err != nil {
			panic(err)
		}
		carry, err := lcmodels.NewCarry(c.specs, in[len(weights)+2:])
		if err != nil {
			panic(err)
		}
		loss, _ := answerLoss(lcmodels.Forward(a, w, lcmodels.Chunk{Tokens: in[len(weights)], State: carry}), in[len(weights)+1])
		return append([]*Node{loss}, carry.Nodes()...)
	}, func(int) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// step returns the loss and the last passed state, from a passed one, with the tokens at the position of a second chunk.
func (c continued) step(t *testing.T, weights []*tensors.Tensor, tokens, targets []int32, passed []lcmodels.StateSpec, start []float32) (float64, []float32) {
	t.Helper()
	in := append(slices.Clone(weights), tensors.FromFlatDataAndDimensions(tokens, c.r.Rows, c.r.Length),
		tensors.FromFlatDataAndDimensions(targets, c.r.Rows, c.r.Length))
	cut := map[string][]float32{}
	for _, spec := range passed {
		n := c.r.Rows * lcmodels.PassedSize([]lcmodels.StateSpec{spec})
		cut[spec.Name], start = start[:n], start[n:]
	}
	for i, spec := range c.specs {
		value := c.state.Tensors[i]
		if flat, ok := cut[spec.Name]; ok {
			value = tensors.FromFlatDataAndDimensions(flat, value.Shape().Dimensions...)
		}
		if spec.Name == "position" {
			value = tensors.FromFlatDataAndDimensions(slices.Repeat([]int32{int32(c.r.Length)}, c.r.Rows), c.r.Rows)
		}
		in = append(in, value)
	}
	out, err := c.exec.Exec(in...)
	if err != nil {
		t.Fatal(err)
	}
	var last []float32
	for _, spec := range passed {
		at := slices.IndexFunc(c.specs, func(s lcmodels.StateSpec) bool { return s.Name == spec.Name })
		flat, err := tensors.CopyFlatData[float32](out[1+at])
		if err != nil {
			t.Fatal(err)
		}
		last = append(last, flat...)
	}
	return float64(tensors.ToScalar[float32](out[0])), last
}

func tinyOf(t *testing.T, name string) lcmodels.Architecture {
	t.Helper()
	tiny, err := FindTiny(name)
	if err != nil {
		t.Fatal(err)
	}
	a, err := tiny.Config(172)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestStepsBeginWithTheStateThatInferenceWouldHave(t *testing.T) {
	b, err := backend.Open("")
	if err != nil {
		t.Fatal(err)
	}
	for name, kinds := range map[string][]InitialState{"mamba2": {Pass, Noise, TBPTT}, "rwkv6": {Pass}, "griffin": {Pass}, "mamba2attn": {Pass}} {
		a := tinyOf(t, name)
		r := recipeOf(3)
		r.Rows, r.Length = 2, 8
		naive := continuation(t, b, a, r)
		for _, initial := range kinds {
			r.InitialState, r.StateStd, r.Segments = initial, 0, 0
			switch initial {
			case Noise:
				r.StateStd = 0.5
			case TBPTT:
				r.Segments = 2
			}
			trainer, err := New(b, a, r)
			if err != nil {
				t.Fatal(err)
			}
			before := make([]float32, trainer.stateSize())
			for step := range 3 {
				weights, err := trainer.Weights()
				if err != nil {
					t.Fatal(err)
				}
				var start []float32
				switch {
				case initial == Noise:
					start = trainer.noise()
				case initial == TBPTT && step == 2: // a sequence of two segments has ended
					start = make([]float32, len(before))
				default:
					start = before
				}
				tokens, targets := r.batch(pairs{}, step)
				wantLoss, want := naive.step(t, weights, tokens, targets, trainer.passed, start)
				loss, _, err := trainer.step(pairs{})
				if err != nil {
					t.Fatal(err)
				}
				trainer.Step++
				if math.Abs(loss-wantLoss) > stateTolerance*wantLoss {
					t.Errorf("%s, %s, step %d: loss %.6f, want %.6f", name, initial, step, loss, wantLoss)
				}
				if initial == Noise {
					continue
				}
				got, err := tensors.CopyFlatData[float32](trainer.state)
				if err != nil {
					t.Fatal(err)
				}
				for i := range want {
					if d := math.Abs(float64(got[i] - want[i])); d > stateTolerance*(1+math.Abs(float64(want[i]))) {
						t.Fatalf("%s, %s, step %d: state %d is %g, want %g", name, initial, step, i, got[i], want[i])
					}
				}
				before = got
			}
		}
	}
}

func TestARunThatPassesStatesIsResumedToTheSameBits(t *testing.T) {
	b, err := backend.Open("")
	if err != nil {
		t.Fatal(err)
	}
	a := tinyOf(t, "mamba2")
	usual := recipeOf(8)
	usual.Rows, usual.Length = 2, 8
	zero, err := New(b, a, usual)
	if err != nil {
		t.Fatal(err)
	}
	if err := zero.Run(t.Context(), pairs{}, nil); err != nil {
		t.Fatal(err)
	}
	for _, r := range []Recipe{{InitialState: Pass}, {InitialState: TBPTT, Segments: 3}} {
		own := usual
		own.InitialState, own.Segments = r.InitialState, r.Segments
		whole, err := New(b, a, own)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		dir := t.TempDir()
		if err := whole.Run(ctx, pairs{}, func(p Progress) {
			if p.Step == 4 {
				cancel()
			}
		}); err == nil {
			t.Fatal("it was not interrupted")
		}
		if err := whole.Snapshot(dir, nil); err != nil {
			t.Fatal(err)
		}
		resumed, err := Resume(b, a, own, dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, trainer := range []*Trainer{whole, resumed} {
			if err := trainer.Run(t.Context(), pairs{}, nil); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(parametersOf(t, whole), parametersOf(t, resumed)) {
			t.Errorf("%s: the resumed run has other parameters than the whole one", own.InitialState)
		}
		if slices.Equal(parametersOf(t, whole), parametersOf(t, zero)) {
			t.Errorf("%s: the parameters are those of the usual training", own.InitialState)
		}
	}
}

func TestNoiseHasItsDeviationAndDependsOnTheStep(t *testing.T) {
	b, err := backend.Open("")
	if err != nil {
		t.Fatal(err)
	}
	r := recipeOf(3)
	r.InitialState, r.StateStd = Noise, 0.25
	trainer, err := New(b, tinyOf(t, "mamba2"), r)
	if err != nil {
		t.Fatal(err)
	}
	first := trainer.noise()
	again := trainer.noise()
	trainer.Step++
	if !slices.Equal(first, again) || slices.Equal(first, trainer.noise()) {
		t.Error("noise does not depend on the step alone")
	}
	at := 0
	for _, spec := range trainer.passed {
		n := r.Rows * lcmodels.PassedSize([]lcmodels.StateSpec{spec})
		var square float64
		for _, v := range first[at : at+n] {
			square += float64(v) * float64(v) / float64(n)
		}
		at += n
		want := 0.0 // inputs of the convolution
		if spec.Recurrent() {
			want = r.StateStd
		}
		if got := math.Sqrt(square); math.Abs(got-want) > 0.05*want {
			t.Errorf("%s: the deviation is %.4f, want %.4f", spec.Name, got, want)
		}
	}
}

func TestInitialStatesThatCannotBeAreOneLine(t *testing.T) {
	for text, want := range map[string]string{
		`{"initial_state": "past"}`:                     `recipe: unknown initial_state "past"; did you mean "pass"?`,
		`{"initial_state": "noise"}`:                    "recipe: state_std is 0: must be positive, at most 1000, with initial_state noise",
		`{"initial_state": "noise", "state_std": 1e9}`:  "recipe: state_std is 1e+09: must be positive, at most 1000, with initial_state noise",
		`{"state_std": 0.1}`:                            "recipe: state_std is 0.1: it is of initial_state noise, not zero",
		`{"initial_state": "tbptt"}`:                    "recipe: segments is 0: must be 2 to 1024 with initial_state tbptt",
		`{"initial_state": "pass", "segments": 2}`:      "recipe: segments is 2: it is of initial_state tbptt, not pass",
		`{"initial_state": "zero"}`:                     "",
		`{"initial_state": "tbptt", "segments": 4}`:     "",
		`{"initial_state": "noise", "state_std": 0.01}`: "",
	} {
		r := DefaultRecipe()
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			t.Fatal(err)
		}
		err := r.Validate()
		if want == "" && err != nil || want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%s: error %v, want %s", text, err, want)
		}
	}
	r := DefaultRecipe()
	r.InitialState = Pass
	_, err := newTrainer(nil, tinyOf(t, "llama"), r, [3][]float32{}, 0)
	if err == nil || !strings.Contains(err.Error(), "initial_state pass: llama has no recurrent state: it carries keys and values alone") {
		t.Errorf("a state of llama is passed: %v", err)
	}
	// The recipe of the usual training is written as it was before there were others.
	text, err := json.Marshal(DefaultRecipe())
	if err != nil || strings.Contains(string(text), "state") {
		t.Errorf("the usual recipe is %s, %v", text, err)
	}
}
