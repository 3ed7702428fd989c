package tokenizer

import (
	"unicode"
	"unicode/utf8"
)

// byteRunes is GPT-2's way to write each byte as a printable rune: printable Latin-1 stands for itself, the
// others for the runes from 256 on.
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

// fromByteRunes returns the bytes that a piece stands for; a piece with any other rune stands for itself.
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
// without its backtracking: a run of white space before a word leaves its last character to the word if
// that is a space, and by itself if it is not.
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

// whiteRun is the length of the white space at the front of text, without its last character if something
// else follows and it is not alone.
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

// contraction is the length of 's, 't, 're, 've, 'm, 'll or 'd at the front of text, or 0.
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

// class is what the pattern tells apart.
type class uint8

const (
	otherClass class = iota
	letter
	number
	whiteSpace
)

// asciiClass holds the class of each byte that is a rune by itself.
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
