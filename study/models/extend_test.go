package models

import (
	"strings"
	"testing"

	"longseq/study"
)

func TestAnInterventionIsPartOfAModelsIdentity(t *testing.T) {
	describe := func(name string) study.Description {
		t.Helper()
		d, err := tiny.Describe(name)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	digests := map[string]string{}
	for _, name := range []string{"mamba2", "mamba2@dt-scale=0.5", "mamba2@dt-scale=2", "mamba2@a-scale=0.5", "mamba2@dt-scale=0.5+state-norm=9",
		"llama", "llama@rope=yarn:4", "llama@rope=yarn:4:128"} {
		d := describe(name)
		if other, ok := digests[d.Digest]; ok {
			t.Errorf("%s has the digest of %s", name, other)
		}
		digests[d.Digest] = name
	}
	// The length that a tiny model was trained at is 64.
	if other := digests[describe("llama@rope=yarn:4:64").Digest]; other != "llama@rope=yarn:4" {
		t.Errorf("yarn at the trained length has the digest of %q", other)
	}
	d := describe("llama@window=32+sinks=4")
	if d.Extend != "window=32+sinks=4" || d.Ablated.Base != "llama" || d.Ablated.Variant != "window=32+sinks=4" || d.Ablated.Settings["extend"] != d.Extend {
		t.Errorf("%+v", d)
	}
	if a, b := d.StateBytes(1024), describe("llama").StateBytes(1024); d.StateBytes(64) != a || a >= b {
		t.Errorf("a state of %d bytes, and %d without a window", a, b)
	}
	for name, want := range map[string]string{
		"mamba@dt-scale=2":           `unknown model "mamba"; did you mean "mamba2"?`,
		"mamba2@dt-scal=2":           `model mamba2@dt-scal=2: unknown intervention "dt-scal"; did you mean "dt-scale"?`,
		"mamba2@rope=pi:2":           "model mamba2@rope=pi:2: mamba2 does not have the intervention rope",
		"mamba2@calibrated=no.json":  "read calibration: ",
		"mamba2@dt-scale=1@a-scale=": `model mamba2@dt-scale=1@a-scale=: dt-scale=1@a-scale=: want a factor from`,
	} {
		if _, err := tiny.Describe(name); err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}
