package tokenizer

import "math"

// symbol is a part of a word during BPE. The symbols of a word form a doubly linked list.
type symbol struct {
	id         int32 // None if it is not a piece
	start, end int   // in the word, in bytes
	prev, next int   // -1 at the ends
}

// candidate is a pair of neighbours that may be merged.
type candidate struct {
	rank        int32
	left, right int
	start, end  int // of the pair, to detect that one of them has been merged since
	id          int32
}

// merge merges the pair of neighbours with the lowest rank, the leftmost of equals, until no pair can be merged. The
// list from the first symbol on is the result. pair returns the rank and the id of the merged pair, and false for a
// pair that is not merged.
func merge(symbols []symbol, pair func(a, b *symbol) (rank, id int32, ok bool)) {
	var few [16]candidate
	queue := heap(few[:0])
	offer := func(left, right int) {
		if left < 0 || right < 0 {
			return
		}
		a, b := &symbols[left], &symbols[right]
		if rank, id, ok := pair(a, b); ok {
			queue.push(candidate{rank, left, right, a.start, b.end, id})
		}
	}
	for i := range len(symbols) - 1 {
		offer(i, i+1)
	}
	for len(queue) > 0 {
		c := queue.pop()
		a, b := &symbols[c.left], &symbols[c.right]
		if a.next != c.right || a.start != c.start || b.end != c.end {
			continue // one of the pair has been merged since
		}
		a.id, a.end, a.next = c.id, b.end, b.next
		b.start = math.MaxInt
		if b.next >= 0 {
			symbols[b.next].prev = c.left
		}
		offer(a.prev, c.left)
		offer(c.left, a.next)
	}
}

// link connects symbols to a list in their order.
func link(symbols []symbol) []symbol {
	for i := range symbols {
		symbols[i].prev, symbols[i].next = i-1, i+1
	}
	if len(symbols) > 0 {
		symbols[len(symbols)-1].next = -1
	}
	return symbols
}

// heap is a binary heap of candidates. The top has the lowest rank and is the leftmost of these.
type heap []candidate

func (h heap) less(i, j int) bool {
	return h[i].rank < h[j].rank || h[i].rank == h[j].rank && h[i].start < h[j].start
}

func (h *heap) push(c candidate) {
	*h = append(*h, c)
	q := *h
	for i := len(q) - 1; i > 0 && q.less(i, (i-1)/2); i = (i - 1) / 2 {
		q[i], q[(i-1)/2] = q[(i-1)/2], q[i]
	}
}

func (h *heap) pop() candidate {
	q := *h
	top := q[0]
	last := len(q) - 1
	q[0] = q[last]
	q = q[:last]
	*h = q
	for i := 0; ; {
		child := 2*i + 1
		if child >= last {
			return top
		}
		if child+1 < last && q.less(child+1, child) {
			child++
		}
		if !q.less(child, i) {
			return top
		}
		q[i], q[child] = q[child], q[i]
		i = child
	}
}

// merges is the BPE of tokenizer.json, whose merges are a table of pairs.
type merges struct {
	pairs *pairTable
	// bytes holds the id of the symbol that begin appends for each byte, None if there is none. It is nil if
	// words begin as runes.
	bytes *[256]int32
	// begin appends the symbols of a word before any merge.
	begin func(symbols []symbol, word string) []symbol
	// ignore returns the id of a word that is a piece and is not merged (ignore_merges). It may be nil.
	ignore func(word string) (int32, bool)
}

func (m *merges) append(dst []int32, word string) []int32 {
	if m.ignore != nil {
		if id, ok := m.ignore(word); ok {
			return append(dst, id)
		}
	}
	if m.bytes != nil && len(word) <= maxShort {
		return m.appendShort(dst, word)
	}
	symbols := link(m.begin(make([]symbol, 0, len(word)), word))
	merge(symbols, func(a, b *symbol) (int32, int32, bool) {
		p, ok := m.pairs.get(a.id, b.id)
		return p.rank, p.id, ok
	})
	for i := 0; i >= 0 && len(symbols) > 0; i = symbols[i].next {
		dst = append(dst, symbols[i].id)
	}
	return dst
}

// maxShort is the length in bytes up to which a word is merged without a heap.
const maxShort = 16

// appendShort appends the ids of a short word. It merges as merge does, but searches all pairs for the lowest rank,
// which is faster than a heap for so few.
func (m *merges) appendShort(dst []int32, word string) []int32 {
	var ids [maxShort]int32
	var next [maxShort]rankedPair // the merge of each symbol with the one after it
	n := 0
	for i := range len(word) {
		if id := m.bytes[word[i]]; id != None {
			ids[n] = id
			n++
		}
	}
	update := func(i int) {
		next[i].rank = math.MaxInt32
		if i+1 < n {
			if p, ok := m.pairs.get(ids[i], ids[i+1]); ok {
				next[i] = p
			}
		}
	}
	for i := range n {
		update(i)
	}
	for {
		best := 0
		for i := 1; i < n; i++ {
			if next[i].rank < next[best].rank {
				best = i
			}
		}
		if n == 0 || next[best].rank == math.MaxInt32 {
			return append(dst, ids[:n]...)
		}
		ids[best] = next[best].id
		copy(ids[best+1:n-1], ids[best+2:n])
		copy(next[best+1:n-1], next[best+2:n])
		n--
		update(best)
		if best > 0 {
			update(best - 1)
		}
	}
}
