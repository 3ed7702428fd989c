package dialect

import (
	"errors"
	"strings"
)

// Words splits the arguments of a special line at blanks. Double quotes group, and may be empty; inside them \n, \t, \"
// and \\ mean what they mean in Go.
func Words(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord, quoted := false, false
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quoted && c == '\\' && i+1 < len(line) && strings.IndexByte(`nt"\`, line[i+1]) >= 0:
			i++
			word.WriteByte(map[byte]byte{'n': '\n', 't': '\t', '"': '"', '\\': '\\'}[line[i]])
		case c == '"':
			quoted, inWord = !quoted, true
		case !quoted && (c == ' ' || c == '\t'):
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	if quoted {
		return nil, errors.New(`a quoted word has no closing "`)
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}
