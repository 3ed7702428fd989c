package punkt

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"longseq/data/ruler/pystring"
)

// quotes are the typographic quotes that are non-word characters since NLTK 3.10.
const quotes = "‘’“”«»"

// isNonWord reports whether a character cannot be inside a word.
func isNonWord(r rune) bool {
	return strings.ContainsRune(`)";}]*:@'({[!?`+quotes, r)
}

// eachWord calls f with the words and punctuation marks of a line.
func eachWord(line string, f func(word string)) {
	for at := 0; at < len(line); {
		r, size := utf8.DecodeRuneInString(line[at:])
		if pystring.IsSpace(r) {
			at += size
			continue
		}
		end := at + size
		if n := multiMark(line[at:]); n > 0 {
			end = at + n
		} else if !strings.ContainsRune("(\"`{[:;&#*@)}]-,", r) {
			for !wordEnds(line, end) {
				_, size := utf8.DecodeRuneInString(line[end:])
				end += size
			}
		}
		f(line[at:end])
		at = end
	}
}

// wordEnds reports whether a word may end before line[at].
func wordEnds(line string, at int) bool {
	if at == len(line) {
		return true
	}
	r, _ := utf8.DecodeRuneInString(line[at:])
	if r == ',' {
		return at+1 == len(line) || line[at+1] != ',' && wordEnds(line, at+1)
	}
	return pystring.IsSpace(r) || isNonWord(r) || multiMark(line[at:]) > 0
}

// multiMark returns the bytes of a mark of several characters at the beginning of s, or 0: two or more hyphens,
// two or more full stops, or three or more full stops with one white space character between them.
func multiMark(s string) int {
	if s[0] != '-' && s[0] != '.' {
		return 0
	}
	if n := len(s) - len(strings.TrimLeft(s, s[:1])); n >= 2 {
		return n
	}
	if s[0] == '-' {
		return 0
	}
	stops, end := 1, 1
	for {
		r, size := utf8.DecodeRuneInString(s[end:])
		if !pystring.IsSpace(r) || !strings.HasPrefix(s[end+size:], ".") {
			break
		}
		end += size + 1
		stops++
	}
	if stops < 3 {
		return 0
	}
	return end
}

// token is a word with what the two passes of Punkt find out about it.
type token struct {
	text     string
	kind     string // the word in lower case, with numbers as ##number##
	breaks   bool   // whether a sentence ends after it
	abbr     bool
	ellipsis bool
}

// newToken is the first pass of Punkt (_first_pass_annotation in NLTK).
func (p *Model) newToken(word string) token {
	t := token{text: word, kind: pystring.Lower(word)}
	if isNumeric(t.kind) {
		t.kind = "##number##"
	}
	switch {
	case word == "." || word == "?" || word == "!":
		t.breaks = true
	case len(word) >= 2 && strings.Trim(word, ".") == "":
		t.ellipsis = true
	case strings.HasSuffix(word, ".") && !strings.HasSuffix(word, ".."):
		stem := pystring.Lower(word[:len(word)-1])
		t.abbr = p.abbreviations[stem] || p.abbreviations[stem[strings.LastIndexByte(stem, '-')+1:]]
		t.breaks = !t.abbr
	}
	return t
}

// isNumeric reports a match of ^-?[.,]?\d[\d,.-]*\.?$ with Unicode's digits.
func isNumeric(s string) bool {
	s = strings.TrimPrefix(s, "-")
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, ",") {
		s = s[1:]
	}
	first := true
	for _, r := range s {
		if !unicode.IsDigit(r) && (first || !strings.ContainsRune(",.-", r)) {
			return false
		}
		first = false
	}
	return !first
}

// kindWithoutStop returns the kind without a final full stop.
func (t *token) kindWithoutStop() string {
	if len(t.kind) > 1 {
		return strings.TrimSuffix(t.kind, ".")
	}
	return t.kind
}

// kindWithoutBreak returns the kind without a final full stop that ends a sentence.
func (t *token) kindWithoutBreak() string {
	if t.breaks {
		return t.kindWithoutStop()
	}
	return t.kind
}

// isInitial reports whether the token is a letter with a full stop.
func (t *token) isInitial() bool {
	r, size := utf8.DecodeRuneInString(t.text)
	return t.text[size:] == "." && (r == '_' || unicode.IsLetter(r) || unicode.In(r, unicode.Nl, unicode.No))
}

func (t *token) startsUpper() bool {
	r, _ := utf8.DecodeRuneInString(t.text)
	return pystring.IsUpper(r)
}

func (t *token) startsLower() bool {
	r, _ := utf8.DecodeRuneInString(t.text)
	return pystring.IsLower(r)
}
