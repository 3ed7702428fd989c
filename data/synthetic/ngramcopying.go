package synthetic

import (
	"math"
	"slices"
)

// ngramCopying is the look-up of what follows an n-gram (Jelassi et al. 2024, "Repeat After Me", section 4; task
// suffix_ngram of synthetic_exps/data_utils.py): a string of random letters, then an n-gram that it holds once, then the
// letters that follow there. A sample of letters=8 n=2 answer=3 with 15 tokens, d e being the n-gram:
//
//	| token | $ | c | a | d | e | f | b | h | a | ¦ | d | e |
//	| answer |  |   |   |   |   |   |   |   |   |   |   | f b h |
//
// The n-gram at its depth is asked for; where it stands twice, the next one that does not. Rows are as samples, with the
// loss on the answer. Without the n-gram:
//
//	| answer                           | right in, at the defaults and 64 tokens |
//	| the most frequent letter         | 1 of letters: 3.8%                      |
//	| the last letter                  | 1 of letters: 3.8%                      |
//	| the letter of one place          | 1 of places more: 5.6%                  |
//
// That is chance, of any depth: where a depth is given, the place alone says the answer.
var ngramCopying = Kind{
	Name:     "ngram-copying",
	Asks:     "the letters that follow an n-gram in a string",
	Source:   "Jelassi et al. 2024, Repeat After Me",
	HasDepth: true,
	Axes: []Axis{
		{"letters", 26, 2, 26, "letters of the strings"},
		{"n", 3, 1, 16, "letters of the n-gram"},
		{"answer", 1, 1, 64, "letters of the answer"},
	},
	chance: func(s Settings, length int) float64 {
		m := ngramMaker{alphabet(s["letters"]), s["n"], s["answer"]}
		return elsewhere(length-m.around()-m.n-m.answer+1, guess(s["letters"], s["answer"]))
	},
	maker: func(s Settings) (maker, error) {
		return ngramMaker{alphabet(s["letters"]), s["n"], s["answer"]}, nil
	},
}

type ngramMaker struct {
	alphabet
	n, answer int
}

// shortest has a string of two places for the n-gram.
func (m ngramMaker) shortest() int { return m.around() + m.n + m.answer + 1 }

// longest is the length at which strings without an n-gram that stands once become the rule: some size·exp(-size/kinds) of
// size n-grams of so many kinds do.
func (m ngramMaker) longest() int {
	kinds := math.Pow(float64(m.alphabet), float64(m.n))
	size := min(kinds, 1<<40) // where most do
	for size < 1<<40 && size*math.Exp(-size/kinds) > 0.05 {
		size *= 1.1
	}
	return max(m.shortest(), int(size)+m.around())
}

// around is how many tokens of a sample are not its string.
func (m ngramMaker) around() int { return 2 + m.n + m.answer }

func (m ngramMaker) fill(d drawer, tokens, targets []int32) {
	m.ask(d, len(tokens)).lay(tokens, targets)
}

func (m ngramMaker) ask(d drawer, length int) question {
	size := length - m.around()
	places := size - m.n - m.answer + 1
	text := make([]int32, size)
	for {
		d.tokens(text, 0, int(m.alphabet))
		first := d.place(places)
		for i := range places {
			at := (first + i) % places
			gram := text[at : at+m.n]
			if !once(text, gram) {
				continue
			}
			prompt := slices.Concat([]int32{m.begin()}, text, []int32{m.between()}, gram)
			return question{prompt, slices.Clone(text[at+m.n:][:m.answer]), 1 + at}
		}
		// A string in which no n-gram stands once is drawn again, as there; with few letters that is a string of few kinds.
	}
}

// once reports whether text holds part exactly once.
func once(text, part []int32) bool {
	found := 0
	for i := range len(text) - len(part) + 1 {
		if slices.Equal(text[i:i+len(part)], part) {
			found++
		}
	}
	return found == 1
}
