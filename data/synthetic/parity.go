package synthetic

// parity asks whether the number of ones in a string of bits is odd (Grazzi et al. 2024, "Unlocking State-Tracking in Linear
// RNNs Through Negative Eigenvalues"; Merrill et al. 2024, "The Illusion of State in State-Space Models"): the
// group of two elements. A linear recurrence whose decays are in (0, 1) cannot do it at all lengths. A row of 8 tokens:
//
//	| token | 1 | 0 | 1 | 1 | 0 | 0 | 1 | 1 |
//	| loss  | 1 | 1 | 0 | 1 | 1 | 1 | 0 | 1 |
//
// A sample is such a row, and its answer is the state after the last bit. The most frequent answer, the last bit and that of any
// other place are right in half of all cases: that is chance.
var parity = Kind{
	Name:   "parity",
	Asks:   "whether the number of ones is odd",
	Source: "Grazzi et al. 2024, Negative Eigenvalues; Merrill et al. 2024",
	chance: func(Settings, int) float64 { return 0.5 },
	maker: func(Settings) (maker, error) {
		return trackingMaker{numbered("", 2), func(a, b int) int { return a ^ b }}, nil
	},
}
