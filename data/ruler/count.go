package ruler

import (
	"strings"

	"longseq/data/ruler/pystring"
)

// Tokenizer counts the tokens of a text, without any that only begin or end a sequence. Its Count
// must be safe for concurrent use.
type Tokenizer interface {
	Count(text string) int
}

// Additive is a Tokenizer that can say that its counts add up: that Count(a + b) = Count(a) + Count(b)
// wherever b begins with a space and a ends in a visible ASCII character. Byte-level BPE that splits
// words before it merges is such a tokenizer; a greedy vocabulary with entries like ", and" is not.
// What is counted once then need not be counted again in every sample.
type Additive interface {
	Tokenizer
	Additive() bool
}

// counter counts texts, by parts where the tokenizer allows it. It is not safe for concurrent use.
type counter struct {
	tokenizer Tokenizer
	additive  bool
	words     map[string]int // counts of short words
	longest   int            // bytes of the longest text yet
	idle      []*text        // texts that are no longer used
	marks     bool           // whether texts remember their cuts
}

const (
	maxCachedWord  = 24      // bytes
	maxCachedWords = 1 << 18 // entries
)

func newCounter(tokenizer Tokenizer) *counter {
	a, ok := tokenizer.(Additive)
	return &counter{tokenizer: tokenizer, additive: ok && a.Additive(), words: map[string]int{}}
}

// isCut reports whether a text may be cut between two bytes without changing its count.
func isCut(before, after byte) bool { return after == ' ' && before > ' ' && before < 0x7f }

// nextCut returns the first place after from where s may be cut, len(s) where there is none.
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

// word counts a text without cuts.
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

// beginsWithNumber reports whether a text is a space and a number so long that it will hardly come again.
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

// piece is a part of prompts, with the counts that joining it needs.
type piece struct {
	text        string
	first, last int // its first and last cut; 0 where it has none
	head        int // tokens before the first cut, of the whole where there is none
	middle      int // tokens from the first to the last cut
	tail        int // tokens from the last cut on, of the whole where there is none
}

// unseen measures a text without cuts that will hardly come again.
func (c *counter) unseen(s string) piece {
	p := piece{text: s}
	if c.additive {
		p.head = c.tokenizer.Count(s)
		p.tail = p.head
	}
	return p
}

// piece measures s.
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

// measured is a long text whose parts can be taken as pieces without counting them again.
type measured struct {
	text string
	c    *counter
	cuts []int // where it may be cut, ascending
	sums []int // tokens before each cut
}

// measure counts s word by word.
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

// WhiteSpace counts the words between white space: a tokenizer for those who have none.
type WhiteSpace struct{}

// Count returns the words of text.
func (WhiteSpace) Count(text string) int { return len(pystring.Fields(text)) }

// Additive reports that counts of parts add up.
func (WhiteSpace) Additive() bool { return true }

// WordParts counts the parts of so many bytes that each word between white space has: with 4, about as
// many tokens as BPE makes of English.
type WordParts int

// Count returns the parts of text.
func (n WordParts) Count(text string) int {
	total := 0
	for _, word := range pystring.Fields(text) {
		total += (len(word) + int(n) - 1) / int(n)
	}
	return total
}

// Additive reports that counts of parts add up.
func (WordParts) Additive() bool { return true }
