package synthetic

import (
	"fmt"
	"slices"

	"longseq/data"
)

// fuzzyRecall is in-context recall with keys and values of several tokens (Poli et al. 2024, "Mechanistic Design and Scaling
// of Hybrid Architectures"; athms/mad-lab, mad/data/instances.py). A key is 1 to key different tokens of one half of
// the vocabulary, a value 1 to value different ones of the other half; every size and then every order is as likely. A key that
// comes again has its value again. What is left of a sequence stands before it. A sample of tokens=7 key=3 value=3 with 20
// tokens:
//
//	| token  | . | . | k4 | k0 | k2 | v1 | v6 | k1 | k2 | k5 | v0 | k6 | k1 | k0 | v5 | k1 | k2 | k5 |    |
//	| answer |   |   |    |    |    |    |    |    |    |    |    |    |    |    |    |    |    |    | v0 |
//
// In samples all keys have the largest size, as there; in rows, any. The loss is on the values of keys that stood there before
// and of the last key, which is one of those; in the source it is on all tokens. The pair at the depth is asked for. Without the
// key, at the defaults and 128 tokens:
//
//	| answer                    | right in                |
//	| the most frequent value   | 1 of 3·7 values: 4.8%   |
//	| one pair's value, as the last | 5.8%                |
//	| the value of most pairs   | 12%                     |
//
// The last is chance, of 4,000 samples that are drawn for it.
var fuzzyRecall = Kind{
	Name:     "fuzzy-recall",
	Asks:     "the value of a key, where both are several tokens",
	Source:   "Poli et al. 2024, Mechanistic Design (MAD)",
	HasDepth: true,
	Axes: []Axis{
		{"tokens", 7, 1, 1 << 12, "tokens of keys; those of values are as many"},
		{"key", 3, 1, 16, "tokens of the longest key"},
		{"value", 3, 1, 16, "tokens of the longest value"},
	},
	chance: func(s Settings, length int) float64 {
		return fuzzyMaker{s["tokens"], s["key"], s["value"]}.mode(length)
	},
	maker: func(s Settings) (maker, error) {
		if longest := max(s["key"], s["value"]); longest > s["tokens"] {
			return nil, fmt.Errorf("a key or value of %d different tokens of %d; want no more than there are", longest, s["tokens"])
		}
		return fuzzyMaker{s["tokens"], s["key"], s["value"]}, nil
	},
}

type fuzzyMaker struct{ tokens, key, value int }

func (m fuzzyMaker) words() []string {
	return slices.Concat(numbered("k", m.tokens), numbered("v", m.tokens), []string{"."})
}

func (m fuzzyMaker) shortest() int { return 2 * (m.key + m.value) }

// fuzzyPair is a pair, and whether its key is that of an earlier one.
type fuzzyPair struct {
	key, value []int32
	again      bool
}

// pairs draws as many pairs as room tokens hold, at least one, with keys of least tokens and more.
func (m fuzzyMaker) pairs(d drawer, room, least int) []fuzzyPair {
	var all []fuzzyPair
	values := map[string][]int32{}
	for {
		key := d.distinct(least+d.IntN(m.key-least+1), 0, m.tokens)
		value := d.distinct(1+d.IntN(m.value), m.tokens, m.tokens)
		before, again := values[fmt.Sprint(key)]
		if again {
			value = before
		}
		if room -= len(key) + len(value); room < 0 {
			return all
		}
		values[fmt.Sprint(key)] = value
		all = append(all, fuzzyPair{key, value, again})
	}
}

func (m fuzzyMaker) fill(d drawer, tokens, targets []int32) {
	pairs := m.pairs(d, len(tokens)-m.key-m.value, 1)
	last := pairs[d.place(len(pairs))]
	last.again = true
	at := len(tokens)
	for i := len(pairs); i >= 0; i-- { // from the end, the last key first
		pair := last
		if i < len(pairs) {
			pair = pairs[i]
		}
		if at -= len(pair.value); pair.again {
			copy(targets[at-1:], pair.value)
		}
		copy(tokens[at:], pair.value)
		at -= len(pair.key)
		copy(tokens[at:], pair.key)
	}
	for i := range tokens[:at] {
		tokens[i] = int32(2 * m.tokens)
	}
}

func (m fuzzyMaker) ask(d drawer, length int) question {
	pairs := m.pairs(d, length-m.key-m.value, m.key)
	asked := d.place(len(pairs))
	var text []int32
	at := 0
	for i, pair := range pairs {
		if i == asked {
			at = len(text)
		}
		text = slices.Concat(text, pair.key, pair.value)
	}
	key, value := pairs[asked].key, pairs[asked].value
	before := slices.Repeat([]int32{int32(2 * m.tokens)}, length-len(text)-len(key)-len(value))
	return question{slices.Concat(before, text, key), value, len(before) + at}
}

// mode is the mean share of the most frequent value among the pairs of a sample.
func (m fuzzyMaker) mode(length int) float64 {
	const samples = 4000
	var share float64
	for number := range samples {
		pairs := m.pairs(drawer{data.Stream("fuzzy chance", Version, m, length, number), data.AnyDepth}, length-m.key-m.value, m.key)
		counts := map[string]int{}
		most := 0
		for _, pair := range pairs {
			value := fmt.Sprint(pair.value)
			counts[value]++
			most = max(most, counts[value])
		}
		share += float64(most) / float64(len(pairs)) / samples
	}
	return share
}
