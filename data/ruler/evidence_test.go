package ruler

import (
	"strings"
	"testing"
)

func TestTheEvidenceHoldsTheAnswers(t *testing.T) {
	for _, name := range TaskNames() {
		samples, err := Preview(name, 2048, 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range samples {
			text := s.Prompt()
			var all strings.Builder
			end := 0
			for _, span := range s.Evidence() {
				if span.Start < end || span.End <= span.Start || span.End > len(text) {
					t.Fatalf("%s: span %v behind %d in %d bytes", name, span, end, len(text))
				}
				end = span.End
				all.WriteString(text[span.Start:span.End] + "\n")
			}
			for _, answer := range s.Outputs {
				if !strings.Contains(all.String(), answer) && s.task.Kind != Questions {
					t.Errorf("%s: the evidence %q does not hold %q", name, all.String(), answer)
				}
			}
			if all.Len() == 0 {
				t.Errorf("%s: no evidence of %q", name, s.Outputs)
			}
			if task := s.Task(); task.Name != name || s.Target() != 2048 {
				t.Errorf("%s: the sample is of %s at %d", name, task.Name, s.Target())
			}
		}
	}
}

// The worked example of common words lists other words. They are not evidence.
func TestTheEvidenceOfCommonWordsIsInTheListAskedAbout(t *testing.T) {
	samples, err := Preview("cwe", 4096, 1)
	if err != nil {
		t.Fatal(err)
	}
	s := samples[0]
	if spans := s.Evidence(); len(spans) != 10*30 {
		t.Errorf("%d occurrences, want 10 words 30 times", len(spans))
	}
}

func TestADepthMovesTheNeedleThroughTheText(t *testing.T) {
	samples, err := PreviewDepths("niah_single_1", 1024, 0, 50, 100)
	if err != nil {
		t.Fatal(err)
	}
	last := -1
	for _, s := range samples {
		spans := s.Evidence()
		if len(spans) != 1 || spans[0].Start <= last {
			t.Errorf("evidence %v behind %d", spans, last)
		}
		last = spans[0].Start
	}
}

func TestShortenKeepsBothEndsAndWhatIsMarked(t *testing.T) {
	text := "alpha beta " + strings.Repeat("filler ", 50) + "the needle here " + strings.Repeat("filler ", 50) + "omega?"
	at := strings.Index(text, "needle")
	parts := Shorten(text, []Span{{at, at + len("needle")}}, 10, 5)
	var joined strings.Builder
	for _, p := range parts {
		if p.Gap {
			joined.WriteString("…")
		}
		if p.Marked {
			joined.WriteString("[" + p.Text + "]")
		} else {
			joined.WriteString(p.Text)
		}
	}
	if got, want := joined.String(), "alpha beta… the [needle] here… omega?"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	whole := Shorten("a short text", nil, 100, 5)
	if len(whole) != 1 || whole[0] != (Part{Text: "a short text"}) {
		t.Errorf("a short text becomes %v", whole)
	}
}
