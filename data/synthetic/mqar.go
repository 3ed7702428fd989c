package synthetic

import (
	"fmt"
	"math"
)

// mqar is multi-query associative recall (Arora et al. 2023, "Zoology", section 4; HazyResearch/zoology,
// zoology/data/multiquery_ar.py): pairs of a key and a value, then queries, which are keys. Keys and values are drawn
// without repetition from the lower and the upper half of the vocabulary, token 0 is neither. Each key is queried once.
// After the pairs, whose tokens are C, there are (T-C)/2 slots of two tokens; the slots of the queries are drawn without
// repetition with weights g^(a-1), g = 1, 2, ... their place and a = power/100, as in language, where the chance that a
// bigram comes again falls with the gap. What stands in no query is a random token of the whole vocabulary. A row of
// pairs=2 vocab=12 with 16 tokens:
//
//	| token | k1 | v3 | k4 | v0 | k4 | v2 | v1 | k0 | k1 | v5 | k3 | . | v0 | k2 | v4 | k5 |
//	| loss  |    |    |    |    | v0 |    |    |    | v3 |    |    |   |    |    |    |    |
//
// A sample ends in a query, that of the pair at its depth; the other queries stand before it, in the slots that the source
// gives them. Without the last token:
//
//	| answer                       | right in, at pairs=8 vocab=128 |
//	| the most frequent value      | 1 of vocab/2: 1.6%             |
//	| the last value that stands there, of no pair | the same                       |
//	| the value of one pair        | 1 of pairs: 12.5%              |
//
// Chance is 1 of pairs. The one key that was not queried yet is the one that is asked for: who finds it needs no last token,
// but has done the same look-up for all others.
var mqar = Kind{
	Name:     "mqar",
	Asks:     "the values of keys, each once, after all pairs",
	Source:   "Arora et al. 2023, Zoology",
	HasDepth: true,
	Axes: []Axis{
		{"pairs", 8, 1, 4096, "pairs of a key and a value"},
		{"vocab", 128, 8, 1 << 16, "tokens: half keys, half values"},
		{"power", 1, 1, 100, "hundredths of a: queries soon after the pairs (1) or anywhere (100)"},
	},
	chance: func(s Settings, _ int) float64 { return 1 / float64(s["pairs"]) },
	maker: func(s Settings) (maker, error) {
		if keys := s["vocab"]/2 - 1; s["pairs"] > keys {
			return nil, fmt.Errorf("%d pairs and %d keys; want no more pairs than keys, or a larger vocab", s["pairs"], keys)
		}
		return mqarMaker{s["pairs"], s["vocab"], float64(s["power"]) / 100}, nil
	},
}

type mqarMaker struct {
	pairs, vocab int
	power        float64
}

func (m mqarMaker) words() []string {
	keys := m.vocab / 2
	return append(append([]string{"."}, numbered("k", keys-1)...), numbered("v", m.vocab-keys)...)
}

func (m mqarMaker) shortest() int { return 4 * m.pairs }

// pair draws the pairs into the beginning of tokens.
func (m mqarMaker) pair(d drawer, tokens []int32) (keys, values []int32) {
	half := m.vocab / 2
	keys, values = d.distinct(m.pairs, 1, half-1), d.distinct(m.pairs, half, m.vocab-half)
	for i := range keys {
		tokens[2*i], tokens[2*i+1] = keys[i], values[i]
	}
	return keys, values
}

func (m mqarMaker) fill(d drawer, tokens, targets []int32) {
	d.tokens(tokens, 0, m.vocab)
	keys, values := m.pair(d, tokens)
	context := 2 * m.pairs
	for i, slot := range m.slots(d, m.pairs, (len(tokens)-context)/2) {
		at := context + 2*slot
		tokens[at], targets[at] = keys[i], values[i]
	}
}

func (m mqarMaker) ask(d drawer, length int) question {
	prompt := make([]int32, length-1)
	d.tokens(prompt, 0, m.vocab)
	keys, values := m.pair(d, prompt)
	asked := d.place(m.pairs)
	context := 2 * m.pairs
	slots := m.slots(d, m.pairs-1, (length-2-context)/2) // the last token is the query that is asked
	for i, key := range keys {
		switch {
		case i < asked:
			prompt[context+2*slots[i]] = key
		case i > asked:
			prompt[context+2*slots[i-1]] = key
		}
	}
	prompt[length-2] = keys[asked]
	return question{prompt, values[asked : asked+1], 2 * asked}
}

// slots draws count different ones of n slots, one after the other with weights (slot+1)^(a-1).
func (m mqarMaker) slots(d drawer, count, n int) []int {
	weights := make([]float64, n)
	var total float64
	for i := range weights {
		weights[i] = math.Pow(float64(i+1), m.power-1)
		total += weights[i]
	}
	chosen := make([]int, count)
	for i := range chosen {
		left := d.Float64() * total
		slot := -1
		for j, w := range weights {
			if w == 0 {
				continue
			}
			slot = j // the last one where rounding leaves something
			if left -= w; left < 0 {
				break
			}
		}
		chosen[i] = slot
		total -= weights[slot]
		weights[slot] = 0
	}
	return chosen
}
