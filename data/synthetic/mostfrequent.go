package synthetic

// mostFrequent asks for the word that stands there most often, RULER's common words in tokens (Hsieh et al. 2024, "RULER",
// section 3, task cwe): one word has share percent of the places, all others about the same number each, in a random order.
// RULER asks for ten words, each ten times as frequent as the others. A sample of kinds=4 share=40 with 12 tokens:
//
//	| token  | w2 | w0 | w2 | w3 | w1 | w2 | w3 | w0 | w2 | w1 | ? |    |
//	| answer |    |    |    |    |    |    |    |    |    |    |   | w2 |
//
// Rows are as samples, with the loss on the answer. Without counting, at the defaults and 64 tokens:
//
//	| answer                         | right in         |
//	| the most frequent answer       | 1 of kinds: 6.3% |
//	| the last word, or one place's  | share: 21%       |
//
// Chance is the share, rounded to whole words.
var mostFrequent = Kind{
	Name:   "most-frequent",
	Asks:   "the word that stood there most often",
	Source: "Hsieh et al. 2024, RULER (cwe)",
	Axes: []Axis{
		{"kinds", 16, 2, 1 << 12, "kinds of words"},
		{"share", 20, 1, 99, "percent of the places that the answer has"},
	},
	chance: func(s Settings, length int) float64 {
		m := frequentMaker{s["kinds"], s["share"]}
		return float64(m.common(length-2)) / float64(length-2)
	},
	maker: func(s Settings) (maker, error) { return frequentMaker{s["kinds"], s["share"]}, nil },
}

type frequentMaker struct{ kinds, share int }

func (m frequentMaker) words() []string { return append(numbered("w", m.kinds), "?") }

// common is how often the answer stands among n words: its share, rounded up, and more often than any other.
func (m frequentMaker) common(n int) int {
	count := (n*m.share + 99) / 100
	for count <= m.others(n, count) {
		count++
	}
	return count
}

// others is how often the next word stands among n words.
func (m frequentMaker) others(n, common int) int { return (n - common + m.kinds - 2) / (m.kinds - 1) }

func (m frequentMaker) shortest() int { return 3 }

func (m frequentMaker) fill(d drawer, tokens, targets []int32) {
	m.ask(d, len(tokens)).lay(tokens, targets)
}

func (m frequentMaker) ask(d drawer, length int) question {
	prompt := make([]int32, length-1)
	words := prompt[:length-2]
	kinds := d.distinct(m.kinds, 0, m.kinds)
	common := m.common(len(words))
	for i := range words {
		words[i] = kinds[0]
		if i >= common {
			words[i] = kinds[1+(i-common)%(m.kinds-1)]
		}
	}
	d.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	prompt[length-2] = int32(m.kinds)
	return question{prompt, []int32{kinds[0]}, -1}
}
