package synthetic

// permutations asks for the product of permutations, the word problem of a symmetric group (Merrill et al. 2024, "The Illusion of
// State in State-Space Models"; Grazzi et al. 2024; jopetty/word-problem). That of S5 is complete for NC1,
// which no diagonal linear recurrence of fixed depth computes at all lengths; S3 is solvable. A permutation of three objects
// is written 231 where object 1 goes to place 2, 2 to 3 and 3 to 1. A row of objects=3 with 6 tokens:
//
//	| token | 231 | 213 | 123 | 312 | 132 | 213 |
//	| loss  | 231 | 132 | 132 | 321 | 231 | 132 |
//
// The first permutation is done first. A sample is such a row, and its answer is the product of all. The most frequent answer, the
// last permutation and that of any other place are right in 1 of the group's elements, 6 of S3, 24 of S4 and 120 of S5: that is
// chance.
var permutations = Kind{
	Name:   "permutations",
	Asks:   "the product of permutations",
	Source: "Merrill et al. 2024, Illusion of State; Grazzi et al. 2024",
	Axes:   []Axis{{"objects", 3, 2, 5, "objects that are permuted: 3 for S3, 5 for S5"}},
	chance: func(s Settings, _ int) float64 { return 1 / float64(len(allPermutations(s["objects"]))) },
	maker: func(s Settings) (maker, error) {
		all := allPermutations(s["objects"])
		numbers := map[string]int{}
		var names []string
		for i, p := range all {
			names = append(names, string(p))
			numbers[string(p)] = i
		}
		return trackingMaker{names, func(a, b int) int { return numbers[string(after(all[a], all[b]))] }}, nil
	},
}

// allPermutations returns those of n objects in the order of their names, each as its name.
func allPermutations(n int) [][]byte {
	all := [][]byte{{}}
	for range n {
		var longer [][]byte
		for _, p := range all {
			for object := byte('1'); object < byte('1'+n); object++ {
				used := false
				for _, other := range p {
					used = used || other == object
				}
				if !used {
					longer = append(longer, append(p[:len(p):len(p)], object))
				}
			}
		}
		all = longer
	}
	return all
}

// after is the permutation of doing first and then second.
func after(first, second []byte) []byte {
	p := make([]byte, len(first))
	for object, place := range first {
		p[object] = second[place-'1']
	}
	return p
}
