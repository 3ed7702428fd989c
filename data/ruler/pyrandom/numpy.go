package pyrandom

import (
	"math/bits"

	"gonum.org/v1/gonum/mathext/prng"
)

// NumPy is numpy.random.RandomState, the generator of the functions of numpy.random. It is not safe for
// concurrent use.
type NumPy struct {
	twister *prng.MT19937
	draws   uint64
}

// NewNumPy returns numpy.random.RandomState(seed).
func NewNumPy(seed uint32) *NumPy {
	n := &NumPy{twister: prng.NewMT19937()}
	n.twister.Seed(uint64(seed))
	return n
}

// Draws returns the number of 32-bit words drawn so far.
func (n *NumPy) Draws() uint64 { return n.draws }

// Int is numpy.random.randint(low, high) for a scalar of the default type: an integer in [low, high). Draws are
// masked to the bits of high-low-1 and rejected above it. A draw of more than 32 bits takes the high word first,
// and a range of one value draws nothing.
func (n *NumPy) Int(low, high int64) int64 {
	span := uint64(high-low) - 1
	if span == 0 {
		return low
	}
	mask := uint64(1)<<bits.Len64(span) - 1
	for {
		n.draws++
		word := uint64(n.twister.Uint32())
		if span > 1<<32-1 {
			n.draws++
			word = word<<32 | uint64(n.twister.Uint32())
		}
		if v := word & mask; v <= span {
			return low + int64(v)
		}
	}
}
