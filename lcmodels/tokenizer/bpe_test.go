package tokenizer

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Short words are merged without a heap, and must give the same ids as with one.
func TestShortWordsMergeAsLongOnesDo(t *testing.T) {
	m := load(t, "20B_tokenizer.json.gz").model.(*merges)
	random := rand.New(rand.NewPCG(8, 9))
	const letters = "aeinorst 0123456789-ABCü\xff"
	for range 20000 {
		word := make([]byte, 1+random.IntN(maxShort))
		for i := range word {
			word[i] = letters[random.IntN(len(letters))]
		}
		symbols := link(m.begin(nil, string(word)))
		merge(symbols, func(a, b *symbol) (int32, int32, bool) {
			p, ok := m.pairs.get(a.id, b.id)
			return p.rank, p.id, ok
		})
		var want []int32
		for i := 0; i >= 0 && len(symbols) > 0; i = symbols[i].next {
			want = append(want, symbols[i].id)
		}
		if got := m.appendShort(nil, string(word)); !slices.Equal(got, want) {
			t.Fatalf("%q becomes %v, with a heap %v", word, got, want)
		}
	}
}
