package study

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// small runs a plan of 16 samples in a folder of its own.
func small(t *testing.T) *Store {
	t.Helper()
	plan := Plan{Models: []string{"mamba2", "llama"}, Tasks: []string{"recall"}, Lengths: []int{64}, Depths: []float64{0, 50}, Samples: 4}
	models := &fakeModels{computedBy: ComputedBy{Backend: "xla:cpu", Device: "cpu", Dots: "f32", Native: true}}
	store, err := Sweep{Plan: plan, Models: models, Tasks: fakeTasks, Dir: t.TempDir()}.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// Each flip of one bit in a record file or in the plan must be noticed, or change nothing.
func TestNoFlippedBitIsBelieved(t *testing.T) {
	const flips = 10_000
	whole := small(t)
	plan, err := ReadResolved(whole.Dir)
	if err != nil {
		t.Fatal(err)
	}
	files, err := recordFiles(whole.Dir)
	if err != nil {
		t.Fatal(err)
	}
	paths := append(files, filepath.Join(whole.Dir, ResolvedFile))
	opened, sizes, size := make([]*os.File, len(paths)), make([]int, len(paths)), 0
	for i, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if opened[i], err = os.OpenFile(path, os.O_RDWR, 0); err != nil {
			t.Fatal(err)
		}
		defer opened[i].Close()
		sizes[i], size = len(text), size+len(text)
	}
	random := rand.New(rand.NewPCG(14, 1))
	noticed, harmless, silent := 0, 0, 0
	for range flips {
		at, i := random.IntN(size), 0
		for at >= sizes[i] {
			at -= sizes[i]
			i++
		}
		bit := byte(1) << random.IntN(8)
		flip(t, opened[i], int64(at), bit)
		read := func() (*Store, error) { return readStore(whole.Dir, &plan) } // as OpenStore without reading the plan again
		if i == len(paths)-1 {
			read = func() (*Store, error) { return OpenStore(whole.Dir) }
		}
		switch store, err := read(); {
		case err != nil || len(store.Faults) > 0 || store.planFault != nil:
			noticed++
		case Equal(store, whole) == nil && store.WithoutChecksum == 0:
			harmless++
		default:
			silent++
			t.Errorf("%s: byte %d, bit %08b: believed", filepath.Base(paths[i]), at, bit)
		}
		flip(t, opened[i], int64(at), bit)
	}
	t.Logf("%d bits of %d bytes flipped: %d noticed, %d harmless, %d silent", flips, size, noticed, harmless, silent)
}

// flip changes bits of one byte of a file.
func flip(t *testing.T, file *os.File, at int64, bits byte) {
	t.Helper()
	one := make([]byte, 1)
	_, err := file.ReadAt(one, at)
	if err == nil {
		one[0] ^= bits
		_, err = file.WriteAt(one, at)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestVerifyNamesWhatIsWrongAndRepairSetsItAside(t *testing.T) {
	first := small(t)
	files, _ := recordFiles(first.Dir)
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if v, err := Verify(first.Dir, fakeTasks); err != nil || v.Wrong() != "" || v.Lines != 16 || v.Records != 16 || v.ComputedBy["xla:cpu (cpu, f32, native kernels)"] != 16 {
		t.Errorf("a good store: %+v, %v", v, err)
	}
	lines := strings.SplitAfter(strings.TrimSuffix(string(text), "\n"), "\n")
	other := first.Records[0]
	other.Score = 1 - other.Score
	disagreeing, err := json.Marshal(other)
	if err != nil {
		t.Fatal(err)
	}
	other = first.Records[0]
	other.Cell = "0f3a"
	strange, err := json.Marshal(other)
	if err != nil {
		t.Fatal(err)
	}
	bad := strings.Replace(lines[3], `"score":`, `"Score":`, 1)
	half := lines[5][:40]
	damaged := lines[0] + bad + strings.Join(lines[4:], "") + "\n" + lines[0] + string(disagreeing) + "\n" + string(strange) + "\n" + half
	if err := os.WriteFile(files[0], []byte(damaged), 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := Verify(first.Dir, fakeTasks)
	if err != nil {
		t.Fatal(err)
	}
	if v.Bad != 1 || v.Half != 1 || v.Doubled != 1 || v.Disagreeing != 1 || v.Strange != 1 || v.Missing != 3 || len(v.Faults) != 4 {
		t.Errorf("found %+v", v)
	}
	if want := "1 bad, 1 disagreeing, 1 strange, 3 missing"; v.Wrong() != want {
		t.Errorf("wrong is %q, want %q", v.Wrong(), want)
	}
	moved, err := Repair(first.Dir)
	if err != nil || moved != 2 {
		t.Fatalf("moved %d lines, %v", moved, err)
	}
	kept, _ := os.ReadFile(files[0])
	if want := strings.Replace(strings.TrimSuffix(damaged, half), bad, "", 1); string(kept) != want {
		t.Errorf("the record file is\n%s\nwant\n%s", kept, want)
	}
	aside, _ := os.ReadFile(filepath.Join(first.Dir, AsideFile))
	if !strings.Contains(string(aside), "\n"+bad) || !strings.HasSuffix(string(aside), "\n"+half+"\n") {
		t.Errorf("set aside is\n%s", aside)
	}
	if v, err = Verify(first.Dir, fakeTasks); err != nil || v.Bad != 0 || v.Half != 0 || v.Missing != 3 {
		t.Errorf("after the repair: %+v, %v", v, err)
	}
	if moved, err := Repair(first.Dir); err != nil || moved != 0 {
		t.Errorf("a second repair moved %d lines, %v", moved, err)
	}
}

func TestAPlanThatIsLostOrDamagedIsToldAndRecovered(t *testing.T) {
	first := small(t)
	path := filepath.Join(first.Dir, ResolvedFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(path)
	if v, err := Verify(first.Dir, fakeTasks); err != nil || v.Wrong() != "plan.resolved.yaml is lost: a sweep of the plan writes it again" {
		t.Errorf("a lost plan: %q, %v", v.Wrong(), err)
	}
	os.WriteFile(path, []byte(strings.Replace(string(text), "samples: 4", "samples: 3", 1)), 0o600)
	v, err := Verify(first.Dir, fakeTasks)
	if err != nil || !strings.Contains(v.Wrong(), "the file was changed") {
		t.Errorf("a damaged plan: %q, %v", v.Wrong(), err)
	}
	store, err := OpenStore(first.Dir)
	if err != nil || len(store.Records) != 16 || len(store.Warnings()) != 1 {
		t.Errorf("%d records, warnings %q, %v", len(store.Records), store.Warnings(), err)
	}
	if _, err := Repair(first.Dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the damaged plan is still there: %v", err)
	}
	plan := Plan{Models: []string{"mamba2", "llama"}, Tasks: []string{"recall"}, Lengths: []int{64}, Depths: []float64{0, 50}, Samples: 4}
	models := &fakeModels{}
	got, err := Sweep{Plan: plan, Models: models, Tasks: fakeTasks, Dir: first.Dir}.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	mustEqual(t, got, first)
	if again, _ := os.ReadFile(path); string(again) != string(text) || models.asked.Load() != 0 {
		t.Errorf("asked %d samples; the plan is\n%s", models.asked.Load(), again)
	}
}

func TestAFileThatASweepWritesIsNotRepaired(t *testing.T) {
	dir := t.TempDir()
	w := newWriter(dir, Shard{}, "h")
	if err := w.append([]Record{exampleRecord()}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.file.Write([]byte("{")); err != nil { // it is in the middle of a line
		t.Fatal(err)
	}
	if _, err := Repair(dir); err == nil || !strings.Contains(err.Error(), "a sweep is writing to it") {
		t.Errorf("got %v", err)
	}
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	if moved, err := Repair(dir); err != nil || moved != 1 {
		t.Errorf("moved %d lines, %v", moved, err)
	}
	if _, err := Verify(filepath.Join(dir, "nowhere"), fakeTasks); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}
