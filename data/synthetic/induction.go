package synthetic

// inductionHeads asks for the token that followed a special token (Gu & Dao 2023, "Mamba", section 4.1.2 and table 2; Olsson
// et al. 2022): random tokens of a small vocabulary, among them the special one once, and again at the end. A sample of
// kinds=8 with 10 tokens:
//
//	| token  | t3 | t0 | ! | t5 | t5 | t1 | t7 | t2 | ! |    |
//	| answer |    |    |   |    |    |    |    |    |   | t5 |
//
// Rows are as samples, with the loss on the answer. Without the special token:
//
//	| answer                         | right in, at the defaults and 64 tokens |
//	| the most frequent token        | 1 of kinds: 6.7%                        |
//	| the last token, or any place's | 1 of places more: 8.2%                  |
//
// That is chance, of any depth: where a depth is given, the place alone says the answer.
var inductionHeads = Kind{
	Name:     "induction-heads",
	Asks:     "the token that followed the special token",
	Source:   "Gu & Dao 2023, Mamba; Olsson et al. 2022",
	HasDepth: true,
	Axes:     []Axis{{"kinds", 15, 2, 1 << 12, "kinds of tokens beside the special one"}},
	chance:   func(s Settings, length int) float64 { return elsewhere(length-3, 1/float64(s["kinds"])) },
	maker:    func(s Settings) (maker, error) { return inductionMaker(s["kinds"]), nil },
}

type inductionMaker int

func (m inductionMaker) words() []string { return append(numbered("t", int(m)), "!") }

func (m inductionMaker) shortest() int { return 4 }

func (m inductionMaker) fill(d drawer, tokens, targets []int32) {
	m.ask(d, len(tokens)).lay(tokens, targets)
}

func (m inductionMaker) ask(d drawer, length int) question {
	prompt := make([]int32, length-1)
	d.tokens(prompt, 0, int(m))
	at := d.place(length - 3) // a token stands between both
	prompt[at], prompt[length-2] = int32(m), int32(m)
	return question{prompt, []int32{prompt[at+1]}, at}
}
