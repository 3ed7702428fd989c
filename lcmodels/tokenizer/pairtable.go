package tokenizer

import "math/bits"

// pairTable finds what two neighbours become. It is a hash table with open addressing: the pairs of one
// word are looked up one after the other, which is most of the time that BPE takes.
type pairTable struct {
	slots []pairSlot
	shift int // of the hash, which is multiplicative
}

type pairSlot struct {
	key uint64 // of the pair, plus one: 0 is an empty slot
	rankedPair
}

// rankedPair is what two pieces become, and when.
type rankedPair struct{ rank, id int32 }

// newPairTable returns a table with room for n pairs, at most half full.
func newPairTable(n int) *pairTable {
	log := bits.Len(uint(2*n + 1))
	return &pairTable{slots: make([]pairSlot, 1<<log), shift: 64 - log}
}

// pairKey is the key of two ids that are pieces.
func pairKey(a, b int32) uint64 { return (uint64(uint32(a))<<32 | uint64(uint32(b))) + 1 }

// slot returns the place of a key, or the empty one where it would be.
func (t *pairTable) slot(key uint64) *pairSlot {
	for i := int(key * 0x9e3779b97f4a7c15 >> t.shift); ; i = (i + 1) & (len(t.slots) - 1) {
		if s := &t.slots[i]; s.key == key || s.key == 0 {
			return s
		}
	}
}

// put sets what two pieces become. There must be room.
func (t *pairTable) put(a, b int32, p rankedPair) {
	*t.slot(pairKey(a, b)) = pairSlot{pairKey(a, b), p}
}

// get returns what two symbols become; what is no piece becomes nothing.
func (t *pairTable) get(a, b int32) (rankedPair, bool) {
	if a < 0 || b < 0 {
		return rankedPair{}, false
	}
	s := t.slot(pairKey(a, b))
	return s.rankedPair, s.key != 0
}
