package synthetic

import (
	"fmt"
	"slices"
)

// multiHop follows chains of assignments, RULER's variable tracking in tokens (Hsieh et al. 2024, "RULER", section 3, task vt):
// the first name of a chain is assigned a value, each further one the name before it. The statements of each chain are in
// order, and every interleaving of the chains is as likely; blanks stand between statements. A row of chains=2 hops=1 with
// 22 tokens:
//
//	| token | . | x7 | = | v2 | . | x1 | = | x7 | x4 | = | v9 | . | x0 | = | x4 | ? | x0 | v9 | ? | x7 | v2 | . |
//	| loss  |   |    |   |    |   |    |   |    |    |   |    |   |    |   |    |   | v9 |    |   | v2 |    |   |
//
// Rows ask for any names, with any number of blanks; a sample asks for the last name of a chain, so that its value is hops
// steps away. RULER asks for all names of a value instead. Without the name, at the defaults:
//
//	| answer                  | right in          |
//	| the most frequent value | 1 of values: 6.3% |
//	| the last value          | 1 of chains: 25%  |
//	| one place's             | 8%                |
//
// Chance is 1 of chains.
var multiHop = Kind{
	Name:   "multi-hop",
	Asks:   "the value of a name that was assigned through others",
	Source: "Hsieh et al. 2024, RULER (vt)",
	Axes: []Axis{
		{"chains", 4, 1, 256, "chains, each with a value"},
		{"hops", 2, 0, 64, "assignments between a value and the name that is asked for"},
		{"names", 32, 1, 1 << 14, "names of which those of a sequence are drawn"},
		{"values", 16, 1, 1 << 12, "values of which those of a sequence are drawn"},
	},
	chance: func(s Settings, _ int) float64 { return 1 / float64(s["chains"]) },
	maker: func(s Settings) (maker, error) {
		m := hopMaker{s["chains"], s["hops"], s["names"], s["values"]}
		if m.chains > m.values {
			return nil, fmt.Errorf("%d chains and %d values; want no more chains than values", m.chains, m.values)
		}
		if n := m.statements(); n > m.names {
			return nil, fmt.Errorf("%d chains of %d names need %d names; there are %d", m.chains, m.hops+1, n, m.names)
		}
		return m, nil
	},
}

type hopMaker struct{ chains, hops, names, values int }

func (m hopMaker) words() []string {
	return slices.Concat(numbered("x", m.names), numbered("v", m.values), []string{".", "=", "?"})
}

func (m hopMaker) blank() int32  { return int32(m.names + m.values) }
func (m hopMaker) equals() int32 { return m.blank() + 1 }
func (m hopMaker) asks() int32   { return m.blank() + 2 }

// statements is how many there are, and names.
func (m hopMaker) statements() int { return m.chains * (m.hops + 1) }

func (m hopMaker) shortest() int { return 3*m.statements() + 3 }

// hopChains are the names and values of a sequence, chain by chain, and where the statement of each value stands.
type hopChains struct {
	names  [][]int32
	values []int32
	at     []int
}

// assign fills tokens with statements and blanks.
func (m hopMaker) assign(d drawer, tokens []int32) hopChains {
	names := d.distinct(m.statements(), 0, m.names)
	c := hopChains{values: d.distinct(m.chains, m.names, m.values), at: make([]int, m.chains)}
	var order []int // the chain of each statement
	for i := range m.chains {
		c.names = append(c.names, names[i*(m.hops+1):(i+1)*(m.hops+1)])
		order = append(order, slices.Repeat([]int{i}, m.hops+1)...)
	}
	d.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	blanks := len(tokens) - 3*len(order)
	starts := d.Perm(blanks + len(order))[:len(order)] // places of statements among those of statements and blanks
	slices.Sort(starts)
	for i := range tokens {
		tokens[i] = m.blank()
	}
	said := make([]int, m.chains)
	for i, chain := range order {
		at := starts[i] + 2*i
		name, is := c.names[chain][said[chain]], c.values[chain]
		if said[chain] == 0 {
			c.at[chain] = at
		} else {
			is = c.names[chain][said[chain]-1]
		}
		tokens[at], tokens[at+1], tokens[at+2] = name, m.equals(), is
		said[chain]++
	}
	return c
}

func (m hopMaker) fill(d drawer, tokens, targets []int32) {
	end := m.shortest() - 3 + d.IntN(len(tokens)-m.shortest()+1)
	c := m.assign(d, tokens[:end])
	for ; end+3 <= len(tokens); end += 3 {
		chain := d.IntN(m.chains)
		tokens[end], tokens[end+1], tokens[end+2] = m.asks(), c.names[chain][d.IntN(m.hops+1)], c.values[chain]
		targets[end+1] = c.values[chain]
	}
	for i := end; i < len(tokens); i++ {
		tokens[i] = m.blank()
	}
}

func (m hopMaker) ask(d drawer, length int) question {
	prompt := make([]int32, length-1)
	c := m.assign(d, prompt[:length-3])
	chain := d.IntN(m.chains)
	prompt[length-3], prompt[length-2] = m.asks(), c.names[chain][m.hops]
	return question{prompt, c.values[chain : chain+1], c.at[chain]}
}
