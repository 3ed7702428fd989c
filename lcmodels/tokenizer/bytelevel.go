package tokenizer

import (
	"unicode"
	"unicode/utf8"
)

// byteRunes is GPT-2's table of printable runes for bytes (bytes_to_unicode): printable Latin-1 characters for
// themselves, the runes from 256 on for the other bytes in their order. runeBytes is its inverse.
var byteRunes, runeBytes = func() (runes [256]rune, back map[rune]byte) {
	back = make(map[rune]byte)
	other := rune(256)
	for b := range 256 {
		r := rune(b)
		if !(b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae) {
			r = other
			other++
		}
		runes[b] = r
		back[r] = byte(b)
	}
	return runes, back
}()

// fromByteRunes returns the bytes of a piece that is written in byteRunes. A piece with any other rune is returned
// unchanged.
func fromByteRunes(piece string) string {
	out := make([]byte, 0, len(piece))
	for _, r := range piece {
		b, ok := runeBytes[r]
		if !ok {
			return piece
		}
		out = append(out, b)
	}
	return string(out)
}

// gpt2Word is the splitter of GPT-2's pattern
//
//	's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
//
// without backtracking. White space before a word is split before its last character, which joins the word if it is a
// space and is a word of its own otherwise.
func gpt2Word(text string) (skip, n int) {
	if text[0] == '\'' {
		if n := contraction(text); n > 0 {
			return 0, n
		}
	}
	from := 0
	if text[0] == ' ' && len(text) > 1 {
		from = 1
	}
	kind, size := classify(text[from:])
	if kind == whiteSpace {
		return 0, whiteRun(text)
	}
	end := from + size
	for end < len(text) {
		k, size := classify(text[end:])
		if k != kind {
			break
		}
		end += size
	}
	return 0, end
}

// whiteRun returns the length of the white space that text begins with. If other text follows, it leaves out the last
// white space, unless that is the only one.
func whiteRun(text string) int {
	end, last := 0, 0
	for end < len(text) {
		kind, size := classify(text[end:])
		if kind != whiteSpace {
			if last > 0 {
				return last
			}
			return end
		}
		last = end
		end += size
	}
	return end
}

// contraction returns the length of the 's, 't, 're, 've, 'm, 'll or 'd that text begins with, or 0.
func contraction(text string) int {
	if len(text) >= 2 {
		switch text[1] {
		case 's', 't', 'm', 'd':
			return 2
		}
	}
	if len(text) >= 3 {
		switch text[1:3] {
		case "re", "ve", "ll":
			return 3
		}
	}
	return 0
}

// class is a class of runes of the pattern.
type class uint8

const (
	otherClass class = iota
	letter
	number
	whiteSpace
)

// asciiClass holds the class of each ASCII character.
var asciiClass = func() (table [utf8.RuneSelf]class) {
	for r := range rune(utf8.RuneSelf) {
		table[r] = runeClass(r)
	}
	return table
}()

func runeClass(r rune) class {
	switch {
	case unicode.IsLetter(r):
		return letter
	case unicode.IsNumber(r):
		return number
	case unicode.IsSpace(r):
		return whiteSpace
	}
	return otherClass
}

// classify returns the class and length of the first rune of text.
func classify(text string) (class, int) {
	if b := text[0]; b < utf8.RuneSelf {
		return asciiClass[b], 1
	}
	r, size := utf8.DecodeRuneInString(text)
	return runeClass(r), size
}
