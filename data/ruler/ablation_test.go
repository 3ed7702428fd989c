package ruler

import (
	"context"
	"strings"
	"testing"

	"longseq/data"
)

func TestAFixedDepthMovesTheNeedleAndNothingElse(t *testing.T) {
	for _, name := range []string{"essay-word-number", "noise-word-uuid", "needle-uuid-uuid", "repeat-number"} {
		task, err := tasks[0].WithFormat(format(t, name))
		if err != nil {
			t.Fatal(err)
		}
		var without string
		for _, depth := range []float64{0, 25, 50, 100} {
			opts := Default(task, 2048)
			opts.Samples, opts.Depth = 1, &depth
			samples, err := Generate(context.Background(), opts, WhiteSpace{}, builtInSources(t))
			if err != nil {
				t.Fatal(err)
			}
			s := samples[0]
			needle := s.Placed[0]
			if d := needle.Depth - depth; d > 0 || d < -5 {
				t.Errorf("%s: the needle stands at %.1f, want just before %v", name, needle.Depth, depth)
			}
			text := s.Prompt()
			if !strings.HasPrefix(text[needle.Offset:], "One of the special magic") {
				t.Errorf("%s at %v: no needle at byte %d", name, depth, needle.Offset)
			}
			sentence := "One of the special magic " + task.Value + " for " + needle.Key + " is: " + needle.Value + "."
			rest := strings.Join(strings.Fields(strings.Replace(text, sentence, "", 1)), " ")
			if without != "" && rest != without {
				t.Errorf("%s: depth %v changes more than where the needle stands", name, depth)
			}
			without = rest
		}
	}
}

func TestWithFormatTakesRulersWords(t *testing.T) {
	for text, want := range map[string][3]string{
		"essay-word-number":    {Essay, Words, Numbers},
		"repeat-words-numbers": {Noise, Words, Numbers},
		"essay-uuid":           {Essay, Words, UUIDs},
		"needle-uuid-uuid":     {Needle, UUIDs, UUIDs},
	} {
		task, err := tasks[0].WithFormat(format(t, text))
		if got := [3]string{task.Haystack, task.Key, task.Value}; err != nil || got != want {
			t.Errorf("%s: got %v, error %v; want %v", text, got, err, want)
		}
	}
	if _, err := tasks[8].WithFormat(format(t, "essay-word-number")); err == nil || !strings.Contains(err.Error(), "vt") {
		t.Errorf("error %v, want one that names vt", err)
	}
	if task, err := tasks[0].WithFormat(data.Format{}); err == nil && task.Validate() == nil {
		t.Error("the zero format makes a valid task")
	}
}

func TestSingleNeedleIsNiahSingle2ByAnotherName(t *testing.T) {
	want, err := TaskNamed("niah_single_2")
	if err != nil {
		t.Fatal(err)
	}
	want.Name = SingleNeedle
	if got := SingleNeedleTask(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func format(t *testing.T, text string) data.Format {
	t.Helper()
	f, err := data.ParseFormat(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestASampleSaysWhereItsNeedlesAre(t *testing.T) {
	task, err := TaskNamed("niah_multiquery")
	if err != nil {
		t.Fatal(err)
	}
	opts := Default(task, 4096)
	opts.Samples = 3
	samples, err := Generate(context.Background(), opts, WhiteSpace{}, builtInSources(t))
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range samples {
		d := s.Data()
		if d.Number != i || len(d.Needles) != 4 || d.MaxNewTokens != 128 || len(d.Answers) != 4 {
			t.Errorf("sample %d: number %d, %d needles, %d answers, budget %d", i, d.Number, len(d.Needles), len(d.Answers), d.MaxNewTokens)
		}
		for _, at := range d.Needles {
			if !strings.HasPrefix(d.Prompt[at:], "One of the special magic numbers for ") {
				t.Errorf("sample %d: no needle at byte %d", i, at)
			}
		}
	}
}

func TestEveryParameterOfATaskChangesItsSamples(t *testing.T) {
	for _, c := range []struct {
		task   string
		change Task
		text   string // occurs so many times
		times  int
	}{
		{"niah_single_1", Task{Keys: 3, Values: 2, Queries: 2}, "One of the special magic numbers for", 6},
		{"vt", Task{Hops: 2, Chains: 3}, "VAR ", 9 + 6 + 9 + 6}, // of the question and of its worked example
		{"cwe", Task{Examples: 3}, "Below is a numbered list", 4},
		{"cwe", Task{Common: 7}, " 8. ", 2}, // in both lists, but not in the answer
		{"fwe", Task{WordLength: 9}, "coded word", 2},
	} {
		task, err := TaskNamed(c.task)
		if err != nil {
			t.Fatal(err)
		}
		opts := Default(task.With(c.change), 4096)
		opts.Samples = 1
		samples, err := Generate(context.Background(), opts, WhiteSpace{}, builtInSources(t))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(samples[0].Prompt(), c.text); got != c.times {
			t.Errorf("%s with %+v: %q occurs %d times, want %d", c.task, c.change, c.text, got, c.times)
		}
		if c.change.WordLength > 0 && len(samples[0].Outputs[0]) != c.change.WordLength {
			t.Errorf("a coded word is %q", samples[0].Outputs[0])
		}
	}
}
