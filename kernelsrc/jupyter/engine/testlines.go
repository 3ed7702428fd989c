package engine

import (
	"bytes"
	"regexp"
	"strconv"
)

// testLine begins a line of package testing about a place in a test, which it names by the file's last name alone.
var testLine = regexp.MustCompile(`^( *)main_test\.go:(\d+): `)

// longestTestLine is longer than the beginning of such a line can be, in bytes.
const longestTestLine = 64

// testLines names the places in what a test prints by their cells. Text is held back only where it may be
// the beginning of such a line.
type testLines struct {
	place  func(line int) (string, bool) // of a line of the program
	within bool                          // the next byte is not the first of its line
	held   []byte
}

// pass returns what of the text is to be put out now.
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

// rest returns what is held back at the end.
func (l *testLines) rest() []byte {
	rest := l.held
	l.held = nil
	return rest
}

// named returns a line with its place named by the cell.
func (l *testLines) named(line []byte, match [][]byte) []byte {
	n, err := strconv.Atoi(string(match[2]))
	if err != nil {
		return line
	}
	name, ok := l.place(n)
	if !ok {
		return line
	}
	return append([]byte(string(match[1])+name+": "), line[len(match[0]):]...)
}

// mayBecomeTestLine reports whether more text can make of this the beginning of a test's line.
func mayBecomeTestLine(text []byte) bool {
	const name = "main_test.go:"
	rest := bytes.TrimLeft(text, " ")
	if len(text) > longestTestLine {
		return false
	}
	if len(rest) < len(name) {
		return bytes.HasPrefix([]byte(name), rest)
	}
	return bytes.HasPrefix(rest, []byte(name)) && len(bytes.Trim(rest[len(name):], "0123456789")) <= 1
}
