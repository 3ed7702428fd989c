package pystring

import (
	"strings"
	"unicode"
)

// Lower is str.lower(): Unicode's full mapping to lower case, in which U+0130 becomes two characters and a
// capital sigma at the end of a word becomes a final sigma.
func Lower(s string) string {
	if !strings.ContainsAny(s, "İΣ") {
		return strings.ToLower(s)
	}
	runes := []rune(s)
	var b strings.Builder
	for i, r := range runes {
		switch r {
		case 'İ':
			b.WriteString("i̇")
		case 'Σ':
			b.WriteRune(sigma(runes, i))
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// sigma returns the lower case of the capital sigma at runes[i]. It is final if a cased letter stands before it
// and none after it, where case-ignorable characters are skipped (Unicode 3.13, Final_Sigma).
func sigma(runes []rune, i int) rune {
	before := i - 1
	for before >= 0 && caseIgnorable(runes[before]) {
		before--
	}
	if before < 0 || !cased(runes[before]) {
		return 'σ'
	}
	after := i + 1
	for after < len(runes) && caseIgnorable(runes[after]) {
		after++
	}
	if after < len(runes) && cased(runes[after]) {
		return 'σ'
	}
	return 'ς'
}

// caseIgnorable reports Unicode's Case_Ignorable: marks, format characters, modifiers, and characters that may
// stand inside a word (Word_Break MidLetter, MidNumLet and Single_Quote).
func caseIgnorable(r rune) bool {
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk) ||
		strings.ContainsRune("':.·\u0387\u055f\u05f4‘’․‧\ufe13\ufe52\ufe55＇．：", r)
}

// cased reports Unicode's Cased.
func cased(r rune) bool { return IsUpper(r) || IsLower(r) || unicode.Is(unicode.Lt, r) }

// IsUpper is str.isupper for one character.
func IsUpper(r rune) bool { return unicode.In(r, unicode.Lu, unicode.Other_Uppercase) }

// IsLower is str.islower for one character.
func IsLower(r rune) bool { return unicode.In(r, unicode.Ll, unicode.Other_Lowercase) }
