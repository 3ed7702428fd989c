package study

import (
	"longseq/internal/strictyaml"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// FuzzResolvedPlan reads any text as a resolved plan. Without its digest, which no mutation keeps, what is accepted is
// the same when it is written and read.
func FuzzResolvedPlan(f *testing.F) {
	r, err := Resolve(fakePlan(), &fakeModels{}, fakeTasks)
	if err != nil {
		f.Fatal(err)
	}
	text, err := yaml.Marshal(r)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(text))
	f.Add("digest: x\nplan: {models: [a], tasks: [b], lengths: [1], samples: 1, depths: [.nan]}\n")
	f.Add("plan: {depths: [.inf], seeds: [1e9]}\nmodels: [{name: a, is: b, state_bytes: [1]}]\ntasks: [&a {name: x}, *a]\n")
	f.Add("digest: ''\nplan: null\nmodels: []\n")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := parseResolved("p", []byte(text)); err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("error of several lines: %q", err)
		}
		var r Resolved
		if strictyaml.Decode("resolved", []byte(text), &r) != nil || r.Plan.Validate() != nil {
			return
		}
		r.Digest = r.digest()
		written, err := yaml.Marshal(r)
		if err != nil {
			t.Fatalf("a resolved plan that was read cannot be written: %v", err)
		}
		back, err := parseResolved("p", written)
		if err != nil {
			t.Fatalf("a resolved plan that was written cannot be read: %v\n%s", err, written)
		}
		if back.Digest != r.Digest {
			t.Errorf("the digest changes when the plan is written and read:\n%s", written)
		}
	})
}

// A plan that says `distances: []` is the same as one without distances, in the store too.
func TestAResolvedPlanWithAnEmptyListIsReadAgain(t *testing.T) {
	p := fakePlan()
	p.Tasks, p.Distances = []string{"vt"}, []int{}
	r, err := Resolve(p, &fakeModels{}, fakeTasks)
	if err != nil {
		t.Fatal(err)
	}
	text, err := yaml.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	back, err := parseResolved(ResolvedFile, text)
	if err != nil || back.Digest != r.Digest {
		t.Errorf("read as %s, %v; want %s", back.Digest, err, r.Digest)
	}
}
