package study

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAStoreKeepsTheRecordsThatAChangedPlanHas(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	first := sweep(dir, &fakeModels{})
	store, err := first.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	plan := first.Plan
	plan.Lengths = plan.Lengths[1:]
	plan.Seeds = []int64{1, 7}
	changed := Sweep{Plan: plan, Models: first.Models, Tasks: first.Tasks, Dir: dir}
	if _, err := changed.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "belongs to another plan") {
		t.Fatalf("a sweep of another plan: %v", err)
	}
	resolved, err := Resolve(plan, first.Models, first.Tasks)
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	of := resolved.members()
	for _, r := range store.Records {
		if of.refuse(r) == "" {
			want++
		}
	}
	if want == 0 || want == len(store.Records) {
		t.Fatalf("%d of %d records are of both plans: nothing is tested", want, len(store.Records))
	}
	earlier, kept, err := resolved.Inherit(dir)
	if err != nil || kept != want || earlier == "" {
		t.Fatalf("%d records are kept, want %d; earlier %q, %v", kept, want, earlier, err)
	}
	if before, err := OpenStore(earlier); err != nil || Equal(before, store) != nil {
		t.Errorf("the store as it was is not there: %v", err)
	}
	after, err := OpenStore(dir)
	if err != nil || len(after.Records) != want || len(after.Faults) != 0 {
		t.Errorf("%d records, faults %v, %v", len(after.Records), after.Faults, err)
	}
	whole, err := changed.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	fresh := Sweep{Plan: plan, Models: first.Models, Tasks: first.Tasks, Dir: t.TempDir()}
	if other, err := fresh.Run(t.Context()); err != nil || Equal(whole, other) != nil {
		t.Errorf("the store differs from one that began with the plan: %v, %v", Equal(whole, other), err)
	}
	if earlier, kept, err := resolved.Inherit(dir); earlier != "" || kept != 0 || err != nil {
		t.Errorf("the store of the same plan is changed: %q, %d, %v", earlier, kept, err)
	}
	if earlier, _, err := resolved.Inherit(filepath.Join(t.TempDir(), "none")); earlier != "" || err != nil {
		t.Errorf("where there is no store: %q, %v", earlier, err)
	}
}

func TestAChangeOfPlanThatWasKilledGoesOn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	s := sweep(dir, &fakeModels{})
	if _, err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	plan := s.Plan
	plan.Seeds = []int64{1, 7}
	resolved, err := Resolve(plan, s.Models, s.Tasks)
	if err != nil {
		t.Fatal(err)
	}
	_, kept, err := resolved.Inherit(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir, filepath.Join(filepath.Dir(dir), ".store.draft")); err != nil { // as before the last change
		t.Fatal(err)
	}
	if _, _, err := resolved.Inherit(dir); err != nil {
		t.Fatal(err)
	}
	if store, err := OpenStore(dir); err != nil || len(store.Records) != kept || kept == 0 {
		t.Errorf("%d records, want %d: %v", len(store.Records), kept, err)
	}
}
