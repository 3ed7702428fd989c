package synthetic

// copying is the copying of a string of random letters (Jelassi et al. 2024, "Repeat After Me", section 4;
// sjelassi/transformers_ssm_copy, synthetic_exps/data_utils.py, task copy). A row holds as many strings as fit, each with
// its copy; the loss is on the copies and their ends. A row of letters=8 with 20 tokens:
//
//	| token | $ | c | a | h | f | b | ¦ | c | a | h | f | b | . | $ | d | e | ¦ | d | e | . |
//	| loss  |   |   |   |   |   |   | c | a | h | f | b | . |   |   |   |   | d | e | . |   |
//
// A sample is one string with half of its tokens, and its answer is the string: the place of every letter is known, and to
// carry it is the task. A guessed string is right in 1 of letters to the power of its length, and so is the most frequent or
// the last one: that is chance.
var copying = Kind{
	Name:   "copying",
	Asks:   "the string that was read, from its beginning",
	Source: "Jelassi et al. 2024, Repeat After Me",
	Axes: []Axis{
		{"letters", 26, 2, 26, "letters of the strings"},
		{"least", 4, 1, 1 << 16, "letters of the shortest string of a row"},
	},
	chance: func(s Settings, length int) float64 { return guess(s["letters"], (length-2)/2) },
	maker: func(s Settings) (maker, error) {
		return copyingMaker{alphabet(s["letters"]), s["least"]}, nil
	},
}

// alphabet is the vocabulary of strings: letters, then what stands before, between and after them.
type alphabet int

func (a alphabet) words() []string {
	words := make([]string, 0, a+3)
	for i := range int(a) {
		words = append(words, string(rune('a'+i)))
	}
	return append(words, "$", "|", ".")
}

func (a alphabet) begin() int32   { return int32(a) }
func (a alphabet) between() int32 { return int32(a) + 1 }
func (a alphabet) end() int32     { return int32(a) + 2 }

type copyingMaker struct {
	alphabet
	least int
}

// shortest has room for a string, its copy, and what stands before, between and after.
func (m copyingMaker) shortest() int { return 2*m.least + 3 }

// string draws a string of n letters with what stands before and after it.
func (m copyingMaker) string(d drawer, n int) question {
	prompt := make([]int32, n+2)
	prompt[0], prompt[n+1] = m.begin(), m.between()
	letters := prompt[1 : n+1]
	d.tokens(letters, 0, int(m.alphabet))
	return question{prompt, append([]int32{}, letters...), 1}
}

func (m copyingMaker) fill(d drawer, tokens, targets []int32) {
	for len(tokens) >= m.shortest() {
		longest := (len(tokens) - 3) / 2
		n := m.least + d.IntN(longest-m.least+1)
		q := m.string(d, n)
		q.answer = append(q.answer, m.end())
		q.lay(tokens, targets)
		tokens, targets = tokens[2*n+3:], targets[2*n+3:]
	}
	for i := range tokens {
		tokens[i] = m.end()
	}
}

func (m copyingMaker) ask(d drawer, length int) question { return m.string(d, (length-2)/2) }
