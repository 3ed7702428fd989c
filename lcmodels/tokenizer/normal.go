package tokenizer

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// joiner is the rune that x/text inserts after 30 marks in a row (Unicode's Stream-Safe Text Format). The reference
// tokenizers normalise without it.
const joiner = "\u034f"

// normalize returns a text in normal form C, or in KC if compatible is set.
func normalize(text string, compatible bool) string {
	form, decomposed := norm.NFC, norm.NFD
	if compatible {
		form, decomposed = norm.NFKC, norm.NFKD
	}
	out := form.String(text)
	if strings.Count(out, joiner) == strings.Count(text, joiner) {
		return out
	}
	return compose(decompose(text, decomposed))
}

// decompose returns the runes of a text in full decomposition, with runs of marks in canonical order.
func decompose(text string, form norm.Form) []rune {
	var runes []rune
	for _, r := range text {
		runes = append(runes, []rune(form.String(string(r)))...)
	}
	for start := 0; start < len(runes); {
		end := start + 1
		if combining(runes[start]) > 0 {
			for end < len(runes) && combining(runes[end]) > 0 {
				end++
			}
			slices.SortStableFunc(runes[start:end], func(a, b rune) int { return int(combining(a)) - int(combining(b)) })
		}
		start = end
	}
	return runes
}

// compose replaces each rune and the starter before it by their composition, if there is one and no rune between them
// blocks it (Unicode Standard, D117).
func compose(runes []rune) string {
	out := runes[:0]
	starter := -1 // its index in out
	var before uint8
	for _, r := range runes {
		class := combining(r)
		if starter >= 0 && (starter == len(out)-1 || before < class) {
			joined := norm.NFC.String(string(out[starter]) + string(r))
			if one, size := utf8.DecodeRuneInString(joined); size == len(joined) {
				out[starter] = one
				continue
			}
		}
		if class == 0 {
			starter = len(out)
		}
		before = class
		out = append(out, r)
	}
	return string(out)
}

// combining returns a rune's canonical combining class, 0 for a starter.
func combining(r rune) uint8 { return norm.NFC.PropertiesString(string(r)).CCC() }
