package engine

import (
	"bytes"
	"regexp"
	"strconv"
)

// testLine matches the beginning of a line of package testing about a position in a test. It has no folder.
var testLine = regexp.MustCompile(`^( *)main_test\.go:(\d+): `)

// maxTestLine is more than the length of what testLine matches, in bytes.
const maxTestLine = 64

// testLines replaces positions in the output of a test with cells and lines. It holds text back only while that may be
// the beginning of a position.
type testLines struct {
	position func(line int) (string, bool) // cell and line of a line of the program
	within   bool                          // the next byte is not the first of its line
	held     []byte
}

// pass returns the text that can be passed on now.
func (l *testLines) pass(text []byte) (out []byte) {
	text = append(l.held, text...)
	l.held = nil
	for len(text) > 0 {
		end := bytes.IndexByte(text, '\n') + 1
		whole := end > 0
		if !whole {
			end = len(text)
		}
		line := text[:end]
		text = text[end:]
		if !l.within {
			if match := testLine.FindSubmatch(line); match != nil {
				line = l.named(line, match)
			} else if !whole && mayBecomeTestLine(line) {
				l.held = bytes.Clone(line)
				return out
			}
		}
		out = append(out, line...)
		l.within = !whole
	}
	return out
}

// rest returns the text that is still held back at the end.
func (l *testLines) rest() []byte {
	rest := l.held
	l.held = nil
	return rest
}

// named returns a line with its position replaced.
func (l *testLines) named(line []byte, match [][]byte) []byte {
	n, err := strconv.Atoi(string(match[2]))
	if err != nil {
		return line
	}
	name, ok := l.position(n)
	if !ok {
		return line
	}
	return append([]byte(string(match[1])+name+": "), line[len(match[0]):]...)
}

// mayBecomeTestLine reports whether testLine may match once more text arrives.
func mayBecomeTestLine(text []byte) bool {
	const name = "main_test.go:"
	rest := bytes.TrimLeft(text, " ")
	if len(text) > maxTestLine {
		return false
	}
	if len(rest) < len(name) {
		return bytes.HasPrefix([]byte(name), rest)
	}
	return bytes.HasPrefix(rest, []byte(name)) && len(bytes.Trim(rest[len(name):], "0123456789")) <= 1
}
