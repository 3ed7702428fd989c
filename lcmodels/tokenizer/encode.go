package tokenizer

import "strings"

// encoder is the working memory of one call of Encode, with a cache of the ids of words.
type encoder struct {
	t     *Tokenizer
	out   []int32
	cache map[string]span
	arena []int32 // the ids of all cached words
}

// span is the position of a word's ids in the arena.
type span struct{ at, n int32 }

const (
	maxCachedWord = 64      // bytes: longer words are not cached
	maxCache      = 1 << 15 // words: a full cache is cleared
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

// words splits a text into words and appends the ids of each.
func (e *encoder) words(text string) {
	for len(text) > 0 {
		skip, n := e.t.next(text)
		if n == 0 {
			return
		}
		word := text[skip : skip+n]
		text = text[skip+n:]
		s, ok := e.cache[word]
		if ok {
			e.out = append(e.out, e.arena[s.at:s.at+s.n]...)
			continue
		}
		before := len(e.out)
		e.out = e.t.model.append(e.out, word)
		if len(word) <= maxCachedWord && !longNumber(word) {
			e.store(word, e.out[before:])
		}
	}
}

// longNumber reports whether a word ends in more than four digits. Such a word will hardly occur again.
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

// store caches the ids of a word.
func (e *encoder) store(word string, ids []int32) {
	if len(e.cache) == maxCache {
		clear(e.cache)
		e.arena = e.arena[:0]
	}
	e.cache[strings.Clone(word)] = span{int32(len(e.arena)), int32(len(ids))}
	e.arena = append(e.arena, ids...)
}
