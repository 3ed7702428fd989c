package punkt

import (
	"strings"
	"unicode/utf8"

	"longseq/data/ruler/pystring"
)

// Span is the bytes from Start to End of a text, End excluded.
type Span struct{ Start, End int }

// Sentences returns the sentences of a text in order, without the white space between them.
func (p *Model) Sentences(text string) []Span {
	return realign(text, p.cut(text))
}

// candidate is a mark that may end a sentence.
type candidate struct {
	mark      int // byte of '.', '?' or '!'
	after     int // end of the token after the mark
	next      int // start of the next sentence, if the mark ends one
	wordStart int // start of the word that ends in the mark
}

// cut splits text after every mark that ends a sentence.
func (p *Model) cut(text string) []Span {
	var spans []Span
	start := 0
	eachCandidate(text, func(c candidate) {
		if p.containsBreak(text[c.wordStart:c.after]) {
			spans = append(spans, Span{start, c.mark + 1})
			start = c.next
		}
	})
	return append(spans, Span{start, max(start, len(pystring.StripRight(text)))})
}

// eachCandidate calls f with the candidates of text in order. Of several whose words overlap, as in "!!!", it
// takes the last.
func eachCandidate(text string, f func(candidate)) {
	var previous candidate
	started := false
	previousStart, previousEnd := 0, 0 // the word before the previous mark
	for at := 0; at < len(text); at++ {
		i := strings.IndexAny(text[at:], ".?!")
		if i < 0 {
			break
		}
		at += i
		after, next, ok := behind(text, at+1)
		if !ok {
			continue
		}
		wordStart := previousStart
		if space := lastASCIISpace(text[previousEnd:at]); space > 0 {
			wordStart = previousEnd + space + 1
		}
		if started && previousEnd <= wordStart {
			f(previous)
		}
		previous = candidate{mark: at, after: after, next: next, wordStart: wordStart}
		previousStart, previousEnd, started = wordStart, at, true
	}
	if started {
		f(previous)
	}
}

// behind looks at what follows a mark: a non-word character, or white space and a token. It returns the end of
// that and the start of the next sentence; ok is false if there is neither.
func behind(text string, at int) (after, next int, ok bool) {
	r, size := utf8.DecodeRuneInString(text[at:])
	if isNonWord(r) {
		return at + size, at, true
	}
	next = at
	for next < len(text) && pystring.IsSpace(r) {
		next += size
		r, size = utf8.DecodeRuneInString(text[next:])
	}
	if next == at || next == len(text) {
		return 0, 0, false
	}
	after = next
	for after < len(text) && !pystring.IsSpace(r) {
		after += size
		r, size = utf8.DecodeRuneInString(text[after:])
	}
	return after, next, true
}

// lastASCIISpace returns the offset of the last white space in s, or 0.
func lastASCIISpace(s string) int {
	return max(0, strings.LastIndexAny(s, " \t\n\r\v\f"))
}

// realign moves closing quotes and brackets at the start of a sentence to the end of the one before, and drops
// empty sentences.
func realign(text string, spans []Span) []Span {
	var sentences []Span
	shift := 0
	for i, span := range spans {
		span.Start += shift
		shift = 0
		if i+1 < len(spans) {
			following := text[spans[i+1].Start:spans[i+1].End]
			if closing, whole := closers(following); whole > 0 {
				sentences = append(sentences, Span{span.Start, spans[i+1].Start + closing})
				shift = whole
				continue
			}
		}
		if span.Start < span.End {
			sentences = append(sentences, span)
		}
	}
	return sentences
}

// closers returns the bytes of the closing quotes and brackets at the beginning of s, without and with the white
// space after them. Both are 0 unless white space, "--" or the end of s follows.
func closers(s string) (closing, whole int) {
	for closing < len(s) {
		r, size := utf8.DecodeRuneInString(s[closing:])
		if !strings.ContainsRune(`"')]}`+quotes, r) {
			return 0, 0
		}
		closing += size
		rest := s[closing:]
		if stripped := strings.TrimLeftFunc(rest, pystring.IsSpace); len(stripped) < len(rest) {
			return closing, len(s) - len(stripped)
		}
		if rest == "" || strings.HasPrefix(rest, "--") {
			return closing, closing
		}
	}
	return 0, 0
}
