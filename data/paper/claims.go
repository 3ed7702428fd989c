package paper

import (
	"fmt"
	"math"
	"slices"
)

// claims checks the sentences of the text that the numbers of the tables can decide. The verdict is Undecided
// where a claim depends on a word such as "non-trivial", or on a fact that the paper does not give.
func (b book) claims() []Check {
	return slices.Concat(b.lengthClaims(), b.depthClaims(), b.formatClaims())
}

// claim returns the check of a sentence. format and args make its explanation.
func claim(table int, model, quote string, verdict Verdict, format string, args ...any) Check {
	return Check{Table: table, Model: model, Kind: Claim, Quote: quote, Verdict: verdict,
		Explanation: fmt.Sprintf(format, args...)}
}

// agreesIf returns Agrees if holds, else v.
func agreesIf(holds bool, v Verdict) Verdict {
	if holds {
		return Agrees
	}
	return v
}

var (
	lengths      = []int{1024, 2048, 4096, 8192, 16384}
	depths       = []int{0, 20, 40, 50, 60, 80, 100}
	tableFormats = []string{"essay-word-number", "essay-word-uuid", "noise-word-number"} // of Table 4
	tableDepths  = []int{0, 50, 100}                                                     // of Table 4
)

// byLength returns a model's scores in Table 1 or 6 to 18, by length.
func (b book) byLength(table int, model string) []float64 {
	var scores []float64
	for _, l := range lengths {
		scores = append(scores, b.printed(Key{Table: table, Model: model, Length: l}).Score)
	}
	return scores
}

// byDepth returns a model's scores in Table 2 or 3, by depth.
func (b book) byDepth(table int, model string) []float64 {
	var scores []float64
	for _, d := range depths {
		scores = append(scores, b.printed(Key{Table: table, Model: model, Depth: d}).Score)
	}
	return scores
}

// byFormat returns a model's scores in Table 4 at one length: format by format, each by depth.
func (b book) byFormat(model string, length int) []float64 {
	var scores []float64
	for _, f := range tableFormats {
		for _, d := range tableDepths {
			scores = append(scores, b.printed(Key{Table: 4, Model: model, Length: length, Depth: d, Format: f}).Score)
		}
	}
	return scores
}

// clearlyBelow reports whether a is below b by more than two standard errors of their difference. Both are
// percent of n samples.
func clearlyBelow(a, b float64, n int) bool {
	p, q := a/100, b/100
	return q-p > 2*math.Sqrt((p*(1-p)+q*(1-q))/float64(n))
}
