package study

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func sweep(dir string, models *fakeModels) Sweep {
	return Sweep{Plan: fakePlan(), Models: models, Tasks: fakeTasks, Dir: dir}
}

// uninterrupted runs fakePlan in a folder of its own.
func uninterrupted(t *testing.T) *Store {
	t.Helper()
	store, err := sweep(t.TempDir(), &fakeModels{}).Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if len(store.Records) != fakeSamples {
		t.Fatalf("%d records, want %d", len(store.Records), fakeSamples)
	}
	return store
}

func mustEqual(t *testing.T, got, want *Store) {
	t.Helper()
	if err := Equal(got, want); err != nil {
		t.Error(err)
	}
	if got.Disagreeing != 0 {
		t.Errorf("%d records disagree with a duplicate", got.Disagreeing)
	}
}

func TestASecondRunAsksNothing(t *testing.T) {
	first := uninterrupted(t)
	models := &fakeModels{}
	again, err := sweep(first.Dir, models).Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	mustEqual(t, again, first)
	if models.asked.Load() != 0 || models.opened.Load() != 0 {
		t.Errorf("asked %d samples of %d models", models.asked.Load(), models.opened.Load())
	}
	if files, _ := recordFiles(first.Dir); len(files) != 1 {
		t.Errorf("%d record files, want 1", len(files))
	}
}

func TestAnyNumberOfWorkersOrShardsGivesTheSameStore(t *testing.T) {
	want := uninterrupted(t)
	t.Run("three workers", func(t *testing.T) {
		s := sweep(t.TempDir(), &fakeModels{})
		s.Workers = 3
		got, err := s.Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		mustEqual(t, got, want)
	})
	t.Run("five shards", func(t *testing.T) {
		dir, models := t.TempDir(), &fakeModels{}
		whole, err := sweep(dir, models).DryRun()
		if err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			s := sweep(dir, models)
			s.Shard = Shard{i, 5}
			share, err := s.DryRun()
			if err != nil {
				t.Fatal(err)
			}
			if off := float64(share.Tokens) - float64(whole.Tokens)/5; math.Abs(off) > 256*10 {
				t.Errorf("shard %d reads %d of %d tokens; want a fifth, but for half a cell at each end", i, share.Tokens, whole.Tokens)
			}
			if _, err := s.Run(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		got, err := OpenStore(dir)
		if err != nil {
			t.Fatal(err)
		}
		mustEqual(t, got, want)
		if n := models.asked.Load(); n != fakeSamples {
			t.Errorf("the shards asked %d samples, want each once: %d", n, fakeSamples)
		}
		if n := models.opened.Load(); n > 2+4 {
			t.Errorf("models were opened %d times; want at most one a model and one a cut", n)
		}
	})
	t.Run("no forked state", func(t *testing.T) {
		got, err := sweep(t.TempDir(), &fakeModels{noForks: true}).Run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		read, unshared := want.TokensSaved()
		// 80 readings: a needle of 10 tokens, 64 of filler, a question of 6 at 8, 16 and 64
		if read != 80*(10+64+3*6) || unshared != 80*(3*10+8+16+64+3*6) {
			t.Errorf("forks read %d tokens in place of %d", read, unshared)
		}
		for i := range want.Records { // how much was read is what forks change
			want.Records[i].TokensRead = 0
		}
		mustEqual(t, got, want)
	})
}

func TestAnInterruptedSweepKeepsItsBlocksAndGoesOn(t *testing.T) {
	want := uninterrupted(t)
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	models := &fakeModels{afterAsk: func(total int64) error {
		if total >= 100 {
			cancel()
		}
		return nil
	}}
	_, err := sweep(dir, models).Run(ctx)
	var interrupted *Interrupted
	if !errors.As(err, &interrupted) || !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	part, err := OpenStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(part.Records); n != interrupted.Done || int64(n) != models.asked.Load() {
		t.Errorf("the store has %d records, the error says %d, asked were %d", n, interrupted.Done, models.asked.Load())
	}
	status, err := ReadStatus(dir, fakeTasks)
	if err != nil || status.Done != interrupted.Done || status.Total != fakeSamples {
		t.Errorf("status %+v, %v", status, err)
	}
	estimate, err := sweep(dir, models).DryRun()
	if err != nil || estimate.Missing != status.Missing() || estimate.Cells != fakeSamples/10 {
		t.Errorf("dry run %+v, %v; missing are %d", estimate, err, status.Missing())
	}
	rest := &fakeModels{}
	got, err := sweep(dir, rest).Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	mustEqual(t, got, want)
	if n := rest.asked.Load(); int(n) != fakeSamples-interrupted.Done {
		t.Errorf("the second run asked %d, missing were %d", n, fakeSamples-interrupted.Done)
	}
}

func TestAModelsErrorNamesTheCellAndKeepsWhatIsFinished(t *testing.T) {
	dir := t.TempDir()
	models := &fakeModels{afterAsk: func(total int64) error {
		if total > 40 {
			return errFake
		}
		return nil
	}}
	_, err := sweep(dir, models).Run(context.Background())
	if !errors.Is(err, errFake) || !strings.HasPrefix(err.Error(), "mamba2 recall essay-word-word length 256 depth 100 seed 1, samples 0 to 3: ") {
		t.Errorf("got %v", err)
	}
	if store, err := OpenStore(dir); err != nil || len(store.Records) != 40 {
		t.Errorf("%d records are kept, %v; want 40", len(store.Records), err)
	}
}

func TestTheLongestSamplesAreAskedFirst(t *testing.T) {
	s := sweep(t.TempDir(), &fakeModels{})
	s.Workers = 1
	var order []string
	s.Progress = func(p Progress) {
		for _, r := range p.Records[:min(len(p.Records), 1)] {
			length := max(r.Length, 64*min(r.Distance, 1)) // the longest distance is 64
			order = append(order, fmt.Sprintf("%s %03d", r.Model, 999-length))
		}
	}
	if _, err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	at := slices.Index(order, "llama 743")
	if at < 0 || !slices.IsSorted(order[:at]) || !slices.IsSorted(order[at:]) || slices.ContainsFunc(order[at:], func(s string) bool { return s[0] == 'm' }) {
		t.Errorf("the blocks were asked in the order %q", order)
	}
}

func TestAResumeWithAnotherBackendIsTold(t *testing.T) {
	models := &fakeModels{computedBy: ComputedBy{Backend: "xla:cpu", Dots: "f32", Native: true}}
	s := sweep(t.TempDir(), models)
	s.Shard = Shard{0, 4}
	half, err := s.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range half.Records {
		if r.ComputedBy != models.computedBy {
			t.Fatalf("a record was computed by %v", r.ComputedBy)
		}
	}
	s.Shard, models.computedBy = Shard{}, ComputedBy{Backend: "go", Dots: "f32"}
	var warnings []string
	s.Progress = func(p Progress) {
		if p.Warning != "" {
			warnings = append(warnings, p.Warning)
		}
	}
	if _, err := s.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	want := "records in " + s.Dir + " were computed by xla:cpu (f32, native kernels), and the missing ones are now computed by go (f32): log-probabilities may differ in their last digits"
	if len(warnings) != 1 || warnings[0] != want {
		t.Errorf("warned %q, want %q", warnings, want)
	}
}

func TestAFolderThatCannotBeAStoreIsOneLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	os.WriteFile(file, nil, 0o600)
	_, err := sweep(filepath.Join(file, "store"), &fakeModels{}).Run(context.Background())
	if err == nil || !strings.HasPrefix(err.Error(), "make store: ") || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
}

func TestProgressEndsAtTheTotalAndEstimatesTheTimeLeft(t *testing.T) {
	s := sweep(t.TempDir(), &fakeModels{})
	var all []Progress
	s.Progress = func(p Progress) { all = append(all, p) }
	if _, err := s.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	first, last := all[0], all[len(all)-1]
	if first.Doing != "open mamba2" || first.Left >= 0 || first.Done != 0 {
		t.Errorf("it begins with %+v", first)
	}
	if last.Done != fakeSamples || last.Total != fakeSamples || last.Left != 0 {
		t.Errorf("it ends with %+v", last)
	}
	scored := 0
	for _, p := range all {
		scored += len(p.Records)
	}
	if scored != fakeSamples {
		t.Errorf("progress showed %d records of %d", scored, fakeSamples)
	}
}

func TestShardsAreNamedFromZero(t *testing.T) {
	if s, err := ParseShard("2/3"); err != nil || s != (Shard{2, 3}) {
		t.Errorf("got %v, %v", s, err)
	}
	for _, bad := range []string{"", "3/3", "-1/2", "1", "a/b", "1/0"} {
		if _, err := ParseShard(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestACallThatOpensNoModelLeavesNothing(t *testing.T) {
	parent := t.TempDir()
	s := sweep(filepath.Join(parent, "a", "store"), &fakeModels{openErr: errFake})
	s.Workers = 3
	if _, err := s.Run(t.Context()); !errors.Is(err, errFake) {
		t.Fatalf("got %v, want the error of opening a model", err)
	}
	if entries, err := os.ReadDir(parent); err != nil || len(entries) != 0 {
		t.Errorf("%d entries are left: %v", len(entries), err)
	}
}
