package models

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"longseq/data"
	"longseq/data/corpus"
	"longseq/kernelsrc/backend/backendtest"
	"longseq/lcmodels/train"
	"longseq/study"
)

// tiny are the trained models of the repository.
var tiny = Checkpoints{Folders: []string{"../../lcmodels/tiny"}}

func TestForkedAnswersEqualUnforkedOnes(t *testing.T) {
	backendtest.Open(t, "").Finalize()
	distances := []int{3, 8, 64, 70, 200}
	task, err := Recall.Readings(study.Cell{Format: "essay-word-number", Seed: 3}, corpus.Opticks(), distances)
	if err != nil {
		t.Fatal(err)
	}
	readings := make([]data.Reading, 4)
	for i := range readings {
		if readings[i], err = task.Reading(i); err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range train.Tinies() {
		t.Run(a.Name, func(t *testing.T) {
			model, err := tiny.open(a.Name, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer model.Close()
			forked, err := model.Retain(t.Context(), readings)
			if err != nil {
				t.Fatal(err)
			}
			for stop := range distances {
				samples := make([]data.Sample, len(readings))
				for i, r := range readings {
					samples[i] = r.Prompts()[stop]
				}
				alone, err := model.Answer(t.Context(), samples)
				if err != nil {
					t.Fatal(err)
				}
				for i, want := range alone {
					got := forked[i][stop]
					// The chunks are cut elsewhere, which rounds otherwise; what is answered is the same.
					const rounding = 1e-3
					if got.Text != want.Text || got.Rank != want.Rank || math.Abs(got.LogProb-want.LogProb) > rounding || got.PromptTokens != want.PromptTokens {
						t.Errorf("reading %d, distance %d: forked %+v, alone %+v", i, distances[stop], got, want)
					}
				}
			}
		})
	}
}

func TestModelsInWorkersAnswerAsHere(t *testing.T) {
	backendtest.Open(t, "").Finalize()
	plan := study.Plan{Models: []string{"llama", "griffin"}, Tasks: []string{"recall"}, Lengths: []int{64, 150}, Depths: []float64{0, 100},
		Formats: []string{"needles-number"}, Samples: 8, Distances: []int{10, 40}}
	here, err := study.Sweep{Plan: plan, Models: tiny, Tasks: study.NewTasks(Recall), Dir: t.TempDir()}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	apart, err := tiny.Sweep(t.Context(), plan, t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := study.Equal(here, apart); err != nil {
		t.Error(err)
	}
	if read, unshared := here.TokensSaved(); read == 0 || read >= unshared {
		t.Errorf("%d tokens read in place of %d", read, unshared)
	}
}

func TestPureGoAnswersAsXLA(t *testing.T) {
	backendtest.Open(t, "xla:cpu").Finalize()
	plan := study.Plan{Tasks: []string{"recall"}, Lengths: []int{64, 150}, Depths: []float64{50}, Formats: []string{"essay-number"}, Samples: 8, Distances: []int{10, 100}}
	for _, a := range train.Tinies() {
		plan.Models = append(plan.Models, a.Name)
	}
	var stores [2]*study.Store
	for i, choice := range []string{"xla:cpu", "go"} {
		models := tiny
		models.Backend = choice
		var err error
		if stores[i], err = models.Sweep(t.Context(), plan, t.TempDir(), nil); err != nil {
			t.Fatal(err)
		}
	}
	for i, x := range stores[0].Records {
		g := stores[1].Records[i]
		const rounding = 1e-3
		if x.Prediction != g.Prediction || math.Abs(x.LogProb-g.LogProb) > rounding {
			t.Errorf("%s: %q (%g) by XLA, %q (%g) in pure Go", x.Model, x.Prediction, x.LogProb, g.Prediction, g.LogProb)
		}
	}
}

func TestModelsThatCannotBeOpenedAreOneLine(t *testing.T) {
	broken := t.TempDir()
	for name, files := range map[string]map[string]string{
		"empty":       {"config.json": "{}"},
		"notokenizer": {"config.json": `{"model_type": "llama"}`, "model.safetensors": "12345678"},
	} {
		if err := os.Mkdir(filepath.Join(broken, name), 0o777); err != nil {
			t.Fatal(err)
		}
		for file, text := range files {
			if err := os.WriteFile(filepath.Join(broken, name, file), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct{ name, want string }{
		{"transformerp", `did you mean "transformerpp"?`},
		{"zebra", "known: empty, griffin"},
		{"./no/such", "no such file"},
		{"empty", "empty"},
		{"notokenizer", "safetensors"},
	} {
		models := Checkpoints{Folders: []string{"../../lcmodels/tiny", broken}}
		_, err := models.Describe(c.name)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v; want one line with %q", c.name, err, c.want)
		}
	}
}

func TestAWrongBackendIsAnErrorOfTheWorker(t *testing.T) {
	models := tiny
	models.Backend = "xla:nonsense"
	_, err := NewProcesses(models, 2).Open(t.Context(), "llama")
	if err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v, want one line", err)
	}
	if errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v: the model is there", err)
	}
}
