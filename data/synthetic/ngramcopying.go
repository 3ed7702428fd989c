package synthetic

import "slices"

// ngramCopying is the look-up of what follows an n-gram (Jelassi et al. 2024, "Repeat After Me", section 4; task
// suffix_ngram of synthetic_exps/data_utils.py): a string of random letters, then an n-gram that it holds once, then the
// letters that follow there. A sample of letters=8 n=2 answer=3 with 15 tokens, d e being the n-gram:
//
//	| token | $ | c | a | d | e | f | b | h | a | ¦ | d | e |
//	| answer |  |   |   |   |   |   |   |   |   |   |   | f b h |
//
// The n-gram at its depth is asked for; where it stands twice, the next one that does not. Rows are as samples, with the
// loss on the answer. A guess is right in 1 of letters to the power of answer.
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
	chance: func(s Settings) float64 { return guess(s["letters"], s["answer"]) },
	maker: func(s Settings) (maker, error) {
		return ngramMaker{alphabet(s["letters"]), s["n"], s["answer"]}, nil
	},
}

// guess is how often a guess of n tokens is right of so many kinds.
func guess(kinds, n int) float64 {
	p := 1.0
	for range n {
		p /= float64(kinds)
	}
	return p
}

type ngramMaker struct {
	alphabet
	n, answer int
}

// shortest has a string of two places for the n-gram.
func (m ngramMaker) shortest() int { return m.around() + m.n + m.answer + 1 }

// around is how many tokens of a sample are not its string.
func (m ngramMaker) around() int { return 2 + m.n + m.answer }

func (m ngramMaker) fill(d drawer, tokens, targets []int32) { m.ask(d, len(tokens)).lay(tokens, targets) }

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
