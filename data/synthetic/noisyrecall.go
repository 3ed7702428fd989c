package synthetic

import "slices"

// noisyRecall is in-context recall among noise (Poli et al. 2024, "Mechanistic Design and Scaling of Hybrid Architectures",
// athms/mad-lab, mad/data/instances.py): pairs of a key and a value, the keys drawn with repetition. A key's
// value is drawn when the key first stands there, and is the same wherever it stands again. In noise percent of the places
// of pairs, but never in all, stand two tokens of noise. noise=0 is in-context recall. A row of keys=4 with 14 tokens:
//
//	| token | k1 | v3 | n5 | n2 | k0 | v3 | k1 | v3 | k2 | v0 | n4 | n4 | k0 | v3 |
//	| loss  |    |    |    |    |    |    | v3 |    |    |    |    |    | v3 |    |
//
// The loss is on the values of keys that stood there before, and the last key of a row is one of these. A sample ends in such
// a key, each as likely. Without it, at the defaults and 128 tokens:
//
//	| answer                   | right in                                     |
//	| the most frequent value  | 1 of keys: 12.5%                             |
//	| the last value           | one key's, or another's that is equal: 23.4% |
//	| the value of one place   | as often, but for noise: 20%                 |
//	| the value of most keys   | 32.5%                                        |
//
// The last is chance. It is higher at lengths at which some keys never stand.
var noisyRecall = Kind{
	Name:   "noisy-recall",
	Asks:   "the value of a key that stood among noise",
	Source: "Poli et al. 2024, Mechanistic Design (MAD)",
	Axes: []Axis{
		{"keys", 8, 1, 512, "keys; values are as many"},
		{"noise", 20, 0, 90, "percent of the pairs that are noise"},
		{"noise_words", 16, 1, 1 << 12, "words of the noise"},
	},
	chance: func(s Settings, length int) float64 {
		keys, drawn := s["keys"], 1-float64(s["noise"])/100
		stand := make([]float64, keys+1) // probability that so many keys stand there
		stand[1] = 1
		for range (length-2)/2 - 1 {
			for n := keys; n > 0; n-- {
				stand[n] = stand[n]*(1-drawn*float64(keys-n)/float64(keys)) + stand[n-1]*drawn*float64(keys-n+1)/float64(keys)
			}
		}
		var score float64
		for n, p := range stand {
			if p > 1e-6 {
				score += p * mode(n, keys)
			}
		}
		return score
	},
	maker: func(s Settings) (maker, error) {
		return noisyMaker{s["keys"], float64(s["noise"]) / 100, s["noise_words"]}, nil
	},
}

type noisyMaker struct {
	keys       int
	noise      float64
	noiseWords int
}

func (m noisyMaker) words() []string {
	return slices.Concat(numbered("k", m.keys), numbered("v", m.keys), numbered("n", m.noiseWords))
}

func (m noisyMaker) shortest() int { return 4 }

// pairs fills tokens with pairs and noise. first is where each key first stands, -1 where it does not. targets are the values
// of keys that stood there before; they are left out where targets is nil.
func (m noisyMaker) pairs(d drawer, tokens, targets []int32) (first []int) {
	first = slices.Repeat([]int{-1}, m.keys)
	slots := len(tokens) / 2
	sure := d.IntN(slots)
	for i := range slots {
		pair := tokens[2*i : 2*i+2]
		if i != sure && d.Float64() < m.noise {
			d.tokens(pair, 2*m.keys, m.noiseWords)
			continue
		}
		key := d.IntN(m.keys)
		value := d.token(m.keys, m.keys)
		if first[key] < 0 {
			first[key] = 2 * i
		} else {
			value = tokens[first[key]+1]
			if targets != nil {
				targets[2*i] = value
			}
		}
		pair[0], pair[1] = int32(key), value
	}
	return first
}

// probe draws one of the keys that stand there.
func (m noisyMaker) probe(d drawer, first []int) int {
	var there []int
	for key, at := range first {
		if at >= 0 {
			there = append(there, key)
		}
	}
	return there[d.IntN(len(there))]
}

func (m noisyMaker) fill(d drawer, tokens, targets []int32) {
	d.tokens(tokens, 2*m.keys, m.noiseWords) // what is left of an odd length
	end := len(tokens)/2*2 - 2
	first := m.pairs(d, tokens[:end], targets)
	key := m.probe(d, first)
	tokens[end], tokens[end+1], targets[end] = int32(key), tokens[first[key]+1], tokens[first[key]+1]
}

func (m noisyMaker) ask(d drawer, length int) question {
	prompt := make([]int32, length/2*2-1)
	first := m.pairs(d, prompt[:len(prompt)-1], nil)
	key := m.probe(d, first)
	prompt[len(prompt)-1] = int32(key)
	return question{prompt, []int32{prompt[first[key]+1]}, first[key]}
}
