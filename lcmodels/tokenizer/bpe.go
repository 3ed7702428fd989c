package tokenizer

import "math"

// symbol is a part of a word while its pieces are made: a doubly linked list.
type symbol struct {
	id         int32 // None if it is no piece
	start, end int   // in the word
	prev, next int   // -1 at the ends
}

// candidate is a pair of neighbours that may be merged.
type candidate struct {
	rank        int32
	left, right int
	start, end  int // of both, to tell whether they are still what they were
	id          int32
}

// merge joins the pair of neighbours of the lowest rank, the leftmost of equals, until no pair is left, and
// leaves the list of those that remain, from the first on. pair returns the rank and id of two joined,
// and false if they may not be.
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
			continue // one of them has been merged since
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

// link makes neighbours of symbols in their order.
func link(symbols []symbol) []symbol {
	for i := range symbols {
		symbols[i].prev, symbols[i].next = i-1, i+1
	}
	if len(symbols) > 0 {
		symbols[len(symbols)-1].next = -1
	}
	return symbols
}

// heap is a binary heap of candidates, the lowest rank and then the leftmost on top.
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

// merges is BPE with a table of pairs (tokenizer.json).
type merges struct {
	pairs *pairTable
	// bytes are the symbols that begin appends for each byte, None for none; nil where it takes runes.
	bytes *[256]int32
	// begin appends the symbols that a word is made of before anything is merged.
	begin func(symbols []symbol, word string) []symbol
	// ignore makes a word that is a piece that piece, whatever the merges say.
	ignore func(word string) (int32, bool)
}

func (m *merges) append(dst []int32, word string) []int32 {
	if m.ignore != nil {
		if id, ok := m.ignore(word); ok {
			return append(dst, id)
		}
	}
	if m.bytes != nil && len(word) <= fewSymbols {
		return m.appendFew(dst, word)
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

// fewSymbols is how many are merged without a heap.
const fewSymbols = 16

// appendFew appends a short word's ids, merging its bytes as merge does: among so few the lowest rank is
// found faster by looking at all.
func (m *merges) appendFew(dst []int32, word string) []int32 {
	var ids [fewSymbols]int32
	var next [fewSymbols]rankedPair // what each becomes with the one behind it
	n := 0
	for i := range len(word) {
		if id := m.bytes[word[i]]; id != None {
			ids[n] = id
			n++
		}
	}
	look := func(i int) {
		next[i].rank = math.MaxInt32
		if i+1 < n {
			if p, ok := m.pairs.get(ids[i], ids[i+1]); ok {
				next[i] = p
			}
		}
	}
	for i := range n {
		look(i)
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
		look(best)
		if best > 0 {
			look(best - 1)
		}
	}
}
