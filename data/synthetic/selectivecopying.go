package synthetic

import "slices"

// selectiveCopying is the copying of what stands among blanks (Gu & Dao 2023, "Mamba", section 3.1 and table 1; Arjovsky et
// al. 2016): tokens at random places of a sequence of blanks, then a marker, then the tokens in their order. Every choice of
// places is as likely. In the source the model reads markers while it answers; here it reads its answer so far, as a
// language model does. A sample of tokens=3 kinds=8 with 13 tokens:
//
//	| token  | - | t2 | - | - | t7 | - | - | t0 | - | copy |          |
//	| answer |   |    |   |   |    |   |   |    |   |      | t2 t7 t0 |
//
// Rows are as samples, with the loss on the answer. A guess is right in 1 of kinds to the power of tokens; the tokens of any
// fixed places are no better, and the first one alone is right in 1 of kinds: chance is that of the guess.
var selectiveCopying = Kind{
	Name:   "selective-copying",
	Asks:   "the tokens that stood among blanks, in their order",
	Source: "Gu & Dao 2023, Mamba",
	Axes: []Axis{
		{"tokens", 8, 1, 1024, "tokens to be copied"},
		{"kinds", 14, 2, 1 << 12, "kinds of them"},
	},
	chance: func(s Settings, _ int) float64 { return guess(s["kinds"], s["tokens"]) },
	maker: func(s Settings) (maker, error) {
		return selectiveMaker{s["tokens"], s["kinds"]}, nil
	},
}

type selectiveMaker struct{ tokens, kinds int }

func (m selectiveMaker) words() []string { return append(numbered("t", m.kinds), "-", "copy") }

func (m selectiveMaker) shortest() int { return 2*m.tokens + 1 }

func (m selectiveMaker) fill(d drawer, tokens, targets []int32) {
	m.ask(d, len(tokens)).lay(tokens, targets)
}

func (m selectiveMaker) ask(d drawer, length int) question {
	blank, marker := int32(m.kinds), int32(m.kinds)+1
	size := length - m.tokens - 1
	prompt := slices.Repeat([]int32{blank}, size+1)
	answer := make([]int32, m.tokens)
	d.tokens(answer, 0, m.kinds)
	places := d.distinct(m.tokens, 0, size)
	slices.Sort(places)
	for i, at := range places {
		prompt[at] = answer[i]
	}
	prompt[size] = marker
	return question{prompt, answer, int(places[0])}
}
