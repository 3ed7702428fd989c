package pyrandom

import (
	"fmt"
	"math/big"
	"math/bits"

	"gonum.org/v1/gonum/mathext/prng"
)

// Random is CPython's random.Random. It is not safe for concurrent use.
type Random struct {
	twister *prng.MT19937
	draws   uint64
}

// New returns random.Random(seed).
func New(seed int64) *Random {
	return newBig(big.NewInt(seed))
}

// newBig returns random.Random(seed) for a seed of any size. As in CPython the sign is ignored, and the 32-bit
// words, least significant first, are the key of init_by_array.
func newBig(seed *big.Int) *Random {
	word := new(big.Int).Abs(seed)
	mask := big.NewInt(1<<32 - 1)
	key := []uint32{uint32(new(big.Int).And(word, mask).Uint64())}
	for word.Rsh(word, 32); word.Sign() > 0; word.Rsh(word, 32) {
		key = append(key, uint32(new(big.Int).And(word, mask).Uint64()))
	}
	r := &Random{twister: prng.NewMT19937()}
	r.twister.SeedFromKeys(key)
	return r
}

// Draws returns the number of 32-bit words drawn so far.
func (r *Random) Draws() uint64 { return r.draws }

// uint32 draws a word.
func (r *Random) uint32() uint32 {
	r.draws++
	return r.twister.Uint32()
}

// Float64 is random.random(): 53 bits in [0, 1).
func (r *Random) Float64() float64 {
	high, low := r.uint32()>>5, r.uint32()>>6
	return (float64(high)*(1<<26) + float64(low)) / (1 << 53)
}

// bits is random.getrandbits(k) for 1 <= k <= 64. It draws one word for k up to 32, two for more.
func (r *Random) bits(k int) uint64 {
	if k <= 32 {
		return uint64(r.uint32() >> (32 - k))
	}
	low := uint64(r.uint32())
	return uint64(r.uint32()>>(64-k))<<32 | low
}

// below is Random._randbelow(n): an integer in [0, n), for n >= 1. It draws as many bits as n has (not n-1) and
// rejects numbers that are too large, so that n = 1 draws too.
func (r *Random) below(n uint64) uint64 {
	k := bits.Len64(n)
	for {
		if v := r.bits(k); v < n {
			return v
		}
	}
}

// Int is random.randint(low, high): an integer in [low, high].
func (r *Random) Int(low, high int64) int64 {
	return low + int64(r.below(uint64(high-low)+1))
}

// Choice is the index of the element that random.choice takes from a list of n.
func (r *Random) Choice(n int) int {
	return int(r.below(uint64(n)))
}

// Choices is "".join(random.choices(alphabet, k=k)). The alphabet is ASCII.
func (r *Random) Choices(alphabet string, k int) string {
	letters := make([]byte, k)
	n := float64(len(alphabet))
	for i := range letters {
		letters[i] = alphabet[int(r.Float64()*n)]
	}
	return string(letters)
}

// UUID is str(uuid.UUID(int=random.getrandbits(128), version=4)).
func (r *Random) UUID() string {
	low := r.bits(64)
	high := r.bits(64)
	low = low&^(0xc000<<48) | 0x8000<<48
	high = high&^0xf000 | 0x4000
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x",
		high>>32, high>>16&0xffff, high&0xffff, low>>48, low&(1<<48-1))
}

// Shuffle returns the permutation that random.shuffle applies to a list of n elements: element i of the shuffled
// list was element p[i].
func (r *Random) Shuffle(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	for i := n - 1; i > 0; i-- {
		j := r.below(uint64(i) + 1)
		p[i], p[j] = p[j], p[i]
	}
	return p
}

// Sample is random.sample(range(n), k): k distinct indices in the order drawn. Unless 0 <= k <= n it draws nothing
// and returns an error (Python's ValueError).
func (r *Random) Sample(n, k int) ([]int, error) {
	if k < 0 || k > n {
		return nil, fmt.Errorf("sample of %d from %d: larger than the population or negative", k, n)
	}
	result := make([]int, k)
	if n <= poolLimit(k) {
		pool := make([]int, n)
		for i := range pool {
			pool[i] = i
		}
		for i := range result {
			j := r.below(uint64(n - i))
			result[i] = pool[j]
			pool[j] = pool[n-i-1]
		}
		return result, nil
	}
	taken := make([]bool, n)
	for i := range result {
		j := r.below(uint64(n))
		for taken[j] {
			j = r.below(uint64(n))
		}
		taken[j] = true
		result[i] = int(j)
	}
	return result, nil
}

// poolLimit returns the size of the population up to which CPython's sample copies it, instead of keeping a set
// of what was drawn: 21, plus 4^ceil(log4(3k)) for k > 5.
func poolLimit(k int) int {
	limit := 21
	if k > 5 {
		power := 1
		for power < 3*k {
			power *= 4
		}
		limit += power
	}
	return limit
}
