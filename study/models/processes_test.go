package models

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"longseq/data"
	"longseq/data/corpus"
	"longseq/internal/worker"
	"longseq/kernelsrc/backend/backendtest"
	"longseq/study"
)

// otherWeights copies a model's folder and exchanges the last numbers of its weights with those before.
func otherWeights(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(to, "model.safetensors")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const some = 4 * 1000
	last := raw[len(raw)-2*some:]
	copy(last, slices.Concat(last[some:], last[:some]))
	if err := os.WriteFile(path, raw, 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestModelsOfOneShapeAreOpenedByOneProcess(t *testing.T) {
	backendtest.Open(t, "").Finalize()
	folder := t.TempDir()
	otherWeights(t, "../../lcmodels/tiny/llama", filepath.Join(folder, "other"))
	all := Checkpoints{Folders: []string{"../../lcmodels/tiny", folder}}
	task, err := Recall.Make(study.Cell{Format: "essay-word-number", Length: 70, Depth: 50, Seed: 1}, corpus.Opticks())
	if err != nil {
		t.Fatal(err)
	}
	samples := make([]data.Sample, 5)
	for i := range samples {
		if samples[i], err = task.Sample(i); err != nil {
			t.Fatal(err)
		}
	}
	ask := func(model study.Answerer) (logProbs []float64) {
		t.Helper()
		predictions, err := model.Answer(t.Context(), samples)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range predictions {
			logProbs = append(logProbs, p.LogProb)
		}
		return logProbs
	}
	processes := NewProcesses(all, 1)
	var before *worker.Process
	var last []float64
	for _, c := range []struct {
		name string
		same bool // process as the model before
	}{{"llama", false}, {"other", true}, {"griffin", false}} {
		remotely, err := processes.Open(t.Context(), c.name)
		if err != nil {
			t.Fatal(err)
		}
		got := ask(remotely)
		process := remotely.(*remote).place.process
		if same := process == before; same != c.same {
			t.Errorf("%s: the same process as before: %v, want %v", c.name, same, c.same)
		}
		if before = process; remotely.(*remote).Close() != nil {
			t.Fatal("a model does not close")
		}
		here, err := all.open(c.name, nil)
		if err != nil {
			t.Fatal(err)
		}
		if want := ask(here); !slices.Equal(got, want) || remotely.Digest() != here.Digest() {
			t.Errorf("%s: log-probabilities %v, want %v", c.name, got, want)
		}
		if slices.Equal(got, last) {
			t.Errorf("%s answers as the model before", c.name)
		}
		last = got
		if err := here.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := processes.Close(); err != nil {
		t.Fatal(err)
	}
}
