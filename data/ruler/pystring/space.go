package pystring

import (
	"strings"
	"unicode"
)

// IsSpace is str.isspace and re's \s for one character.
func IsSpace(r rune) bool {
	return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f
}

// Strip is str.strip().
func Strip(s string) string { return strings.TrimFunc(s, IsSpace) }

// StripRight is str.rstrip().
func StripRight(s string) string { return strings.TrimRightFunc(s, IsSpace) }

// Fields is str.split().
func Fields(s string) []string { return strings.FieldsFunc(s, IsSpace) }

// Collapse is re.sub(r'\s+', ' ', s): every run of white space becomes one space.
func Collapse(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	inSpace := false
	for _, r := range s {
		switch space := IsSpace(r); {
		case !space:
			b.WriteRune(r)
			inSpace = false
		case !inSpace:
			b.WriteByte(' ')
			inSpace = true
		}
	}
	return b.String()
}
