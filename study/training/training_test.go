package training

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"longseq/kernelsrc/backend/backendtest"
	"longseq/lcmodels/train"
)

func TestATrainingThatWasInterruptedEndsInTheSameBits(t *testing.T) {
	backendtest.Open(t, "xla:cpu").Finalize()
	whole := Training{Architectures: []string{"llama", "mamba2"}, Seed: 5, Steps: 60, Dir: t.TempDir()}
	want, err := whole.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	cut := whole
	cut.Dir = t.TempDir()
	ctx, interrupt := context.WithCancel(t.Context())
	cut.Progress = func(p Progress) { interrupt() }
	if _, err := cut.Run(ctx); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "run the same again") {
		t.Fatalf("interrupted: %v", err)
	}
	_, llama := train.ReadSnapshot(filepath.Join(cut.Dir, ".llama.unfinished"))
	_, mamba2 := train.ReadSnapshot(filepath.Join(cut.Dir, ".mamba2.unfinished"))
	if llama != nil && mamba2 != nil {
		t.Fatalf("nothing was kept: %v, %v", llama, mamba2)
	}
	cut.Progress = nil
	got, err := cut.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if got[i].Weights != want[i].Weights || !slices.Equal(got[i].Curve, want[i].Curve) {
			t.Errorf("%s: resumed to %s with curve %v, uninterrupted %s with %v", want[i].Architecture,
				got[i].Weights, got[i].Curve, want[i].Weights, want[i].Curve)
		}
	}
	if same, both := SameWeights(got, whole.Dir); same != 2 || both != 2 {
		t.Errorf("%d of %d weights are the same, want 2 of 2", same, both)
	}
}

func TestTheCommittedModelsAreOfTheRecipe(t *testing.T) {
	jobs, err := Training{Seed: 1, Dir: "../../lcmodels/tiny"}.Jobs()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range jobs {
		found, err := p.state()
		if err != nil {
			t.Error(err)
		}
		if r := found.Record; !found.finished || len(r.Files) != len(modelFiles) || r.Checksum == "" {
			t.Errorf("%s is at step %d of %d, with the digests of %d files: %s", p.Architecture, r.Step, p.Recipe.Steps, len(r.Files), found.damage)
		}
	}
}

func TestTrainingMistakesAreFoundBeforeAnythingIsTrained(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.txt")
	if err := os.WriteFile(empty, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		training Training
		want     string
	}{
		{Training{}, "no folder"},
		{Training{Dir: "x", Architectures: []string{"rnn"}}, "rnn"},
		{Training{Dir: "x", Formats: []string{"essay-wort"}}, `did you mean "word"`},
		{Training{Dir: "x", Seed: -1}, "seed -1"},
		{Training{Dir: "x", Corpus: empty}, "empty"},
		{Training{Dir: "x", LR: -1, Steps: -1}, "steps"},
	} {
		if _, err := c.training.Run(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.training, err, c.want)
		}
	}
}

func TestOneProcessTrainsAModel(t *testing.T) {
	backendtest.Open(t, "xla:cpu").Finalize()
	first := Training{Architectures: []string{"transformerpp"}, Seed: 5, Steps: 10, Dir: t.TempDir()}
	jobs, err := first.Jobs()
	if err != nil {
		t.Fatal(err)
	}
	release, err := jobs[0].lock()
	if err != nil {
		t.Fatal(err)
	}
	want := "another process is training it in " + filepath.Join(first.Dir, "transformerpp")
	if _, err := first.Run(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("while another process trains: %v, want %s", err, want)
	}
	release()
	if entries, err := os.ReadDir(first.Dir); err != nil || len(entries) != 0 {
		t.Errorf("%d entries are left of a training that did not begin, %v", len(entries), err)
	}
	if _, err := first.Run(t.Context()); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
