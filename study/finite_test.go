package study

import (
	"context"
	"math"
	"testing"

	"longseq/data"
)

// divergedModels answer as models do whose logits are NaN.
type divergedModels struct{ fakeModels }

func (m *divergedModels) Open(context.Context, string) (Answerer, error) { return divergedModel{}, nil }

type divergedModel struct{}

func (divergedModel) Digest() string { return "digest of llama" }

func (divergedModel) Answer(_ context.Context, samples []data.Sample) ([]Prediction, error) {
	out := make([]Prediction, len(samples))
	for i, s := range samples {
		out[i] = Prediction{Text: s.Answers[0], LogProb: math.NaN(), Rank: 1, NotFinite: i == 0}
	}
	return out, nil
}

func TestASampleWithoutFiniteLogitsIsAFailureWithAReason(t *testing.T) {
	s := Sweep{Plan: fakePlan(), Models: &divergedModels{}, Tasks: fakeTasks, Dir: t.TempDir()}
	s.Plan.Models, s.Plan.Tasks, s.Plan.Lengths, s.Plan.Seeds, s.Plan.Distances = []string{"llama"}, []string{"vt"}, []int{64}, []int64{1}, nil
	var warned []string
	s.Progress = func(p Progress) {
		if p.Warning != "" {
			warned = append(warned, p.Warning)
		}
	}
	store, err := s.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	failed := 0
	for _, r := range store.Records {
		if r.Failure == NotFinite {
			failed++
			if r.Score != 0 || r.Rank != 0 || !math.IsNaN(r.LogProb) {
				t.Errorf("score %v, rank %d, log-probability %v", r.Score, r.Rank, r.LogProb)
			}
		} else if r.Score != 1 {
			t.Errorf("a sample with finite logits scores %v", r.Score)
		}
	}
	if failed != 3 { // one of each block
		t.Errorf("%d samples failed, want 3", failed)
	}
	const want = `the logits were NaN or infinite in 3 of 10 samples of llama: these score 0 with failure "not finite", and say nothing of what the model remembers`
	if got := store.Warnings(); len(got) != 1 || got[0] != want {
		t.Errorf("%q, want %q", got, want)
	}
	if len(warned) != 1 || warned[0] != want {
		t.Errorf("the sweep warned %q, want %q", warned, want)
	}
	if got := notFinite(nil); got != "" {
		t.Errorf("without records: %q", got)
	}
}
