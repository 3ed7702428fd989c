package study

import (
	"context"
	"errors"
	"io/fs"
	"testing"

	"longseq/internal/durable/powerloss"
)

func TestAStoreGoesOnEqualWheneverPowerIsLost(t *testing.T) {
	small := func(dir string) Sweep {
		s := sweep(dir, &fakeModels{})
		s.Plan.Models, s.Plan.Tasks, s.Plan.Formats, s.Plan.Distances = []string{"llama"}, []string{"recall"}, []string{"essay-word"}, nil
		s.Plan.Lengths, s.Plan.Depths, s.Plan.Seeds, s.Plan.Samples, s.Plan.Batch = []int{64}, []float64{50}, []int64{1}, 20, 4
		return s
	}
	root := t.TempDir()
	log := powerloss.Watch(t, root)
	s := small(root)
	done := []int{0} // samples at each mark
	s.Progress = func(p Progress) {
		if len(p.Records) > 0 {
			done = append(done, p.Done)
			log.Mark()
		}
	}
	want, err := s.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	states, all := log.States(t)
	t.Logf("%d states, %d of them different", all, len(states))
	for _, state := range states {
		dir := t.TempDir()
		state.Write(t, dir)
		got, err := OpenStore(dir)
		if err != nil {
			t.Error(err)
			continue
		}
		if len(got.Records) < done[state.Marks] {
			t.Errorf("%d records are left of %d", len(got.Records), done[state.Marks])
		}
		if _, err := ReadResolved(dir); err != nil && (len(got.Records) > 0 || !errors.Is(err, fs.ErrNotExist)) {
			t.Errorf("with %d records: %v", len(got.Records), err)
		}
		if got, err = small(dir).Run(context.Background()); err != nil {
			t.Errorf("the sweep does not go on: %v", err)
			continue
		}
		mustEqual(t, got, want)
	}
}
