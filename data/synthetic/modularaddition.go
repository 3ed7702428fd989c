package synthetic

// modularAddition asks for a sum modulo a number (Grazzi et al. 2024, "Unlocking State-Tracking in Linear RNNs Through
// Negative Eigenvalues"; Merrill et al. 2024, "The Illusion of State in State-Space Models"): the cyclic group. A row
// of modulus=5 with 8 tokens:
//
//	| token | 3 | 4 | 0 | 1 | 2 | 4 | 4 | 1 |
//	| loss  | 3 | 2 | 2 | 3 | 0 | 4 | 3 | 4 |
//
// A sample is such a row, and its answer is the state after the last number. The most frequent answer, the last number and that of
// any other place are right in 1 of modulus: that is chance. Of sequences of one token the answer is that token.
var modularAddition = Kind{
	Name:   "modular-addition",
	Asks:   "the sum of all numbers, modulo a number",
	Source: "Grazzi et al. 2024, Negative Eigenvalues; Merrill et al. 2024",
	Axes:   []Axis{{"modulus", 5, 2, 1 << 12, "the number; numbers are 0 to one less"}},
	chance: func(s Settings, _ int) float64 { return 1 / float64(s["modulus"]) },
	maker: func(s Settings) (maker, error) {
		n := s["modulus"]
		return trackingMaker{numbered("", n), func(a, b int) int { return (a + b) % n }}, nil
	},
}
