package tokenizer

import "strings"

// encoder is what one call of Encode works with; it remembers the words it has seen.
type encoder struct {
	t     *Tokenizer
	out   []int32
	seen  map[string]span
	arena []int32 // the ids of all words seen
}

// span is a word's place in the arena.
type span struct{ at, n int32 }

const (
	longestSeen = 64      // bytes: longer words are not remembered
	maxSeen     = 1 << 15 // words
)

func (e *encoder) encode(text string) {
	e.out = e.out[:0]
	e.t.special.cut(text, e.add, func(text string) {
		if e.t.normalize != nil {
			text = e.t.normalize(text)
		}
		e.t.added.cut(text, e.add, e.words)
	})
}

func (e *encoder) add(id int32) { e.out = append(e.out, id) }

// words cuts a text into words and appends the ids of each.
func (e *encoder) words(text string) {
	for len(text) > 0 {
		skip, n := e.t.next(text)
		if n == 0 {
			return
		}
		word := text[skip : skip+n]
		text = text[skip+n:]
		s, ok := e.seen[word]
		if ok {
			e.out = append(e.out, e.arena[s.at:s.at+s.n]...)
			continue
		}
		before := len(e.out)
		e.out = e.t.model.append(e.out, word)
		if len(word) <= longestSeen && !longNumber(word) {
			e.remember(word, e.out[before:])
		}
	}
}

// longNumber reports whether a word ends in so many digits that it will hardly come again.
func longNumber(word string) bool {
	const maxDigits = 4
	if len(word) <= maxDigits {
		return false
	}
	for i := len(word) - 1 - maxDigits; i < len(word); i++ {
		if word[i] < '0' || word[i] > '9' {
			return false
		}
	}
	return true
}

func (e *encoder) remember(word string, ids []int32) {
	if len(e.seen) == maxSeen {
		clear(e.seen)
		e.arena = e.arena[:0]
	}
	e.seen[strings.Clone(word)] = span{int32(len(e.arena)), int32(len(ids))}
	e.arena = append(e.arena, ids...)
}
