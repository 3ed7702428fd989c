package recall

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

const (
	needleMark  = "needle"
	queryMark   = "query"
	corpusWords = 128 // words of the corpus, the most frequent
	padTo       = 16  // the size of a vocabulary is a multiple of this
)

// The words that every vocabulary begins with after the markers, and the noise sentence.
var (
	keyWords   = strings.Fields("paris rome oslo lima cairo delhi tokyo quito hanoi accra dakar minsk sofia riga bern kyiv")
	valueWords = strings.Fields("fox owl cat dog hen pig cow bee ant bat elk yak ram cod eel jay")
	digitWords = strings.Fields("0 1 2 3 4 5 6 7 8 9")
	noiseWords = strings.Fields("the sun is yellow the glass is green the water is blue")
)

// Token ids of these words: the markers, the first key, value and digit, and the first word of the corpus.
const (
	needleID = iota
	queryID
	firstKey
	firstValue  = firstKey + 16
	firstDigit  = firstValue + 16
	firstCorpus = firstDigit + 10
)

// Vocabulary maps the words that models read to token ids: 2 markers, 16 keys, 16 values, 10 digits and at
// most 128 words of a corpus, 172 in all.
type Vocabulary struct {
	words []string
	ids   map[string]int32
}

// newVocabulary returns the vocabulary of a text: the 44 words that every vocabulary has, then the text's 128
// most frequent others, by falling frequency and then in alphabetical order. Words of the noise sentence
// that are not among them replace the rarest. A text without words is an error.
func newVocabulary(text string) (*Vocabulary, error) {
	words := slices.Concat([]string{needleMark, queryMark}, keyWords, valueWords, digitWords)
	reserved := make(map[string]bool, len(words))
	for _, w := range words {
		reserved[w] = true
	}
	counts := make(map[string]int)
	for w := range textWords(text) {
		if !reserved[w] {
			counts[w]++
		}
	}
	if len(counts) == 0 {
		return nil, fmt.Errorf("the text has no words")
	}
	frequent := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	frequent = frequent[:min(len(frequent), corpusWords)]
	v := &Vocabulary{words: append(words, withNoise(frequent)...), ids: make(map[string]int32)}
	for i, w := range v.words {
		v.ids[w] = int32(i)
	}
	return v, nil
}

// withNoise returns words with those of the noise sentence that are missing in place of the last ones.
func withNoise(words []string) []string {
	noise := slices.Compact(slices.Sorted(slices.Values(noiseWords)))
	missing := slices.DeleteFunc(slices.Clone(noise), func(w string) bool { return slices.Contains(words, w) })
	room := corpusWords - len(missing)
	for len(words) > room {
		last := len(words) - 1
		for slices.Contains(noise, words[last]) {
			last--
		}
		words = slices.Delete(words, last, last+1)
	}
	return append(words, missing...)
}

// textWords yields the words of a text: maximal runs of letters, in lower case.
func textWords(text string) func(yield func(string) bool) {
	return strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) })
}

// Words returns the words in the order of their ids.
func (v *Vocabulary) Words() []string { return slices.Clone(v.words) }

// Size returns the number of ids, rounded up to a multiple of 16: 176 for 172 words.
func (v *Vocabulary) Size() int { return (len(v.words) + padTo - 1) / padTo * padTo }

// Decode returns the words of ids, separated by single spaces. An id without a word, which an untrained model
// may predict, is written "<ID>".
func (v *Vocabulary) Decode(ids []int32) string {
	var b strings.Builder
	b.Grow(6 * len(ids))
	for i, id := range ids {
		if i > 0 {
			b.WriteByte(' ')
		}
		if id < 0 || int(id) >= len(v.words) {
			fmt.Fprintf(&b, "<%d>", id)
			continue
		}
		b.WriteString(v.words[id])
	}
	return b.String()
}

// encodeKnown returns the ids of the words of text that are words of the corpus, and leaves out the others.
func (v *Vocabulary) encodeKnown(text string) []int32 {
	var ids []int32
	for w := range textWords(text) {
		if id, ok := v.ids[w]; ok && id >= firstCorpus {
			ids = append(ids, id)
		}
	}
	return ids
}
