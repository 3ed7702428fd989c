package tokenizer

import (
	"strings"
	"unicode/utf8"
)

// piece is what an id stands for.
type piece struct {
	text string
	kind pieceKind
}

type pieceKind uint8

const (
	missing pieceKind = iota // the id is not used
	plain
	oneByte // text is a single byte, part of a character perhaps
	hidden  // a control token, which has no text
)

// style is how pieces become text.
type style uint8

const (
	// joinBytes: the bytes of all pieces one after the other; one U+FFFD for each maximal part of a broken character.
	joinBytes style = iota
	// joinRuns: bytes count as text only where a run of byte pieces is wholly valid; else one U+FFFD for each
	// of them. (tokenizer.json with byte fallback)
	joinRuns
	// joinRunsStrip is joinRuns without one space at the front.
	joinRunsStrip
	// joinPieces: one U+FFFD for each bad byte of a run of byte pieces. (sentencepiece)
	joinPieces
	// joinPiecesStrip is joinPieces without the dummy space at the front.
	joinPiecesStrip
	// joinWords: a space between words.
	joinWords
)

// Decode returns the text of ids. Special tokens are part of it, but for sentencepiece's control
// tokens, which have none. Ids that stand for nothing are left out.
func (t *Tokenizer) Decode(ids []int32) string {
	d := t.Decoder()
	var b strings.Builder
	for _, id := range ids {
		b.WriteString(d.Next(id))
	}
	b.WriteString(d.Flush())
	return b.String()
}

// Decoder returns the text of ids one by one. What it returns is always whole characters, and all of it
// together is what Decode returns.
type Decoder struct {
	t       *Tokenizer
	pending []byte
	begun   bool // something has been returned, or the space at the front been dropped
}

// Decoder starts a text.
func (t *Tokenizer) Decoder() *Decoder { return &Decoder{t: t} }

// Next takes the next id and returns the text that is certain by now, often none.
func (d *Decoder) Next(id int32) string {
	if id < 0 || int(id) >= len(d.t.pieces) {
		return ""
	}
	p := d.t.pieces[id]
	if p.kind == missing {
		return ""
	}
	switch d.t.style {
	case joinBytes:
		d.pending = append(d.pending, p.text...)
		return d.complete()
	case joinWords:
		if d.begun {
			return " " + p.text
		}
		d.begun = true
		return p.text
	}
	if p.kind == oneByte {
		d.pending = append(d.pending, p.text...)
		return ""
	}
	return d.run() + d.piece(p)
}

// Flush returns what is left at the end of a text: the rest of a broken character.
func (d *Decoder) Flush() string {
	if d.t.style == joinBytes {
		rest := strings.ToValidUTF8(string(d.pending), "\uFFFD")
		d.pending = d.pending[:0]
		return rest
	}
	return d.run()
}

// complete takes the whole characters from the front of pending.
func (d *Decoder) complete() string {
	var b strings.Builder
	at := 0
	for at < len(d.pending) && utf8.FullRune(d.pending[at:]) {
		r, size := utf8.DecodeRune(d.pending[at:])
		if r == utf8.RuneError && size == 1 {
			size = badPart(d.pending[at:])
		}
		b.WriteRune(r)
		at += size
	}
	d.pending = append(d.pending[:0], d.pending[at:]...)
	return b.String()
}

// badPart is the length of the maximal part of a character that text, which is not valid, begins with.
func badPart(text []byte) int {
	for n := min(3, len(text)); n > 1; n-- {
		if !utf8.FullRune(text[:n]) {
			return n
		}
	}
	return 1
}

// run turns the pending run of bytes into text.
func (d *Decoder) run() string {
	if len(d.pending) == 0 {
		return ""
	}
	text := string(d.pending)
	d.pending = d.pending[:0]
	if !utf8.ValidString(text) {
		if d.t.style == joinRuns || d.t.style == joinRunsStrip {
			text = strings.Repeat("\uFFFD", len(text))
		} else {
			var b strings.Builder
			for _, r := range text { // one RuneError for each bad byte
				b.WriteRune(r)
			}
			text = b.String()
		}
	}
	if d.t.style == joinRunsStrip {
		return d.strip(text)
	}
	d.begun = true
	return text
}

// piece turns a piece that is no byte into text.
func (d *Decoder) piece(p piece) string {
	if p.kind == hidden {
		return ""
	}
	text := strings.ReplaceAll(p.text, space, " ")
	if d.t.style == joinRunsStrip || d.t.style == joinPiecesStrip {
		return d.strip(text)
	}
	return text
}

// strip drops a space at the front of the whole text.
func (d *Decoder) strip(text string) string {
	if d.begun || text == "" {
		return text
	}
	d.begun = true
	return strings.TrimPrefix(text, " ")
}
