package ruler

import "sort"

// slice returns text[from:to] as a piece.
func (m *measured) slice(from, to int) piece {
	p := piece{text: m.text[from:to]}
	if !m.c.additive {
		return p
	}
	first := sort.SearchInts(m.cuts, from+1)
	last := sort.SearchInts(m.cuts, to) - 1
	if first > last {
		p.head = m.c.word(p.text)
		p.tail = p.head
		return p
	}
	p.first, p.last = m.cuts[first]-from, m.cuts[last]-from
	p.head = m.c.word(p.text[:p.first])
	p.middle = m.sums[last] - m.sums[first]
	p.tail = m.c.word(p.text[p.last:])
	return p
}

// text is a prompt under construction, with the tokens of the pieces appended so far. A word that spans two
// pieces is counted again as a whole, so that the sum equals the tokenizer's count of the prompt.
type text struct {
	c      *counter
	b      []byte
	cut    int    // the last cut of b
	closed int    // tokens before that cut
	tail   int    // tokens after it, -1 if not counted yet
	marks  []mark // the cuts so far, if the counter wants them
}

// mark is a cut of a text with the tokens before it.
type mark struct{ at, tokens int }

// newText returns an empty text with room for the longest so far.
func newText(c *counter) *text {
	if last := len(c.idle) - 1; last >= 0 {
		t := c.idle[last]
		c.idle = c.idle[:last]
		return t
	}
	return &text{c: c, b: make([]byte, 0, c.longest+c.longest/16)}
}

// release lets the next text reuse the memory of this one, which must not be used afterwards.
func (t *text) release() {
	t.c.idle = append(t.c.idle, &text{c: t.c, b: t.b[:0], marks: t.marks[:0]})
	*t = text{}
}

// add appends a piece.
func (t *text) add(p piece) {
	if p.text == "" {
		return
	}
	end := len(t.b)
	joined := t.c.additive && end > 0 && !isCut(t.b[end-1], p.text[0])
	if t.c.additive && end > 0 && !joined {
		t.close(end)
	}
	t.b = append(t.b, p.text...)
	switch {
	case joined && p.first == 0:
		t.tail = -1
		return
	case joined:
		t.closed += t.c.word(string(t.b[t.cut : end+p.first]))
		t.mark(end + p.first)
		t.closed += p.middle
	case p.first > 0:
		t.closed += p.head + p.middle
	}
	if p.first > 0 {
		t.cut = end + p.last
	}
	t.tail = p.tail
}

// addWord appends s, a space and a word, whose tokens are known.
func (t *text) addWord(s string, tokens int) {
	end := len(t.b)
	if !t.c.additive || end == 0 || !isCut(t.b[end-1], ' ') {
		t.addString(s)
		return
	}
	t.close(end)
	t.b = append(t.b, s...)
	t.tail = tokens
}

// addUnseen appends a string and does not keep its count.
func (t *text) addUnseen(s string) {
	if !t.c.additive || s == "" || s[0] != ' ' {
		t.addString(s)
		return
	}
	t.addWord(s, t.c.tokenizer.Count(s))
}

// close makes the end of the text, which must be a cut, the last cut.
func (t *text) close(end int) {
	t.closed += t.tailTokens()
	t.cut = end
	t.mark(end)
}

// mark keeps a cut.
func (t *text) mark(cut int) {
	if t.c.marks {
		t.marks = append(t.marks, mark{cut, t.closed})
	}
}

// tailTokens returns the tokens after the last cut.
func (t *text) tailTokens() int {
	if t.tail < 0 {
		t.tail = t.c.word(string(t.b[t.cut:]))
	}
	return t.tail
}

// addText appends o.b[from:] with the counts that o has.
func (t *text) addText(o *text, from int) {
	i := sort.Search(len(o.marks), func(i int) bool { return o.marks[i].at > from })
	if !t.c.additive || i == len(o.marks) {
		t.addString(string(o.b[from:]))
		return
	}
	first := o.marks[i]
	t.addString(string(o.b[from:first.at]))
	end := len(t.b)
	t.close(end)
	t.b = append(t.b, o.b[first.at:]...)
	for _, m := range o.marks[i+1:] {
		t.marks = append(t.marks, mark{m.at - first.at + end, m.tokens - first.tokens + t.closed})
	}
	t.cut = o.cut - first.at + end
	t.closed += o.closed - first.tokens
	t.tail = o.tail
}

// addString appends a string.
func (t *text) addString(s string) { t.add(t.c.piece(s)) }

// tokens returns the tokens of the text.
func (t *text) tokens() int {
	t.c.longest = max(t.c.longest, len(t.b))
	if !t.c.additive {
		return t.c.tokenizer.Count(string(t.b))
	}
	return t.closed + t.tailTokens()
}

// tokensBefore returns the tokens of the first n bytes.
func (t *text) tokensBefore(n int) int {
	i := sort.Search(len(t.marks), func(i int) bool { return t.marks[i].at > n })
	if i == 0 {
		return t.c.count(string(t.b[:n]))
	}
	m := t.marks[i-1]
	return m.tokens + t.c.count(string(t.b[m.at:n]))
}
