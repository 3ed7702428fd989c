package training

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"longseq/internal/durable/powerloss"
	"longseq/kernelsrc/backend"
	"longseq/kernelsrc/backend/backendtest"
	"longseq/lcmodels"
	"longseq/lcmodels/train"
)

// committed is the folder of the trained models of the repository.
const committed = "../../lcmodels/tiny"

// copied copies a trained model of the repository and returns its job.
func copied(t *testing.T, name string) Job {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(committed, name))); err != nil {
		t.Fatal(err)
	}
	jobs, err := Training{Seed: 1, Dir: dir, Architectures: []string{name}}.Jobs()
	if err != nil {
		t.Fatal(err)
	}
	return jobs[0]
}

func TestADeletedCutOrFlippedFileOfAFinishedModelIsFound(t *testing.T) {
	p := copied(t, "llama")
	want, err := p.state()
	if err != nil || !want.finished || want.damage != "" {
		t.Fatalf("the model is not as it was trained: %+v, %v", want.damage, err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	flips, harmless := 0, 0
	for _, name := range []string{"config.json", "model.safetensors", "tokenizer.json", "training.json"} {
		path := filepath.Join(p.Dir, name)
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		try := func(what string, change func() error) {
			t.Helper()
			if err := change(); err != nil {
				t.Fatal(err)
			}
			got, err := p.state()
			switch {
			case what == "flip" && err == nil && got.finished && reflect.DeepEqual(got.Record, want.Record):
				harmless++
			case err != nil || got.finished || strings.Count(got.damage, "\n") != 0 || !strings.Contains(got.damage, name):
				t.Errorf("%s of %s: finished %t, damage %q, error %v", what, name, got.finished, got.damage, err)
			}
		}
		try("deletion", func() error { return os.Remove(path) })
		for _, size := range []int{0, 1, len(text) / 2, len(text) - 2} {
			try("cut", func() error { return os.WriteFile(path, text[:size], 0o666) })
		}
		for range 150 {
			flipped := slices.Clone(text)
			flipped[random.IntN(len(text))] ^= 1 << random.IntN(8)
			flips++
			try("flip", func() error { return os.WriteFile(path, flipped, 0o666) })
		}
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d flipped bits: %d detected, %d harmless, 0 believed", flips, flips-harmless, harmless)
}

func TestAModelOfAnEarlierVersionIsKnownByItsWeights(t *testing.T) {
	p := copied(t, "llama")
	r, err := ReadRecord(p.Dir)
	if err != nil {
		t.Fatal(err)
	}
	r.Files = nil
	if err := r.write(p.Dir); err != nil {
		t.Fatal(err)
	}
	if got, err := p.state(); err != nil || !got.finished {
		t.Errorf("damage %q, error %v", got.damage, err)
	}
	path := filepath.Join(p.Dir, "model.safetensors")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)-1] ^= 1
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
	if got, err := p.state(); err != nil || got.finished || !strings.Contains(got.damage, "the digest of its weights") {
		t.Errorf("a flipped bit: damage %q, error %v", got.damage, err)
	}
}

// A model is published as its training does it, the training left out, while an earlier model of its folder is damaged.
func TestAModelIsWholeOrNotThereWheneverPowerIsLost(t *testing.T) {
	b, err := backend.Open("go") // nothing is computed
	if err != nil {
		t.Fatal(err)
	}
	p := copied(t, "llama")
	if err := os.Remove(filepath.Join(p.Dir, "tokenizer.json")); err != nil {
		t.Fatal(err)
	}
	root := filepath.Dir(p.Dir)
	log := powerloss.Watch(t, root)
	r, err := p.begin(b)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		r.trainer.Step++
		if err := r.keep(); err != nil {
			t.Fatal(err)
		}
		log.Mark()
	}
	r.Record.Step = p.Recipe.Steps
	if err := r.save(); err != nil {
		t.Fatal(err)
	}
	log.Mark()
	states, all := log.States(t)
	t.Logf("%d states, %d of them different", all, len(states))
	for _, s := range states {
		dir := t.TempDir()
		s.Write(t, dir)
		q := p
		q.Dir = filepath.Join(dir, "llama")
		got, err := q.state()
		if err != nil {
			t.Errorf("after %d steps: %v", s.Marks, err)
			continue
		}
		_, configErr := os.Stat(filepath.Join(q.Dir, "config.json"))
		switch {
		case got.finished: // with all digests compared
		case s.Marks == 3:
			t.Errorf("the finished model is lost: %q", got.damage)
		case configErr == nil && !strings.Contains(got.damage, "tokenizer.json is missing"):
			t.Errorf("after %d steps a part of the new model is there: %q", s.Marks, got.damage)
		case s.Marks > 0 && !got.snapshot:
			t.Errorf("after %d steps the snapshot is lost: %q", s.Marks, got.damage)
		}
	}
}

func TestAfterARunThatDivergedOrWasDamagedTheNextTryTrains(t *testing.T) {
	backendtest.Open(t, "xla:cpu").Finalize()
	var notices []string
	training := Training{Architectures: []string{"llama"}, Seed: 3, Steps: 20, LR: 1e38, Dir: t.TempDir(),
		Options: Options{Notice: func(line string) { notices = append(notices, line) }}}
	_, err := training.Run(t.Context())
	const want = `^train llama: stopped at step [1-9] of 20: the loss is NaN or infinite: try a lower learning rate than 1e\+38$`
	if err == nil || !regexp.MustCompile(want).MatchString(err.Error()) {
		t.Fatalf("error %v, want %s", err, want)
	}
	if entries, err := os.ReadDir(training.Dir); err == nil && len(entries) > 0 {
		t.Errorf("%v is left", entries)
	}
	training.LR = 0
	first, err := training.Run(t.Context())
	if err != nil {
		t.Fatalf("after the run that diverged: %v", err)
	}
	if err := os.WriteFile(filepath.Join(training.Dir, "llama", "config.json"), []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	again, err := training.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(notices) != 1 || !strings.Contains(notices[0], "config.json is not the one that was written") {
		t.Errorf("notices %q, want one of config.json", notices)
	}
	if again[0].Weights != first[0].Weights {
		t.Errorf("trained again to %s, want %s", again[0].Weights, first[0].Weights)
	}
	if text, err := os.ReadFile(filepath.Join(training.Dir, ".llama.damaged", "config.json")); err != nil || string(text) != "mine" {
		t.Errorf("what was there is not kept: %q, %v", text, err)
	}
	if _, err := lcmodels.Load(filepath.Join(training.Dir, "llama")); err != nil {
		t.Error(err)
	}
}

func TestADamagedSnapshotIsNotContinued(t *testing.T) {
	p := copied(t, "llama")
	if err := os.RemoveAll(p.Dir); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(p.unfinished(), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.unfinished(), "training.safetensors"), []byte("half"), 0o666); err != nil {
		t.Fatal(err)
	}
	got, err := p.state()
	if err != nil || got.snapshot || !strings.Contains(got.damage, train.ErrDamaged.Error()) || strings.Contains(got.damage, "\n") {
		t.Errorf("snapshot %t, damage %q, error %v", got.snapshot, got.damage, err)
	}
}

func TestTheFirstSnapshotComesWithin5SecondsOr50Steps(t *testing.T) {
	now := time.Now()
	fresh := run{}
	for _, c := range []struct {
		begun time.Time
		steps int
		want  bool
	}{{now, 49, false}, {now, 50, true}, {now.Add(-4 * time.Second), 1, false}, {now.Add(-5 * time.Second), 1, true}} {
		if got := fresh.due(c.begun, c.steps); got != c.want {
			t.Errorf("after %d steps in %v: due %t", c.steps, time.Since(c.begun), got)
		}
	}
	if later := (run{lastKept: now}); later.due(now.Add(-time.Minute), 500) {
		t.Error("another snapshot is due at once")
	}
}

func TestAnUnfinishedModelOfAnotherRecipeIsRefused(t *testing.T) {
	b, err := backend.Open("go")
	if err != nil {
		t.Fatal(err)
	}
	p := copied(t, "llama")
	if err := os.RemoveAll(p.Dir); err != nil {
		t.Fatal(err)
	}
	r, err := p.begin(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.keep(); err != nil {
		t.Fatal(err)
	}
	p.Recipe.LR *= 2
	if _, err := p.state(); err == nil || !strings.Contains(err.Error(), "another recipe") {
		t.Errorf("error %v", err)
	}
}
