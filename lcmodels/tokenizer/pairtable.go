package tokenizer

import "math/bits"

// pairTable holds the merges by pair. It is a hash table with open addressing, because looking up pairs takes most of
// the time of BPE.
type pairTable struct {
	slots []pairSlot
	shift int // of the multiplicative hash
}

type pairSlot struct {
	key uint64 // see pairKey; 0 marks an empty slot
	rankedPair
}

// rankedPair is a merge: its rank, and the id of the merged piece.
type rankedPair struct{ rank, id int32 }

// newPairTable returns a table for n pairs, which fill at most half of it.
func newPairTable(n int) *pairTable {
	log := bits.Len(uint(2*n + 1))
	return &pairTable{slots: make([]pairSlot, 1<<log), shift: 64 - log}
}

// pairKey returns the key of two ids, which is not 0.
func pairKey(a, b int32) uint64 { return (uint64(uint32(a))<<32 | uint64(uint32(b))) + 1 }

// slot returns the slot of a key, or the empty slot where it belongs.
func (t *pairTable) slot(key uint64) *pairSlot {
	for i := int(key * 0x9e3779b97f4a7c15 >> t.shift); ; i = (i + 1) & (len(t.slots) - 1) {
		if s := &t.slots[i]; s.key == key || s.key == 0 {
			return s
		}
	}
}

// put adds a merge. The table must not be full.
func (t *pairTable) put(a, b int32, p rankedPair) {
	*t.slot(pairKey(a, b)) = pairSlot{pairKey(a, b), p}
}

// get returns the merge of two symbols, and whether there is one. Symbols that are not pieces (None) have none.
func (t *pairTable) get(a, b int32) (rankedPair, bool) {
	if a < 0 || b < 0 {
		return rankedPair{}, false
	}
	s := t.slot(pairKey(a, b))
	return s.rankedPair, s.key != 0
}
