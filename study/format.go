package study

import (
	"fmt"
	"slices"
	"strings"
)

// The kinds that a format's three parts may have.
var (
	haystackKinds = []string{"essay", "noise", "needles"}
	needleKinds   = []string{"word", "number", "uuid"}

	// haystackAliases are what the paper and RULER call the same haystacks.
	haystackAliases = map[string]string{"repeat": "noise", "needle": "needles"}
)

// CanonicalFormat returns format in its full form, haystack-key-value. It accepts recall's short
// form haystack-value, whose keys are words, "repeat" for "noise" and "needle" for "needles".
func CanonicalFormat(format string) (string, error) {
	parts := strings.Split(format, "-")
	if len(parts) == 2 {
		parts = []string{parts[0], "word", parts[1]}
	}
	if len(parts) != 3 {
		return "", fmt.Errorf("format %q; want haystack-key-value such as essay-word-number, or haystack-value", format)
	}
	if full, ok := haystackAliases[parts[0]]; ok {
		parts[0] = full
	}
	for i, part := range []struct {
		what  string
		known []string
	}{{"haystack", haystackKinds}, {"key kind", needleKinds}, {"value kind", needleKinds}} {
		if !slices.Contains(part.known, parts[i]) {
			return "", fmt.Errorf("format %q: %w", format, Unknown(part.what, parts[i], part.known))
		}
	}
	return strings.Join(parts, "-"), nil
}
