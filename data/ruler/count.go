package ruler

import (
	"strings"

	"longseq/data/ruler/pystring"
)

// Tokenizer counts the tokens of a text, without special tokens such as BOS. Count must be safe for
// concurrent use.
type Tokenizer interface {
	Count(text string) int
}

// Additive is a Tokenizer that reports whether its counts are additive: whether Count(a+b) = Count(a) + Count(b)
// wherever a ends in a visible ASCII character and b begins with a space. This holds for byte-level BPE that
// splits words before it merges, and not for a greedy vocabulary with entries such as ", and". If it holds, a
// part of a prompt is counted once for all samples.
type Additive interface {
	Tokenizer
	Additive() bool
}

// counter counts texts, part by part if the tokenizer is additive. It is not safe for concurrent use.
type counter struct {
	tokenizer Tokenizer
	additive  bool
	words     map[string]int // counts of short words
	longest   int            // bytes of the longest text so far
	idle      []*text        // released texts, whose memory is reused
	marks     bool           // whether texts keep their marks
}

const (
	maxCachedWord  = 24      // bytes
	maxCachedWords = 1 << 18 // entries
)

func newCounter(tokenizer Tokenizer) *counter {
	a, ok := tokenizer.(Additive)
	return &counter{tokenizer: tokenizer, additive: ok && a.Additive(), words: map[string]int{}}
}

// isCut reports whether a text may be cut between two bytes: whether the counts of both parts add up.
func isCut(before, after byte) bool { return after == ' ' && before > ' ' && before < 0x7f }

// nextCut returns the first cut of s after from, or len(s) if there is none.
func nextCut(s string, from int) int {
	for i := from + 1; i < len(s); i++ {
		space := strings.IndexByte(s[i:], ' ')
		if space < 0 {
			break
		}
		if i += space; isCut(s[i-1], ' ') {
			return i
		}
	}
	return len(s)
}

// count returns the tokens of s.
func (c *counter) count(s string) int {
	if !c.additive {
		return c.tokenizer.Count(s)
	}
	total := 0
	for start := 0; start < len(s); {
		end := nextCut(s, start)
		total += c.word(s[start:end])
		start = end
	}
	return total
}

// word returns the tokens of a text without cuts.
func (c *counter) word(s string) int {
	if len(s) > maxCachedWord || beginsWithNumber(s) {
		return c.tokenizer.Count(s)
	}
	n, ok := c.words[s]
	if !ok {
		n = c.tokenizer.Count(s)
		if len(c.words) < maxCachedWords {
			c.words[s] = n
		}
	}
	return n
}

// beginsWithNumber reports whether a text is a space and a long number, which is unlikely to occur again.
func beginsWithNumber(s string) bool {
	const digits = 5
	if len(s) <= digits {
		return false
	}
	for i := 1; i <= digits; i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// piece is a part of a prompt with its counts.
type piece struct {
	text        string
	first, last int // its first and last cut; 0 if it has none
	head        int // tokens before the first cut, or of the whole piece if it has none
	middle      int // tokens from the first to the last cut
	tail        int // tokens after the last cut, or of the whole piece if it has none
}

// unseen returns the piece of a text without cuts, and does not keep its count.
func (c *counter) unseen(s string) piece {
	p := piece{text: s}
	if c.additive {
		p.head = c.tokenizer.Count(s)
		p.tail = p.head
	}
	return p
}

// piece returns the piece of s.
func (c *counter) piece(s string) piece {
	p := piece{text: s}
	if !c.additive {
		return p
	}
	for start := 0; start < len(s); {
		end := nextCut(s, start)
		n := c.word(s[start:end])
		if start == 0 {
			p.head = n
		} else {
			p.middle += p.tail
			p.last = start
		}
		if p.first == 0 && end < len(s) {
			p.first = end
		}
		if start > 0 || p.first == 0 {
			p.tail = n
		}
		start = end
	}
	return p
}

// measured is a long text, parts of which become pieces without being counted again.
type measured struct {
	text string
	c    *counter
	cuts []int // where the text may be cut, ascending
	sums []int // tokens before each cut
}

// measure counts the tokens of s before each of its cuts.
func (c *counter) measure(s string) *measured {
	m := &measured{text: s, c: c}
	if !c.additive {
		return m
	}
	total := 0
	for start := 0; start < len(s); {
		end := nextCut(s, start)
		total += c.word(s[start:end])
		if end < len(s) {
			m.cuts = append(m.cuts, end)
			m.sums = append(m.sums, total)
		}
		start = end
	}
	return m
}

// WhiteSpace is the tokenizer that counts words between white space.
type WhiteSpace struct{}

// Count returns the number of words of text.
func (WhiteSpace) Count(text string) int { return len(pystring.Fields(text)) }

// Additive returns true.
func (WhiteSpace) Additive() bool { return true }

// WordParts is the tokenizer that cuts each word between white space into parts of that many bytes. With 4 it
// counts about as many tokens as BPE does in English.
type WordParts int

// Count returns the number of parts of text.
func (n WordParts) Count(text string) int {
	total := 0
	for _, word := range pystring.Fields(text) {
		total += (len(word) + int(n) - 1) / int(n)
	}
	return total
}

// Additive returns true.
func (WordParts) Additive() bool { return true }
