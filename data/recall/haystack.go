package recall

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"longseq/data"
	"longseq/data/corpus"
)

// Haystack is a text as the tokens of a vocabulary, without the words that the vocabulary lacks. Tasks and
// training draw their filler from it.
type Haystack struct {
	vocabulary *Vocabulary
	essay      []int32 // a longer essay begins again at its start
}

// newHaystack returns text as tokens of vocabulary. A text with none of its words is an error.
func newHaystack(vocabulary *Vocabulary, text corpus.Corpus) (*Haystack, error) {
	h := &Haystack{vocabulary: vocabulary, essay: vocabulary.encodeKnown(text.Text)}
	if len(h.essay) == 0 {
		return nil, fmt.Errorf("corpus %s: none of its words is among the %d that the models know",
			text.Name, len(vocabulary.words)-firstCorpus)
	}
	return h, nil
}

// Opticks returns Newton's Opticks as tokens of its own vocabulary, of which it has 65,068.
func Opticks() *Haystack { return opticks() }

var opticks = sync.OnceValue(func() *Haystack {
	text := corpus.Opticks()
	vocabulary, err := newVocabulary(text.Text)
	if err != nil {
		panic(err) // the text is built in
	}
	return &Haystack{vocabulary: vocabulary, essay: vocabulary.encodeKnown(text.Text)}
})

// Read returns text as tokens of the vocabulary of Opticks, with which the models are trained.
func Read(text corpus.Corpus) (*Haystack, error) {
	if text.Digest == corpus.Opticks().Digest {
		return Opticks(), nil
	}
	return newHaystack(Opticks().vocabulary, text)
}

// Vocabulary returns the vocabulary of the haystack's tokens.
func (h *Haystack) Vocabulary() *Vocabulary { return h.vocabulary }

// pair is the key and the value of a needle.
type pair struct {
	key   int32
	value []int32
}

// put writes mark, the pair's key and its value to dst.
func (p pair) put(dst []int32, mark int32) {
	dst[0], dst[1] = mark, p.key
	copy(dst[2:], p.value)
}

// drawPairs draws n pairs with different keys, and returns the other keys as well.
func drawPairs(r *rand.Rand, f data.Format, n int) (pairs []pair, others []int32) {
	keys := r.Perm(len(keyWords))
	pairs = make([]pair, n)
	for i := range pairs {
		pairs[i] = pair{firstKey + int32(keys[i]), drawValue(r, f)}
	}
	for _, k := range keys[n:] {
		others = append(others, firstKey+int32(k))
	}
	return pairs, others
}

// drawValue draws the tokens of a value.
func drawValue(r *rand.Rand, f data.Format) []int32 {
	if f.Value == data.Word {
		return []int32{firstValue + r.Int32N(int32(len(valueWords)))}
	}
	value := make([]int32, valueTokens(f))
	for i := range value {
		value[i] = firstDigit + r.Int32N(int32(len(digitWords)))
	}
	return value
}

// filler is the text between the needles. It consists of pieces, and a needle stands only between two of
// them: a piece is a token, or a whole needle in a haystack of needles. One piece may be shorter.
type filler struct {
	tokens []int32
	piece  int // tokens of a full piece
	full   int // number of full pieces
}

// drawFiller draws a filler of n tokens. A haystack of needles takes its keys from others; where n is no
// multiple of a needle, the short piece in the middle is noise.
func (h *Haystack) drawFiller(r *rand.Rand, f data.Format, n int, others []int32) filler {
	fill := filler{tokens: make([]int32, n), piece: 1, full: n}
	switch f.Haystack {
	case data.Essay:
		start := 0
		if n < len(h.essay) {
			start = r.IntN(len(h.essay) - n + 1)
		} else {
			start = r.IntN(len(h.essay))
		}
		for i := range fill.tokens {
			fill.tokens[i] = h.essay[(start+i)%len(h.essay)]
		}
	case data.Noise:
		h.putNoise(fill.tokens)
	case data.Needles:
		fill.piece, fill.full = needleTokens(f), n/needleTokens(f)
		for i := range fill.pieces() {
			piece := fill.tokens[fill.start(i):fill.start(i+1)]
			if len(piece) < fill.piece {
				h.putNoise(piece)
				continue
			}
			pair{others[r.IntN(len(others))], drawValue(r, f)}.put(piece, needleID)
		}
	}
	return fill
}

// pieces returns the number of pieces, including the short one.
func (f filler) pieces() int {
	if f.full*f.piece < len(f.tokens) {
		return f.full + 1
	}
	return f.full
}

// start returns the position at which piece i begins. The short piece, if any, is in the middle.
func (f filler) start(i int) int {
	if i <= f.full/2 {
		return i * f.piece
	}
	odd := len(f.tokens) - f.full*f.piece
	return (i-f.pieces()+f.full)*f.piece + odd
}

// putNoise fills dst with the noise sentence, repeated.
func (h *Haystack) putNoise(dst []int32) {
	for i := range dst {
		dst[i] = h.vocabulary.ids[noiseWords[i%len(noiseWords)]]
	}
}

// hide fills dst with a haystack of n needles and returns their pairs. The needle of the first pair stands
// at depth percent of the filler, or at random for [data.AnyDepth]; at is the position of its marker. The
// other needles stand at random.
func (h *Haystack) hide(r *rand.Rand, f data.Format, n int, depth float64, dst []int32) (pairs []pair, at int) {
	pairs, others := drawPairs(r, f, n)
	fill := h.drawFiller(r, f, len(dst)-n*needleTokens(f), others)
	places := make([]int, n) // pieces before each needle
	for i := range places {
		places[i] = r.IntN(fill.pieces() + 1)
	}
	order := r.Perm(n)
	if depth != data.AnyDepth {
		places[0] = int(math.Round(depth / 100 * float64(fill.pieces())))
		order = slices.DeleteFunc(order, func(i int) bool { return i == 0 })
		if depth <= 50 { // before or after all others at its place, so that 0 and 100 are the very ends
			order = append([]int{0}, order...)
		} else {
			order = append(order, 0)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return places[a] - places[b] })

	position, filled := 0, 0
	for _, i := range order {
		upTo := fill.start(places[i])
		position += copy(dst[position:], fill.tokens[filled:upTo])
		filled = upTo
		if i == 0 {
			at = position
		}
		pairs[i].put(dst[position:], needleID)
		position += needleTokens(f)
	}
	copy(dst[position:], fill.tokens[filled:])
	return pairs, at
}
