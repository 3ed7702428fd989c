package tokenizer

import "sync"

// None is the id of a token that a tokenizer does not have.
const None int32 = -1

// Tokenizer converts text to ids and back. It is safe for concurrent use.
type Tokenizer struct {
	// Kind is the algorithm.
	Kind Kind
	// Digest is the SHA-256 of the file's uncompressed content, in hexadecimal. It is empty without a file.
	Digest string
	// BOS begins every prompt and EOS ends an answer. Each is None if there is no such token.
	BOS, EOS int32

	pieces  []piece // by id
	ids     map[string]int32
	special *trie // matched in the text as it is

	normalize func(string) string // may be nil
	added     *trie               // matched in the normalised text
	next      splitter
	model     model
	style     style
	additive  bool

	mu   sync.Mutex
	idle []*encoder
}

// Kind is an algorithm of tokenization.
type Kind string

// The supported algorithms.
const (
	ByteLevelBPE  Kind = "byte-level BPE"
	FallbackBPE   Kind = "BPE with byte fallback"
	SentencePiece Kind = "sentencepiece BPE"
	RWKVWorld     Kind = "RWKV World"
	WordLevel     Kind = "words"
)

// splitter finds the first word of a text that is not empty: it begins after skip bytes and has n bytes. n is 0 if
// the text has no word.
type splitter func(text string) (skip, n int)

// model converts a word to ids, which it appends to dst.
type model interface {
	append(dst []int32, word string) []int32
}

// whole is the splitter that returns the text as one word.
func whole(text string) (skip, n int) { return 0, len(text) }

// Encode returns the ids of a text, without BOS.
func (t *Tokenizer) Encode(text string) []int32 {
	e := t.acquire()
	defer t.release(e)
	e.encode(text)
	return append(make([]int32, 0, len(e.out)), e.out...)
}

// Prompt returns the ids of a text as a prompt: BOS, if the tokenizer has one, and Encode's ids.
func (t *Tokenizer) Prompt(text string) []int32 {
	ids := t.Encode(text)
	if t.BOS == None {
		return ids
	}
	return append([]int32{t.BOS}, ids...)
}

// Count returns the number of tokens of a text, without BOS.
func (t *Tokenizer) Count(text string) int {
	e := t.acquire()
	defer t.release(e)
	e.encode(text)
	return len(e.out)
}

// VocabSize returns the highest id plus one. The embedding of a model may be padded to more rows.
func (t *Tokenizer) VocabSize() int { return len(t.pieces) }

// Knows reports whether an id has a piece.
func (t *Tokenizer) Knows(id int32) bool {
	return id >= 0 && int(id) < len(t.pieces) && t.pieces[id].kind != missing
}

// ID returns the id of a piece, spelled as in its file, and None if there is no such piece.
func (t *Tokenizer) ID(piece string) int32 {
	if id, ok := t.ids[piece]; ok {
		return id
	}
	return None
}

// Additive reports whether the number of tokens of a text is the sum of those of its words: then texts are split at
// least at white space. It does not hold at runs of several white spaces, special tokens and added tokens.
func (t *Tokenizer) Additive() bool { return t.additive }

// acquire returns an encoder for one call.
func (t *Tokenizer) acquire() *encoder {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.idle); n > 0 {
		e := t.idle[n-1]
		t.idle = t.idle[:n-1]
		return e
	}
	return &encoder{t: t, cache: make(map[string]span)}
}

// release keeps an encoder, with its cache, for a later call.
func (t *Tokenizer) release(e *encoder) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.idle = append(t.idle, e)
}
