package synthetic

import (
	"slices"

	"longseq/data"
)

// memorisation asks for facts that only the weights can know (Poli et al. 2024, "Mechanistic Design and Scaling of Hybrid
// Architectures"; athms/mad-lab, mad/data/instances.py): each key has one value, in all rows and samples and
// whatever their seeds; the value never stands in the prompt. Keys are drawn with repetition. A row of keys=8 with 10 tokens:
//
//	| token | k3 | ?  | k0 | ?  | k3 | ?  | k6 | ?  | k5 | ?  |
//	| loss  |    | v1 |    | v7 |    | v1 |    | v4 |    | v2 |
//
// A sample is such a row, and its answer is the value of the last key. The most frequent value is right in 1 of keys: that is
// chance. No value stands in the prompt, and no place says anything.
var memorisation = Kind{
	Name:   "memorisation",
	Asks:   "the value of a key, the same in all rows",
	Source: "Poli et al. 2024, Mechanistic Design (MAD)",
	Axes: []Axis{
		{"keys", 64, 2, 1 << 15, "keys; values are as many"},
		{"facts", 1, 1, 1 << 30, "which of all maps from keys to values"},
	},
	chance: func(s Settings, _ int) float64 { return 1 / float64(s["keys"]) },
	maker: func(s Settings) (maker, error) {
		return memorisationMaker{data.Stream("facts", Version, s["keys"], s["facts"]).Perm(s["keys"])}, nil
	},
}

// memorisationMaker has the value of each key.
type memorisationMaker struct{ values []int }

func (m memorisationMaker) words() []string {
	return slices.Concat(numbered("k", len(m.values)), numbered("v", len(m.values)), []string{"?"})
}

func (m memorisationMaker) shortest() int { return 3 }

func (m memorisationMaker) value(key int32) int32 { return int32(len(m.values) + m.values[key]) }

func (m memorisationMaker) fill(d drawer, tokens, targets []int32) {
	d.tokens(tokens, 0, len(m.values))
	for at := 1; at < len(tokens); at += 2 {
		tokens[at], targets[at] = int32(2*len(m.values)), m.value(tokens[at-1])
	}
}

func (m memorisationMaker) ask(d drawer, length int) question {
	prompt, targets := make([]int32, (length-1)/2*2), make([]int32, (length-1)/2*2)
	m.fill(d, prompt, targets)
	return question{prompt, targets[len(targets)-1:], -1}
}
