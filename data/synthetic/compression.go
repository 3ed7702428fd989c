package synthetic

import "slices"

// compression asks for any token of a sequence after all of it was read (Poli et al. 2024, "Mechanistic Design and Scaling of
// Hybrid Architectures"; athms/mad-lab, mad/data/instances.py). In the source the output at a last token is joined
// with each place and decoded by a further network; here the place is a token, so that any language model can be asked: random
// tokens, blanks, a marker, and the names of places, each followed by the token that stood there. A row of tokens=4 kinds=8
// with 14 tokens:
//
//	| token | t5 | t1 | t1 | t6 | - | - | ! | p2 | t1 | p0 | t5 | p3 | t6 | p1 |
//	| loss  |    |    |    |    |   |   |   | t1 |    | t5 |    | t6 |    |    |
//
// In rows there are any number of blanks, and each place is asked for once in a random order, then again. A sample has the
// blanks that its length needs and asks for the place at its depth. Without the place, at the defaults:
//
//	| answer                                 | right in                               |
//	| the most frequent token                | 1 of kinds: 6.3%                       |
//	| the last token, or any place's         | 1 of tokens, or equal by accident: 12% |
//	| the token that stands there most often | 19%                                    |
//
// The last is chance.
var compression = Kind{
	Name:     "compression",
	Asks:     "the token of a place, named after all were read",
	Source:   "Poli et al. 2024, Mechanistic Design (MAD)",
	HasDepth: true,
	Axes: []Axis{
		{"tokens", 16, 1, 1024, "tokens of the sequence"},
		{"kinds", 16, 2, 1 << 12, "kinds of them"},
	},
	chance: func(s Settings, _ int) float64 { return mode(s["tokens"], s["kinds"]) },
	maker: func(s Settings) (maker, error) {
		return compressionMaker{s["tokens"], s["kinds"]}, nil
	},
}

type compressionMaker struct{ tokens, kinds int }

func (m compressionMaker) words() []string {
	return slices.Concat(numbered("t", m.kinds), numbered("p", m.tokens), []string{"-", "!"})
}

func (m compressionMaker) shortest() int { return m.tokens + 3 }

// begin draws the sequence, so many blanks and the marker into tokens.
func (m compressionMaker) begin(d drawer, tokens []int32, blanks int) {
	d.tokens(tokens[:m.tokens], 0, m.kinds)
	for i := range blanks {
		tokens[m.tokens+i] = int32(m.kinds + m.tokens)
	}
	tokens[m.tokens+blanks] = int32(m.kinds+m.tokens) + 1
}

func (m compressionMaker) fill(d drawer, tokens, targets []int32) {
	blanks := d.IntN(len(tokens) - m.shortest() + 1)
	m.begin(d, tokens, blanks)
	var round []int
	for at := m.tokens + blanks + 1; at < len(tokens); at += 2 {
		if len(round) == 0 {
			round = d.Perm(m.tokens)
		}
		tokens[at] = int32(m.kinds + round[0])
		if at+1 < len(tokens) {
			tokens[at+1], targets[at] = tokens[round[0]], tokens[round[0]]
		}
		round = round[1:]
	}
}

func (m compressionMaker) ask(d drawer, length int) question {
	prompt := make([]int32, length-1)
	m.begin(d, prompt, length-m.shortest())
	at := d.place(m.tokens)
	prompt[length-2] = int32(m.kinds + at)
	return question{prompt, prompt[at : at+1 : at+1], at}
}
