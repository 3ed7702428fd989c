// Package printable makes text from files, networks and users safe to print on a terminal.
package printable

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns s with its control characters, characters that change the direction of writing and invalid bytes
// written as in a Go string, such as \x1b. Characters in keep stay.
func Text(s, keep string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return hidden(r) || r == utf8.RuneError }) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !hidden(r) || strings.ContainsRune(keep, r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// hidden reports whether a terminal might obey a character instead of showing it.
func hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

// Line returns s as one line of at most length characters. Lines are joined by "; ", control characters are written
// as in [Text], and of a longer text the middle is left out.
func Line(s string, length int) string {
	var lines []string
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return Cut(Text(strings.Join(lines, "; "), ""), length)
}

// Cut returns s, or if it has more than length characters, its first three quarters and its end.
func Cut(s string, length int) string {
	n := utf8.RuneCountInString(s)
	if n <= length {
		return s
	}
	const note = "... (%d characters left out) ..."
	head := 3 * length / 4
	tail := max(0, length-head-len(note)-10)
	runes := []rune(s)
	return string(runes[:head]) + fmt.Sprintf(note, n-head-tail) + string(runes[n-tail:])
}

// Writer returns a writer that writes to w what [Text] makes of its input, apart from newlines and tabs. It holds an
// incomplete character back until the next write.
func Writer(w io.Writer) io.Writer { return &writer{w: w} }

type writer struct {
	w    io.Writer
	rest []byte
}

// Write is io.Writer's.
func (w *writer) Write(p []byte) (int, error) {
	all := append(w.rest, p...)
	end := len(all)
	for n := 1; n < utf8.UTFMax && n <= len(all); n++ {
		if tail := all[len(all)-n:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				end = len(all) - n
			}
			break
		}
	}
	w.rest = bytes.Clone(all[end:])
	if _, err := io.WriteString(w.w, Text(string(all[:end]), "\n\t")); err != nil {
		return 0, err
	}
	return len(p), nil
}
