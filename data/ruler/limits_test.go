package ruler

import (
	"strings"
	"testing"
	"time"

	"longseq/data/ruler/texts"
)

func builtIn(t *testing.T) *texts.Sources {
	t.Helper()
	sources, err := texts.Open("", "")
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

func TestParametersThatNoSampleCanHaveAreErrors(t *testing.T) {
	for _, test := range []struct {
		task   string
		change func(*Options)
		want   string
	}{
		{"niah_single_1", func(o *Options) { o.Task.Keys = 1e9 }, "keys is 1000000000, want at most"},
		{"niah_single_1", func(o *Options) { o.Task.Keys, o.Task.Values = 1<<20, 1<<20 }, "words with these parameters"},
		{"vt", func(o *Options) { o.Task.Chains = 1e8 }, "chains is 100000000, want at most"},
		{"vt", func(o *Options) { o.Task.Chains, o.Length = 9000, maxLength }, "names in the worked example, want at most"},
		{"vt", func(o *Options) { o.Task.Hops = 1e9 }, "hops is 1000000000, want at most"},
		{"vt", func(o *Options) { o.Task.Hops = 5000 }, "at least 5001 words"},
		{"cwe", func(o *Options) { o.Task.CommonRepeats = 1e8 }, "common repeats is 100000000, want at most"},
		{"cwe", func(o *Options) { o.Task.UncommonRepeats = 1e8 }, "uncommon repeats is 100000000, want at most"},
		{"cwe", func(o *Options) { o.Task.Examples = 1e8 }, "examples is 100000000, want at most"},
		{"cwe", func(o *Options) { o.Task.Common = 1e8 }, "common is 100000000, want at most"},
		{"cwe", func(o *Options) { o.Task.Common, o.Task.CommonRepeats = 1000, 1000 }, "at least 1000001 words"},
		{"fwe", func(o *Options) { o.Task.WordLength = 1e9 }, "word length is 1000000000, want at most 100"},
		{"fwe", func(o *Options) { o.Task.Alpha = 1.0000001 }, "alpha is 1.0000001, want 1.01 to 100"},
		{"fwe", func(o *Options) { o.Task.Alpha = 1e300 }, "alpha is 1e+300, want 1.01 to 100"},
		{"qa_1", func(o *Options) { o.Task.Budget = 1 << 62 }, "budget is 4611686018427387904, want at most"},
	} {
		task, err := TaskNamed(test.task)
		if err != nil {
			t.Fatal(err)
		}
		o := Default(task, 4096)
		test.change(&o)
		if err := o.Validate(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.task, err, test.want)
		}
	}
}

func TestCodedWordsThatAreTooFewEndTheSearch(t *testing.T) {
	task, err := TaskNamed("fwe")
	if err != nil {
		t.Fatal(err)
	}
	o := Default(task, 4096)
	o.Task.WordLength, o.Samples = 1, 1
	sources := builtIn(t)
	for _, fill := range []bool{false, true} {
		o.Fill = fill
		done := make(chan error, 1)
		go func() {
			_, err := Generate(t.Context(), o, WhiteSpace{}, sources)
			done <- err
		}()
		select {
		case err := <-done:
			if err == nil || !strings.Contains(err.Error(), "there are only 26 of 1 letters") {
				t.Errorf("with fill %v: %v", fill, err)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("it never ends")
		}
	}
}

func TestTheSmallestExponentEnds(t *testing.T) {
	task, err := TaskNamed("fwe")
	if err != nil {
		t.Fatal(err)
	}
	o := Default(task, 4096)
	o.Task.Alpha, o.Samples = minAlpha, 1
	if _, err := Generate(t.Context(), o, WhiteSpace{}, builtIn(t)); err != nil {
		t.Error(err)
	}
}
