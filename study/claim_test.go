package study

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

func TestAStoreOfAnotherPlanIsRefused(t *testing.T) {
	first := uninterrupted(t)
	s := sweep(first.Dir, &fakeModels{})
	s.Plan.Lengths = []int{64}
	want := "store " + first.Dir + ": it belongs to another plan: lengths is [64 256] there, [64] here; use another folder"
	if _, err := s.Run(context.Background()); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func TestADamagedLineIsToldLeftOutAndAskedAgain(t *testing.T) {
	first := uninterrupted(t)
	files, err := recordFiles(first.Dir)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	name := filepath.Base(files[0])
	for what, test := range map[string]struct {
		text  string
		asked int64  // samples: a block is asked as a whole
		want  string // warning
	}{
		"a line more": {strings.Join(lines[:3], "") + "{\"v\":1,\x00\n" + strings.Join(lines[3:], ""), 0,
			"1 line is left out, which is no record: " + name + ":4: not a record: not a whole JSON object"},
		"two changed lines": {strings.Join(lines[:2], "") + strings.ReplaceAll(lines[2]+lines[3], `"score":`, `"score": `) + strings.Join(lines[4:], ""), 4,
			"2 lines are left out, which are no records, first " + name + ":3: its checksum does not fit: the line was changed or damaged"},
		"a half-written line": {string(text[:len(text)-len(lines[len(lines)-2])/2]), 2, ""}, // the last block: samples 8 and 9 of vt
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			copyFile(t, filepath.Join(first.Dir, ResolvedFile), filepath.Join(dir, ResolvedFile))
			os.WriteFile(filepath.Join(dir, name), []byte(test.text), 0o600)
			models := &fakeModels{}
			s := sweep(dir, models)
			warning := ""
			s.Progress = func(p Progress) { warning += p.Warning }
			got, err := s.Run(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			mustEqual(t, got, first)
			if n := models.asked.Load(); n != test.asked {
				t.Errorf("asked %d samples again, want %d", n, test.asked)
			}
			if warning != test.want {
				t.Errorf("warned %q, want %q", warning, test.want)
			}
			if after, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(after) != test.text {
				t.Errorf("the sweep changed a file that is not its own: %v", err)
			}
		})
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Containers often have one host name and one process number each.
func TestTwoSweepsOfOneHostAndProcessNumberFillOneStore(t *testing.T) {
	want := uninterrupted(t)
	dir := t.TempDir()
	var group errgroup.Group
	for range 2 {
		group.Go(func() error {
			_, err := sweep(dir, &fakeModels{pause: time.Millisecond}).Run(context.Background())
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	got, err := OpenStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	mustEqual(t, got, want)
	if files, _ := recordFiles(dir); len(files) != 2 {
		t.Errorf("%d record files, want 2", len(files))
	}
}

func TestASweepAdoptsTheRecordsOfItsPlanOnly(t *testing.T) {
	first := uninterrupted(t)
	plan := filepath.Join(first.Dir, ResolvedFile)
	text, err := os.ReadFile(plan)
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(plan)
	s := sweep(first.Dir, &fakeModels{})
	s.Plan.Samples = 9
	want := "store " + first.Dir + ": it has no plan.resolved.yaml, and 80 of its records are not of this plan, first records-"
	if _, err := s.Run(context.Background()); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
	models, warning := &fakeModels{}, ""
	s = sweep(first.Dir, models)
	s.Progress = func(p Progress) { warning += p.Warning }
	got, err := s.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	mustEqual(t, got, first)
	if n := models.asked.Load(); n != 0 {
		t.Errorf("asked %d samples again", n)
	}
	if want := fmt.Sprintf("%s had %d records and no plan.resolved.yaml: they are of this plan, which is written there again", first.Dir, fakeSamples); warning != want {
		t.Errorf("warned %q, want %q", warning, want)
	}
	if again, err := os.ReadFile(plan); err != nil || string(again) != string(text) {
		t.Errorf("the plan is not the one that was lost: %v", err)
	}
}

func TestRecordsOfAnotherPlanAreNamedAndLeftOut(t *testing.T) {
	first := uninterrupted(t)
	other := sweep(t.TempDir(), &fakeModels{})
	other.Plan.Models, other.Plan.Lengths = []string{"mamba2"}, []int{64, 512}
	strange, err := other.Run(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	files, _ := recordFiles(strange.Dir)
	copyFile(t, files[0], filepath.Join(first.Dir, filepath.Base(files[0])))
	got, err := OpenStore(first.Dir)
	if err != nil {
		t.Fatal(err)
	}
	mustEqual(t, got, first)
	// of length 512, 1 model x (recall 2 formats x 3 depths x 2 seeds + vt 2 seeds) x 10 samples
	want := fmt.Sprintf("140 records are left out, which are not of the store's plan, first %s:", filepath.Base(files[0]))
	if w := got.Warnings(); len(w) != 1 || !strings.HasPrefix(w[0], want) {
		t.Errorf("warned %q, want %q", w, want)
	}
}
