package punkt

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"longseq/data/ruler/pystring"
	"longseq/internal/shared"
)

type goldens struct {
	Cases []struct {
		Text      string
		Sentences []string
	}
	Prefixes []struct {
		Words, Sentences int
		SHA256           string
	}
	Essay struct {
		Count   int
		Offsets [][2]int `json:"byte_offsets"`
		Bytes   int
	} `json:"essay_200k"`
}

// readGoldens returns the goldens with text that is not ours to pass on.
func readGoldens(t testing.TB) (g goldens) {
	t.Helper()
	readJSON(t, shared.Dir(t, "fixtures/sentences.json"), &g)
	return g
}

func readEssay(t testing.TB) string {
	t.Helper()
	var file struct{ Text string }
	readJSON(t, shared.Dir(t, "data/PaulGrahamEssays.json"), &file)
	return pystring.Collapse(file.Text)
}

func readJSON(t testing.TB, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

func split(text string) []string {
	var sentences []string
	for _, s := range English().Sentences(text) {
		sentences = append(sentences, text[s.Start:s.End])
	}
	return sentences
}

func TestSentencesAreNLTKs(t *testing.T) {
	var g goldens
	readJSON(t, "testdata/sentences.json", &g)
	g.check(t)
}

func (g goldens) check(t *testing.T) {
	t.Helper()
	for _, c := range g.Cases {
		if got := split(c.Text); !slices.Equal(got, c.Sentences) {
			t.Errorf("%q\n got %q\nwant %q", c.Text, got, c.Sentences)
		}
	}
}

func TestEveryPrefixOfTheEssaysSplitsAsNLTKSplitsIt(t *testing.T) {
	readGoldens(t).check(t)
	words := strings.Split(readEssay(t), " ")
	for _, c := range readGoldens(t).Prefixes {
		got := split(pystring.Strip(strings.Join(words[:c.Words], " ")))
		if len(got) != c.Sentences {
			t.Errorf("%d words: %d sentences, want %d", c.Words, len(got), c.Sentences)
		}
		if digest := fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(got, "\n")))); digest != c.SHA256 {
			t.Errorf("%d words: the sentences differ", c.Words)
		}
	}
}

func TestSpansOfTheEssaysAreNLTKs(t *testing.T) {
	want := readGoldens(t).Essay
	got := English().Sentences(readEssay(t)[:want.Bytes])
	if len(got) != want.Count {
		t.Fatalf("%d sentences, want %d", len(got), want.Count)
	}
	for i, span := range got {
		if span != (Span{want.Offsets[i][0], want.Offsets[i][1]}) {
			t.Fatalf("sentence %d: %v, want %v", i, span, want.Offsets[i])
		}
	}
}

func FuzzSpansAreOrderedAndInsideTheText(f *testing.F) {
	for _, text := range []string{"A b. C d!", `He said "no." Then (left.)--x`, ". . .", "\x80.\xff \u2028?"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, s := range English().Sentences(text) {
			if s.Start < end || s.End <= s.Start || s.End > len(text) {
				t.Fatalf("span %v behind %d in a text of %d bytes", s, end, len(text))
			}
			end = s.End
		}
	})
}

func BenchmarkSentences(b *testing.B) {
	text := readEssay(b)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		English().Sentences(text)
	}
}
