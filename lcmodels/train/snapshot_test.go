package train

import (
	"errors"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/internal/durable/powerloss"
	"longseq/kernelsrc/backend"
)

// smallSnapshot is a snapshot of few values after a number of steps.
func smallSnapshot(dir string, step int) Snapshot {
	s := Snapshot{Recipe: DefaultRecipe(), Step: step, Config: []byte(`{"a":1}`), Note: []byte(`"a note"`), path: filepath.Join(dir, snapshotFile)}
	r := rand.New(rand.NewPCG(3, uint64(step)))
	for i := range s.vectors {
		for range 100 {
			s.vectors[i] = append(s.vectors[i], r.Float32())
		}
	}
	return s
}

func (s Snapshot) equal(o Snapshot) bool {
	for i := range s.vectors {
		if !slices.Equal(s.vectors[i], o.vectors[i]) {
			return false
		}
	}
	return s.Recipe == o.Recipe && s.Step == o.Step && string(s.Config) == string(o.Config) && string(s.Note) == string(o.Note)
}

func TestNoFlippedBitOfASnapshotIsBelieved(t *testing.T) {
	want := smallSnapshot(t.TempDir(), 7)
	if err := want.write(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(want.path)
	if err != nil {
		t.Fatal(err)
	}
	detected, harmless := 0, 0
	dir := t.TempDir()
	flips := 0
	for bit := 0; bit < 8*len(text); bit += 7 { // of every byte one or two
		flips++
		flipped := slices.Clone(text)
		flipped[bit/8] ^= 1 << (bit % 8)
		if err := os.WriteFile(filepath.Join(dir, snapshotFile), flipped, 0o666); err != nil {
			t.Fatal(err)
		}
		got, err := ReadSnapshot(dir)
		switch {
		case errors.Is(err, ErrDamaged):
			detected++
		case err == nil && got.equal(want):
			harmless++
		default:
			t.Errorf("bit %d of byte %d is flipped: error %v, equal %t", bit%8, bit/8, err, got.equal(want))
		}
	}
	cuts := 0
	for size := 0; size < len(text); size += 11 {
		cuts++
		if err := os.WriteFile(filepath.Join(dir, snapshotFile), text[:size], 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadSnapshot(dir); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut to %d of %d bytes: error %v", size, len(text), err)
		}
	}
	t.Logf("%d flipped bits: %d detected, %d harmless, 0 believed; %d cuts detected", flips, detected, harmless, cuts)
}

func TestASnapshotIsTheOldOrTheNewOneWheneverPowerIsLost(t *testing.T) {
	root := t.TempDir()
	log := powerloss.Watch(t, root)
	for step := range 3 {
		if err := smallSnapshot(root, step).write(); err != nil {
			t.Fatal(err)
		}
		log.Mark()
	}
	states, all := log.States(t)
	t.Logf("%d states, %d of them different", all, len(states))
	for _, s := range states {
		dir := t.TempDir()
		s.Write(t, dir)
		got, err := ReadSnapshot(dir)
		switch {
		case errors.Is(err, fs.ErrNotExist) && s.Marks == 0:
		case err != nil:
			t.Errorf("after %d snapshots: %v", s.Marks, err)
		case !got.equal(smallSnapshot(root, got.Step)) || got.Step < s.Marks-1 || got.Step > s.Marks:
			t.Errorf("after %d snapshots that of step %d is there", s.Marks, got.Step)
		}
	}
}

func TestParametersThatAreNotFiniteAreNotKept(t *testing.T) {
	b, err := backend.Open("go") // nothing is computed
	if err != nil {
		t.Fatal(err)
	}
	tiny, err := FindTiny("llama")
	if err != nil {
		t.Fatal(err)
	}
	a, err := tiny.Config(16)
	if err != nil {
		t.Fatal(err)
	}
	r := recipeOf(10)
	var diverged *Diverged
	// The last step may be the first that makes one NaN or infinite: no loss shows it.
	for name, value := range map[string]float32{"NaN": float32(math.NaN()), "infinite": float32(math.Inf(-1))} {
		trainer, err := New(b, a, r)
		if err != nil {
			t.Fatal(err)
		}
		trainer.Step = r.Steps
		err = tensors.MutableFlatData(trainer.vectors[0], func(flat []float32) { flat[3] = value })
		if err != nil {
			t.Fatal(err)
		}
		if _, err := trainer.Weights(); !errors.As(err, &diverged) || diverged.Step != 10 {
			t.Errorf("%s: the weights have error %v", name, err)
		}
		dir := filepath.Join(t.TempDir(), "snapshot")
		if err := trainer.Snapshot(dir, nil); !errors.As(err, &diverged) {
			t.Errorf("%s: the snapshot has error %v", name, err)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s: the snapshot is there", name)
		}
	}
}
