package recall

import (
	"fmt"
	"strings"
)

// Haystack and value kinds.
const (
	Essay   = "essay"   // a contiguous piece of the corpus
	Noise   = "noise"   // one sentence, repeated
	Needles = "needles" // needles with keys that are not asked
	Word    = "word"    // one token of 16
	Number  = "number"  // three digits, a token each
)

// A Format says what the haystack is made of and what the needles hold. Keys are always words.
type Format struct{ Haystack, Value string }

// Formats are all formats there are, in the order of tables.
var Formats = []Format{
	{Essay, Word}, {Essay, Number}, {Noise, Word}, {Noise, Number}, {Needles, Word}, {Needles, Number},
}

// String returns the format's short form, haystack-value: "essay-word".
func (f Format) String() string { return f.Haystack + "-" + f.Value }

// ParseFormat reads haystack-value, or haystack-key-value where the key kind is word; "repeat" is
// another name of noise. An unknown format is an error that names the nearest.
func ParseFormat(text string) (Format, error) {
	parts := strings.Split(text, "-")
	if len(parts) == 3 {
		if parts[1] != Word {
			return Format{}, fmt.Errorf("format %q: the keys of recall are of kind %q, not %q", text, Word, parts[1])
		}
		parts = []string{parts[0], parts[2]}
	}
	short := strings.Join(parts, "-")
	if rest, ok := strings.CutPrefix(short, "repeat-"); ok {
		short = Noise + "-" + rest
	}
	nearest, least := Formats[0], len(text)+len(Formats[0].String())
	for _, f := range Formats {
		if f.String() == short {
			return f, nil
		}
		if d := distance(strings.ToLower(short), f.String()); d < least {
			nearest, least = f, d
		}
	}
	if least > len(short)/3 {
		return Format{}, fmt.Errorf("unknown format %q; known: %s", text, strings.Trim(fmt.Sprint(Formats), "[]"))
	}
	return Format{}, fmt.Errorf("unknown format %q; did you mean %q?", text, nearest)
}

// width returns the tokens of a value.
func (f Format) width() int {
	if f.Value == Number {
		return 3
	}
	return 1
}

// needle returns the tokens of a needle: marker, key and value; a question with its answer has as many.
func (f Format) needle() int { return 2 + f.width() }

// distance counts the letters to insert, delete or replace that turn a into b (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
