package ruler

import (
	"context"
	"strings"
	"testing"

	"longseq/data/ruler/texts"
)

// plain hides that a tokenizer's counts add up.
type plain struct{ Tokenizer }

func TestSumsOverPiecesAreTheTokenizersOwnCounts(t *testing.T) {
	t.Run("built-in texts", func(t *testing.T) { sumsAreCounts(t, builtInSources(t)) })
	t.Run("RULER's own texts", func(t *testing.T) { sumsAreCounts(t, openShared(t)) })
}

func sumsAreCounts(t *testing.T, sources *texts.Sources) {
	neox := tokenizerOf(t, "neox")
	for _, version := range []Version{Head, V2024} {
		for _, task := range Tasks() {
			opts := Default(task, 4096)
			opts.Samples, opts.Version, opts.Template = 2, version, "vicuna-chat"
			samples, err := Generate(context.Background(), opts, neox, sources)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range samples {
				want := neox.Count(s.Prompt()) + task.Budget
				if version == V2024 && task.Kind == Variables {
					continue // its length is not the prompt's
				}
				if s.Length != want {
					t.Errorf("%s %s: length %d, counted whole %d", version, task.Name, s.Length, want)
				}
				if at := strings.Index(s.Input, s.Outputs[0]); version == Head && task.Kind == Needles && s.TokenPosition != neox.Count(s.Input[:at]) {
					t.Errorf("%s: the answer at token %d, counted whole %d", task.Name, s.TokenPosition, neox.Count(s.Input[:at]))
				}
			}
			whole, err := Generate(context.Background(), opts, plain{neox}, sources)
			if err != nil {
				t.Fatal(err)
			}
			if string(lines(whole)) != string(lines(samples)) {
				t.Errorf("%s %s: other samples when every prompt is counted whole", version, task.Name)
			}
		}
	}
}

func FuzzJoinedPiecesCountAsTheWhole(f *testing.F) {
	neox := tokenizerOf(f, "neox")
	f.Add("One of", " the", "\n\nspecial  magic", " ")
	f.Add(" a", "b c", " ", "  d\t e")
	f.Add("é", "\u0301 x", "don", "'t  <|endoftext|> y")
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		counter := newCounter(neox)
		counter.marks = true
		joined := newText(counter)
		whole := counter.measure(a + b + c + d)
		joined.add(whole.slice(0, len(a)))
		joined.addString(b)
		joined.addUnseen(c)
		joined.addString(d)
		if got, want := joined.tokens(), neox.Count(a+b+c+d); got != want {
			t.Errorf("%q %q %q %q: %d tokens, want %d", a, b, c, d, got, want)
		}
		again := newText(counter)
		again.addString(d)
		again.addText(joined, len(a))
		if got, want := again.tokens(), neox.Count(d+b+c+d); got != want {
			t.Errorf("%q %q %q %q: %d tokens where one text follows another, want %d", a, b, c, d, got, want)
		}
		again.addWord(" "+a, neox.Count(" "+a))
		again.addUnseen(" " + b)
		again.addWord(" "+c, neox.Count(" "+c))
		if got, want := again.tokens(), neox.Count(d+b+c+d+" "+a+" "+b+" "+c); got != want {
			t.Errorf("%q %q %q %q: %d tokens with words behind, want %d", a, b, c, d, got, want)
		}
		n := len(a) + len(b)
		if got, want := joined.tokensBefore(n), neox.Count(a+b); got != want {
			t.Errorf("%q %q %q %q: %d tokens before %d, want %d", a, b, c, d, got, n, want)
		}
	})
}
