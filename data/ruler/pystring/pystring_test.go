package pystring

import (
	"encoding/json"
	"slices"
	"testing"
	"unicode/utf8"
)

// The wanted values of these tables are what Python 3.11 printed for the same expressions.

func TestWhiteSpaceIsPythons(t *testing.T) {
	for _, c := range []struct{ in, strip, collapse string }{
		{" a  b ", "a  b", " a b "},
		{"\x1c\x1dabc\x1e\x1f", "abc", " abc "},
		{"\u00a0a\u0085\u3000", "a", " a "},
		{"\u200ba", "\u200ba", "\u200ba"},
		{"a\u0092b", "a\u0092b", "a\u0092b"},
	} {
		if got := Strip(c.in); got != c.strip {
			t.Errorf("Strip(%q) = %q, want %q", c.in, got, c.strip)
		}
		if got := Collapse(c.in); got != c.collapse {
			t.Errorf("Collapse(%q) = %q, want %q", c.in, got, c.collapse)
		}
	}
	if got, want := Fields(" a\u2003b\x1fc "), []string{"a", "b", "c"}; !slices.Equal(got, want) {
		t.Errorf("Fields: %q, want %q", got, want)
	}
	if got := StripRight(" a\u2028"); got != " a" {
		t.Errorf("StripRight: %q", got)
	}
}

func TestLowerIsTheFullMapping(t *testing.T) {
	for in, want := range map[string]string{
		"ABC":      "abc",
		"İstanbul": "i̇stanbul",
		"ΟΔΟΣ":     "οδος",
		"ΟΔΟΣ ΑΣ.": "οδος ας.",
		"Σ":        "σ",
		"ΑΣΑ":      "ασα",
		"Α.Σ":      "α.ς",
		"ΑΣ'Α":     "ασ'α",
		"K":        "k",
		"ǅ":        "ǆ",
		"STRAẞE":   "straße",
	} {
		if got := Lower(in); got != want {
			t.Errorf("Lower(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestReprQuotesAsPythonDoes(t *testing.T) {
	for in, want := range map[string]string{
		"ABC":                "'ABC'",
		"it's":               `"it's"`,
		`"it's"`:             `'"it\'s"'`,
		`say "x"`:            `'say "x"'`,
		"a\\b\n\t\r":         `'a\\b\n\t\r'`,
		"\x00\x7f\u00a0é":    `'\x00\x7f\xa0é'`,
		"\u2028\u200b\ufeff": `'\u2028\u200b\ufeff'`,
		"\U000e0001😀":        `'\U000e0001😀'`,
	} {
		if got := repr(in); got != want {
			t.Errorf("repr(%q) = %s, want %s", in, got, want)
		}
	}
	if got, want := ReprList([]string{"a", "it's"}), `['a', "it's"]`; got != want {
		t.Errorf("ReprList: %s, want %s", got, want)
	}
}

func TestJSONIsWrittenAsPythonWritesIt(t *testing.T) {
	in := "a\"\\/<>&\b\f\n\r\t\x00\x1f\x7f\u0080é\u2028\uffff😀"
	want := `"a\"\\/<>&\b\f\n\r\t\u0000\u001f\u007f\u0080\u00e9\u2028\uffff\ud83d\ude00"`
	if got := string(AppendJSON(nil, in)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func FuzzJSONReadsBackAsItWas(f *testing.F) {
	f.Add("a\"\\\x00é😀")
	f.Fuzz(func(t *testing.T, s string) {
		var back string
		if err := json.Unmarshal(AppendJSON(nil, s), &back); err != nil {
			t.Fatal(err)
		}
		if utf8.ValidString(s) && back != s {
			t.Errorf("%q came back as %q", s, back)
		}
	})
}
