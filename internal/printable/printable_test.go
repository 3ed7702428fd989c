package printable

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestATerminalGetsNothingThatItObeys(t *testing.T) {
	for in, want := range map[string]string{
		"plain, é, 漢字":      "plain, é, 漢字",
		"a\x1b[31mred":      `a\x1b[31mred`,
		"bell\a\x7f\u009bx": `bell\x07\x7f\x9bx`,
		"bad \xff byte":     `bad \xff byte`,
		"left\u202eright":   `left\u202eright`,
		"a\ttab\nand line":  `a\x09tab\x0aand line`,
		"the mark \uFFFD":   "the mark \uFFFD",
	} {
		if got := Text(in, ""); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
	if got := Text("a\tb\n\x1b", "\n\t"); got != "a\tb\n\\x1b" {
		t.Errorf("kept tab and newline: %q", got)
	}
}

func TestALineIsOneLineOfLimitedLength(t *testing.T) {
	if got := Line("  first\n\n second\r\n", 100); got != "first; second" {
		t.Errorf("%q", got)
	}
	long := Line("begin "+strings.Repeat("é", 1_000_000)+" end", 200)
	if n := utf8.RuneCountInString(long); n > 200 || !strings.HasPrefix(long, "begin ") || !strings.HasSuffix(long, " end") ||
		!strings.Contains(long, "characters left out") {
		t.Errorf("%d characters: %s", n, long)
	}
}

func TestAWriterKeepsCharactersWholeAcrossWrites(t *testing.T) {
	const in = "é漢\x1b[0m\xff\nend\tof 🎉"
	for size := 1; size <= len(in); size++ {
		var b strings.Builder
		w := Writer(&b)
		for at := 0; at < len(in); at += size {
			if _, err := w.Write([]byte(in[at:min(at+size, len(in))])); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := b.String(), "é漢\\x1b[0m\\xff\nend\tof 🎉"; got != want {
			t.Errorf("in writes of %d bytes: %q, want %q", size, got, want)
		}
	}
}
