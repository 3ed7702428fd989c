package tokenizer

import (
	"strings"
	"unicode/utf8"
)

// piece is an entry of the vocabulary.
type piece struct {
	text string
	kind pieceKind
}

type pieceKind uint8

const (
	missing pieceKind = iota // the id is not used
	plain
	oneByte // text is a single byte, which may be a part of a character
	hidden  // a control token of sentencepiece, which has no text
)

// style is the way in which pieces are joined to a text. The styles differ in how they decode invalid UTF-8.
type style uint8

const (
	// joinBytes joins the bytes of all pieces. U+FFFD replaces each maximal part of an incomplete character.
	joinBytes style = iota
	// joinRuns decodes a run of byte pieces if all of it is valid. Otherwise U+FFFD replaces each of its bytes
	// (tokenizer.json with byte fallback).
	joinRuns
	// joinRunsStrip is joinRuns, and drops one leading space of the text.
	joinRunsStrip
	// joinPieces replaces each invalid byte of a run of byte pieces by U+FFFD (sentencepiece).
	joinPieces
	// joinPiecesStrip is joinPieces, and drops the leading space that sentencepiece adds.
	joinPiecesStrip
	// joinWords puts a space between pieces.
	joinWords
)

// Decode returns the text of ids. It contains special tokens, except for the control tokens of sentencepiece, which
// have no text. Unknown ids are skipped.
func (t *Tokenizer) Decode(ids []int32) string {
	d := t.Decoder()
	var b strings.Builder
	for _, id := range ids {
		b.WriteString(d.Next(id))
	}
	b.WriteString(d.Flush())
	return b.String()
}

// Decoder decodes ids one by one, as they are generated. It returns whole characters only. The parts that Next and
// Flush return make up the text that Decode returns.
type Decoder struct {
	t       *Tokenizer
	pending []byte
	begun   bool // text has been returned or a leading space dropped
}

// Decoder returns a Decoder for a new text.
func (t *Tokenizer) Decoder() *Decoder { return &Decoder{t: t} }

// Next decodes the next id. It returns the text that following ids cannot change, which may be empty.
func (d *Decoder) Next(id int32) string {
	if !d.t.Knows(id) {
		return ""
	}
	p := d.t.pieces[id]
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

// Flush ends the text and returns its rest: pending bytes, decoded as they are.
func (d *Decoder) Flush() string {
	if d.t.style == joinBytes {
		rest := strings.ToValidUTF8(string(d.pending), "\uFFFD")
		d.pending = d.pending[:0]
		return rest
	}
	return d.run()
}

// complete removes the complete characters from the front of pending and returns them.
func (d *Decoder) complete() string {
	var b strings.Builder
	at := 0
	for at < len(d.pending) && utf8.FullRune(d.pending[at:]) {
		r, size := utf8.DecodeRune(d.pending[at:])
		if r == utf8.RuneError && size == 1 {
			size = invalidPrefix(d.pending[at:])
		}
		b.WriteRune(r)
		at += size
	}
	d.pending = append(d.pending[:0], d.pending[at:]...)
	return b.String()
}

// invalidPrefix returns the length of the maximal part of a character that invalid text begins with (Unicode
// Standard, "U+FFFD Substitution of Maximal Subparts").
func invalidPrefix(text []byte) int {
	for n := min(3, len(text)); n > 1; n-- {
		if !utf8.FullRune(text[:n]) {
			return n
		}
	}
	return 1
}

// run returns the text of the pending run of byte pieces and clears it.
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
			for _, r := range text { // one RuneError for each invalid byte
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

// piece returns the text of a piece that is not a byte.
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

// strip drops a space at the beginning of the text that is decoded.
func (d *Decoder) strip(text string) string {
	if d.begun || text == "" {
		return text
	}
	d.begun = true
	return strings.TrimPrefix(text, " ")
}
