package tokenizer

import (
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestLongRunsOfMarksGetNothingBetweenThem(t *testing.T) {
	marks := strings.Repeat("\u0316\u0301", 40) // below (220) and above (230)
	want := "\u00e9" + strings.Repeat("\u0316", 40) + strings.Repeat("\u0301", 39)
	if got := normalize("e"+marks, false); got != want {
		t.Errorf("got %+q, want %+q", got, want)
	}
	if got := normalize("\ufb01"+marks, true); got != "f\u00ed"+want[len("\u00e9"):] {
		t.Errorf("got %+q", got)
	}
}

// compose and x/text agree on texts to which x/text adds no joiner.
func TestComposingByHandIsNFC(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		var b strings.Builder
		for range 1 + r.IntN(12) {
			switch r.IntN(5) {
			case 0:
				b.WriteRune(rune(0x300 + r.IntN(0x70)))
			case 1:
				b.WriteRune(rune('a' + r.IntN(26)))
			case 2:
				b.WriteRune(rune(0xac00 + r.IntN(0x2ba0)))
			case 3:
				b.WriteRune(rune(0x1100 + r.IntN(0x100)))
			case 4:
				b.WriteRune(rune(0xa0 + r.IntN(0x3000)))
			}
		}
		text := b.String()
		if got, want := compose(decompose(text, norm.NFD)), norm.NFC.String(text); got != want && !strings.Contains(want, joiner) {
			t.Fatalf("%+q: got %+q, want %+q", text, got, want)
		}
	}
}
