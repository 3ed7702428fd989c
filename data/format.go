package data

import (
	"fmt"
	"slices"
	"strings"

	"longseq/internal/nearmiss"
)

// Kinds of haystack.
const (
	Essay   = "essay"   // a contiguous piece of a text
	Noise   = "noise"   // one line or sentence, repeated; the paper calls it "repeat"
	Needles = "needles" // needles that are not asked for; RULER calls it "needle"
)

// Kinds of key and value.
const (
	Word   = "word"
	Number = "number"
	UUID   = "uuid"
)

// Format is the kind of the haystack, of the keys and of the values of its needles: the paper's "format" (Table 4),
// RULER's type_haystack, type_needle_k and type_needle_v.
type Format struct{ Haystack, Key, Value string }

// String returns the format in full: "essay-word-number".
func (f Format) String() string { return f.Haystack + "-" + f.Key + "-" + f.Value }

var (
	haystackKinds = []string{Essay, Noise, Needles}
	needleKinds   = []string{Word, Number, UUID}

	// aliases are the names of these kinds in the paper and in RULER.
	aliases = map[string]string{
		"repeat": Noise, "needle": Needles,
		"words": Word, "numbers": Number, "uuids": UUID,
	}
)

// ParseFormat reads a format written haystack-key-value, or haystack-value where the keys are words. It
// also accepts "repeat" for noise, "needle" for needles, and the plural of the kinds of key and value. The
// error names the part that is unknown.
func ParseFormat(text string) (Format, error) {
	parts := strings.Split(text, "-")
	if len(parts) == 2 {
		parts = []string{parts[0], Word, parts[1]}
	}
	if len(parts) != 3 {
		return Format{}, fmt.Errorf("format %q; want haystack-key-value such as essay-word-number, or haystack-value", text)
	}
	for i, part := range []struct {
		what  string
		known []string
	}{{"haystack", haystackKinds}, {"key kind", needleKinds}, {"value kind", needleKinds}} {
		if alias, ok := aliases[parts[i]]; ok {
			parts[i] = alias
		}
		if !slices.Contains(part.known, parts[i]) {
			return Format{}, fmt.Errorf("format %q: %w", text, nearmiss.Unknown(part.what, parts[i], part.known))
		}
	}
	return Format{Haystack: parts[0], Key: parts[1], Value: parts[2]}, nil
}
