package synthetic

import (
	"math"
	"math/rand/v2"

	"longseq/data"
)

// drawer draws what a sequence consists of.
type drawer struct {
	*rand.Rand
	depth float64 // percent before what is asked for, or data.AnyDepth
}

// token draws a token of n that begin with the id first.
func (d drawer) token(first, n int) int32 { return int32(first + d.IntN(n)) }

// tokens draws many.
func (d drawer) tokens(dst []int32, first, n int) {
	for i := range dst {
		dst[i] = d.token(first, n)
	}
}

// distinct draws count different tokens of n that begin with the id first, in a random order.
func (d drawer) distinct(count, first, n int) []int32 {
	chosen := make([]int32, count)
	for i, at := range d.Perm(n)[:count] {
		chosen[i] = int32(first + at)
	}
	return chosen
}

// place draws which of n places what is asked for has: the one at the depth, or any.
func (d drawer) place(n int) int {
	if d.depth == data.AnyDepth {
		return d.IntN(n)
	}
	return int(math.Round(d.depth / 100 * float64(n-1)))
}

// lay writes a question to a row, with the loss on its answer. The row must have room.
func (q question) lay(tokens, targets []int32) {
	n := copy(tokens, q.prompt)
	copy(tokens[n:], q.answer)
	copy(targets[n-1:], q.answer)
}
