package study

import (
	"strings"
	"testing"
)

func TestANameIsCutAtAnInterventionOnly(t *testing.T) {
	for name, want := range map[string][2]string{
		"mamba2":                              {"mamba2", ""},
		"mamba2@dt-scale=0.5":                 {"mamba2", "dt-scale=0.5"},
		"user@host/mamba2@rope=yarn:4:64":     {"user@host/mamba2", "rope=yarn:4:64"},
		"a/llama@2@window=4+sinks=1":          {"a/llama@2", "window=4+sinks=1"},
		"me@home.org/x":                       {"me@home.org/x", ""},
		"mamba2@calibrated=results/cal.json":  {"mamba2", "calibrated=results/cal.json"},
		"mamba2-d_state=8-seed=2@a-scale=0.5": {"mamba2-d_state=8-seed=2", "a-scale=0.5"},
	} {
		if model, extend := SplitExtended(name); model != want[0] || extend != want[1] {
			t.Errorf("%s is %q and %q, want %q", name, model, extend, want)
		} else if got := Extended(model, extend); got != name {
			t.Errorf("%s is joined to %s", name, got)
		}
	}
}

// extendedModels have a digest for each name.
type extendedModels struct{ *fakeModels }

func (m extendedModels) Describe(name string) (Description, error) {
	base, extend := SplitExtended(name)
	d, err := m.fakeModels.Describe(base)
	if extend != "" {
		d.Digest, d.Extend = "digest of "+name, extend
		d.Ablated = Ablated{Base: base, Variant: extend, Settings: map[string]string{"extend": extend}}
	}
	return d, err
}

func TestInterventionsOfAPlanAreModelsOfTheirOwn(t *testing.T) {
	plan := fakePlan()
	models := extendedModels{&fakeModels{}}
	before, err := Resolve(plan, models, fakeTasks)
	if err != nil {
		t.Fatal(err)
	}
	plan.Models = plan.Models[:1]
	name := plan.Models[0]
	plan.Extend = []string{"none", "dt-scale=0.5", "dt-scale=2"}
	r, err := Resolve(plan, models, fakeTasks)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{name, name + "@dt-scale=0.5", name + "@dt-scale=2"}
	if got := strings.Join(r.Plan.Models, " "); got != strings.Join(want, " ") || r.Plan.Extend != nil {
		t.Errorf("the models are %s with extend %v, want %v", got, r.Plan.Extend, want)
	}
	if a := r.Models[0].Ablated; a == nil || a.Base != name || a.Variant != "" || r.Models[0].Extend != "" {
		t.Errorf("the model as it is is %+v", r.Models[0])
	}
	if a := r.Models[1].Ablated; a == nil || a.Base != name || a.Variant != "dt-scale=0.5" || r.Models[1].Extend != "dt-scale=0.5" {
		t.Errorf("the extended model is %+v", r.Models[1])
	}
	cells, err := r.Cells(fakeTasks)
	if err != nil {
		t.Fatal(err)
	}
	old, err := before.Cells(fakeTasks)
	if err != nil {
		t.Fatal(err)
	}
	if cells[0].ID != old[0].ID {
		t.Error("a cell of the model as it is has another identity than without interventions")
	}
	each := len(cells) / 3
	if a, b, c := cells[0], cells[each], cells[2*each]; a.ID == b.ID || b.ID == c.ID || a.question() != b.question() {
		t.Errorf("cells %v, %v and %v", a, b, c)
	}
	store, err := Sweep{Plan: plan, Models: models, Tasks: fakeTasks, Dir: t.TempDir()}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range store.Records {
		if _, extend := SplitExtended(record.Model); record.Extend != extend || record.Variant != extend {
			t.Fatalf("a record of %s has extend %q and variant %q", record.Model, record.Extend, record.Variant)
		}
	}
	plan.Models = []string{name + "@dt-scale=3"}
	if err := plan.Validate(); err == nil || !strings.Contains(err.Error(), "want the intervention at the models or there") {
		t.Errorf("both: %v", err)
	}
	plan = fakePlan()
	plan.Extend = []string{"none", "none"}
	if err := plan.Validate(); err == nil || !strings.Contains(err.Error(), "extend[1] is none; that is extend[0] already") {
		t.Errorf("twice: %v", err)
	}
}
