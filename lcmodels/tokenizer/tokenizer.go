package tokenizer

import "sync"

// None stands for a token that a tokenizer does not have.
const None int32 = -1

// Tokenizer maps text to ids and back. It may be used from several goroutines.
type Tokenizer struct {
	// Kind is the form it was read from.
	Kind Kind
	// Digest is the SHA-256 of the file's content, unpacked, in hexadecimal; empty if there was no file.
	Digest string
	// BOS begins every prompt, EOS ends an answer; None where there is no such token.
	BOS, EOS int32

	pieces  []piece // by id
	ids     map[string]int32
	special *trie // cut out of the raw text

	normalize func(string) string // may be nil
	added     *trie               // cut out of the normalised text
	next      splitter
	model     model
	style     style
	additive  bool

	mu   sync.Mutex
	idle []*encoder
}

// Kind is a form of tokenizer.
type Kind string

// The forms that can be read.
const (
	ByteLevelBPE  Kind = "byte-level BPE"
	FallbackBPE   Kind = "BPE with byte fallback"
	SentencePiece Kind = "sentencepiece BPE"
	RWKVWorld     Kind = "RWKV World"
	WordLevel     Kind = "words"
)

// splitter finds the next word of a text that is not empty: it begins after skip bytes and has n of them;
// n is 0 where nothing but what is skipped is left.
type splitter func(text string) (skip, n int)

// model appends the ids of one word.
type model interface {
	append(dst []int32, word string) []int32
}

// whole takes the text as one word.
func whole(text string) (skip, n int) { return 0, len(text) }

// Encode returns the ids of a text, without BOS.
func (t *Tokenizer) Encode(text string) []int32 {
	e := t.take()
	defer t.giveBack(e)
	e.encode(text)
	return append(make([]int32, 0, len(e.out)), e.out...)
}

// Prompt returns the ids of a text as a model reads it: with BOS in front, where there is one.
func (t *Tokenizer) Prompt(text string) []int32 {
	ids := t.Encode(text)
	if t.BOS == None {
		return ids
	}
	return append([]int32{t.BOS}, ids...)
}

// Count returns the number of tokens of a text, without BOS.
func (t *Tokenizer) Count(text string) int {
	e := t.take()
	defer t.giveBack(e)
	e.encode(text)
	return len(e.out)
}

// VocabSize is one more than the highest id. A model may store more rows than that, padding its embedding.
func (t *Tokenizer) VocabSize() int { return len(t.pieces) }

// ID returns the id of a piece as its file spells it, and None if there is no such piece.
func (t *Tokenizer) ID(piece string) int32 {
	if id, ok := t.ids[piece]; ok {
		return id
	}
	return None
}

// Additive says whether texts are cut into words before pieces are made, at white space at least: then the
// tokens of a text are those of its words, but for where runs of white space, special and added tokens meet.
func (t *Tokenizer) Additive() bool { return t.additive }

// take returns an encoder that nobody else uses.
func (t *Tokenizer) take() *encoder {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.idle); n > 0 {
		e := t.idle[n-1]
		t.idle = t.idle[:n-1]
		return e
	}
	return &encoder{t: t, seen: make(map[string]span)}
}

func (t *Tokenizer) giveBack(e *encoder) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.idle = append(t.idle, e)
}
