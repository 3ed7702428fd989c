package ruler

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

const lowerCase = "abcdefghijklmnopqrstuvwxyz"

// noiseWord replaces the most frequent word.
const noiseWord = "..."

// freqWords lists made-up words whose frequencies follow a zeta distribution, and asks for the three most
// frequent, as RULER's freq_words_extraction.py does:
//
//	Read the following coded text and track the frequency of each coded word. ...
//	... nlcqtf ... hwgfwq nlcqtf ... ...
//	What are the three most frequently appeared words in the above coded text?
//
// With k the rank of a word, N the size and a the exponent, it occurs floor(N k^-a / zeta(a)) times.
type freqWords struct {
	*session
	max       int // most tokens of a prompt
	increment int // words
	size      int // N: words before the counts are rounded down
	zeta      float64
}

func newFreqWords(s *session) *freqWords {
	g := &freqWords{session: s, max: s.limit, zeta: mathext.Zeta(s.opts.Task.Alpha, 1)}
	if s.opts.Version == Head {
		g.max -= s.opts.Task.Budget
	}
	g.increment = g.max / 32
	return g
}

// vocabulary draws the made-up words, the most frequent first.
func (g *freqWords) vocabulary() []string {
	n := g.max / 50
	seen := make(map[string]bool, n)
	var list []string
	for len(list) < n {
		// RULER draws n words and then more until n are distinct: the same draws.
		if word := g.random.Choices(lowerCase, g.opts.Task.WordLength); !seen[word] {
			seen[word] = true
			list = append(list, word)
		}
	}
	slices.Sort(list)
	shuffled := make([]string, n)
	for i, from := range g.shuffle(n) {
		shuffled[i] = list[from]
	}
	shuffled[0] = noiseWord
	return shuffled
}

// counts returns how often each of n words occurs at a size.
func (g *freqWords) counts(n, size int) []int {
	counts := make([]int, n)
	for i := range counts {
		counts[i] = int(float64(size) * math.Pow(float64(i+1), -g.opts.Task.Alpha) / g.zeta)
	}
	return counts
}

// write returns the prompt with a vocabulary at a size.
func (g *freqWords) write(vocabulary []piece, size int) *text {
	var order []int
	for word, n := range g.counts(len(vocabulary), size) {
		for range n {
			order = append(order, word)
		}
	}
	t := newText(g.count)
	t.addString(g.prompt.before)
	for i, from := range g.shuffle(len(order)) {
		p := vocabulary[order[from]]
		if i == 0 {
			t.addString(p.text[1:])
			continue
		}
		t.add(p)
	}
	t.addString(g.prompt.after)
	return t
}

// pieces returns the words as pieces, each with a space before it.
func (g *freqWords) pieces(vocabulary []string) []piece {
	pieces := make([]piece, len(vocabulary))
	for i, word := range vocabulary {
		pieces[i] = g.count.unseen(" " + word)
	}
	return pieces
}

// search grows the size until the prompt is too long.
func (g *freqWords) search(ctx context.Context) error {
	if err := g.possible(); err != nil {
		return err
	}
	vocabulary := g.pieces(g.vocabulary())
	g.size = g.max / g.opts.Task.WordLength
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		t := g.write(vocabulary, g.size)
		tokens := t.tokens()
		t.release()
		if tokens >= g.max {
			g.size -= g.increment
			return nil
		}
		g.size += g.increment
	}
}

// possible returns an error for a length at which the vocabulary would be empty.
func (g *freqWords) possible() error {
	if g.max/50 < 1 {
		return fmt.Errorf("length %d leaves no coded word: want at least %d", g.opts.Length, g.opts.Length+50-g.max)
	}
	if words := math.Pow(float64(len(lowerCase)), float64(g.opts.Task.WordLength)); float64(g.max/50) > words {
		return fmt.Errorf("length %d takes %d coded words, and there are only %.0f of %d letters: want longer words", g.opts.Length, g.max/50, words, g.opts.Task.WordLength)
	}
	return nil
}

// asked returns the words that a prompt asks for: the most frequent after the noise.
func asked(vocabulary []string) []string { return vocabulary[1:min(4, len(vocabulary))] }

func (g *freqWords) next(int) (*draft, error) {
	list := g.vocabulary()
	vocabulary := g.pieces(list)
	size := g.size
	t := g.write(vocabulary, size)
	for t.tokens() > g.max {
		if size <= 0 {
			return nil, &StuckError{Tries: 1, Size: size, Shortest: t.tokens() + g.opts.Task.Budget}
		}
		size -= g.increment
		t.release()
		t = g.write(vocabulary, size)
	}
	return &draft{text: t, length: t.tokens() + g.opts.Task.Budget, outputs: asked(list)}, nil
}
