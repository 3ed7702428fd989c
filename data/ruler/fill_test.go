package ruler

import (
	"context"
	"encoding/json"
	"testing"

	"longseq/data/corpus"
	"longseq/data/ruler/texts"
)

func builtInSources(t testing.TB) *texts.Sources {
	t.Helper()
	sources, err := texts.Open("", "")
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

func TestFilledSamplesFitAndSayThatTheyAreNotRULERs(t *testing.T) {
	for _, length := range []int{384, 512, 1024, 4096} {
		for _, task := range Tasks() {
			opts := Default(task, length)
			opts.Samples, opts.Fill = 3, true
			samples, err := Generate(context.Background(), opts, WhiteSpace{}, builtInSources(t))
			if err != nil {
				t.Errorf("%s at %d: %v", task.Name, length, err)
				continue
			}
			for _, s := range samples {
				if s.Length > length || float64(s.Length) < 0.9*float64(length) {
					t.Errorf("%s at %d: a sample of %d", task.Name, length, s.Length)
				}
				if got := (WhiteSpace{}).Count(s.Prompt()) + task.Budget; got != s.Length {
					t.Errorf("%s at %d: length %d, counted %d", task.Name, length, s.Length, got)
				}
				var record struct{ RULER *bool }
				if err := json.Unmarshal(s.AppendJSON(nil), &record); err != nil {
					t.Fatal(err)
				}
				if record.RULER == nil || *record.RULER {
					t.Errorf("%s at %d: the record does not say that it is not RULER's", task.Name, length)
				}
			}
		}
	}
}

// RULER of 2024 takes a short text once, whatever the length.
func TestFilledSamplesRepeatAShortText(t *testing.T) {
	short := builtInSources(t).WithHaystack(corpus.Corpus{Text: "One sentence only. Another one."})
	for _, version := range []Version{Head, V2024} {
		opts := Default(tasks[1], 1024)
		opts.Samples, opts.Version, opts.Fill = 1, version, true
		samples, err := Generate(context.Background(), opts, WhiteSpace{}, short)
		if err != nil || samples[0].Length < 1000 {
			t.Errorf("version %s: a sample of %d tokens, error %v", version, samples[0].Length, err)
		}
	}
}
