package ruler

import (
	"math"
	"strings"

	"longseq/data/ruler/punkt"
	"longseq/data/ruler/pystring"
)

// noiseLine is the line that a noise haystack repeats.
const noiseLine = "The grass is green. The sky is blue. The sun is yellow. Here we go. There and back again."

// depths are the 40 depths, in percent, that RULER draws from: np.round(np.linspace(0, 100, num=40)).
var depths = func() (d [40]int) {
	for i := range d {
		d[i] = int(math.RoundToEven(float64(i) * (100.0 / 39)))
	}
	return d
}()

// position returns how many of n units stand before a depth in percent.
func position(n int, depth float64) int { return int(float64(n) * (depth / 100)) }

// essay is a long text. A sample takes its first words, split into sentences.
type essay struct {
	words  []string
	punkt  *punkt.Model
	repeat bool // whether the text begins again at its end
	c      *counter
	made   map[int]*excerpt
}

func newEssay(text string, splitter *punkt.Model, repeat bool, c *counter) *essay {
	return &essay{words: strings.Split(pystring.Collapse(text), " "), punkt: splitter, repeat: repeat, c: c, made: map[int]*excerpt{}}
}

// excerpt is a haystack of sentences, joined by spaces.
type excerpt struct {
	text   *measured
	starts []int // byte at which each sentence begins in the text
}

// maxExcerpts bounds how many excerpts are kept. Samples of one length need a few.
const maxExcerpts = 32

// excerpt returns the sentences of the first n words.
func (e *essay) excerpt(n int) *excerpt {
	if x, ok := e.made[n]; ok {
		return x
	}
	if len(e.made) == maxExcerpts {
		clear(e.made)
	}
	whole := pystring.Strip(e.first(n))
	x := &excerpt{}
	joined := make([]byte, 0, len(whole))
	for i, s := range e.punkt.Sentences(whole) {
		if i > 0 {
			joined = append(joined, ' ')
		}
		x.starts = append(x.starts, len(joined))
		joined = append(joined, whole[s.Start:s.End]...)
	}
	x.text = e.c.measure(string(joined))
	e.made[n] = x
	return x
}

// first returns the first n words joined by spaces.
func (e *essay) first(n int) string {
	if n <= len(e.words) || !e.repeat {
		return strings.Join(e.words[:min(n, len(e.words))], " ")
	}
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(e.words[i%len(e.words)])
	}
	return b.String()
}

// len returns the number of sentences.
func (x *excerpt) len() int { return len(x.starts) }

// sentences returns sentences from to to, joined by spaces.
func (x *excerpt) sentences(from, to int) piece {
	if from >= to {
		return piece{}
	}
	end := len(x.text.text)
	if to < len(x.starts) {
		end = x.starts[to] - 1
	}
	return x.text.slice(x.starts[from], end)
}

// noise is a haystack of one line, repeated.
type noise struct {
	text *measured
	c    *counter
}

// lines returns n lines joined by newlines.
func (h *noise) lines(n int) piece {
	if n <= 0 {
		return piece{}
	}
	need := n*(len(noiseLine)+1) - 1
	if h.text == nil || len(h.text.text) < need {
		h.text = h.c.measure(strings.Repeat(noiseLine+"\n", 2*n))
	}
	return h.text.slice(0, need)
}
