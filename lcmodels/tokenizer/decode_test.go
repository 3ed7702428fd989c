package tokenizer

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// tiny returns a tokenizer of three byte pieces, a space, a word and a control token that decodes in style s.
func tiny(s style) *Tokenizer {
	return &Tokenizer{style: s, pieces: []piece{
		{"\xe4", oneByte}, {"\xbd", oneByte}, {"\xa0", oneByte}, {space + "a", plain}, {"", hidden}, {space, plain}, {}, {"b", plain},
	}}
}

// The libraries decode invalid UTF-8 in different ways; see style.
func TestBrokenCharactersDecodeAsEachLibraryDoes(t *testing.T) {
	const bad = "\uFFFD"
	for _, row := range []struct {
		name  string
		style style
		ids   []int32
		want  string
	}{
		{"a whole character", joinBytes, []int32{0, 1, 2, 7}, "\u4f60b"},
		{"one for two thirds of a character", joinBytes, []int32{0, 1, 7}, bad + "b"},
		{"one for two thirds at the end", joinBytes, []int32{7, 0, 1}, "b" + bad},
		{"one for each stray byte", joinBytes, []int32{1, 2, 7}, bad + bad + "b"},
		{"one for each part", joinBytes, []int32{0, 1, 0, 1, 2}, bad + "\u4f60"},
		{"sentencepiece: one for each bad byte", joinPieces, []int32{0, 1, 7}, bad + bad + "b"},
		{"sentencepiece: the good of a run stays", joinPieces, []int32{1, 0, 1, 2, 7}, bad + "\u4f60b"},
		{"tokenizer.json: a run is good or bad as a whole", joinRuns, []int32{1, 0, 1, 2, 7}, strings.Repeat(bad, 4) + "b"},
		{"tokenizer.json: a good run", joinRuns, []int32{0, 1, 2, 7}, "\u4f60b"},
		{"tokenizer.json: a run ends at a piece", joinRuns, []int32{0, 7, 1, 2}, bad + "b" + bad + bad},
		{"the dummy space is dropped", joinPiecesStrip, []int32{3, 3}, "a a"},
		{"the dummy space is dropped behind a control token", joinPiecesStrip, []int32{4, 3}, "a"},
		{"a space alone is the dummy", joinPiecesStrip, []int32{5, 3}, " a"},
		{"no dummy behind bytes", joinPiecesStrip, []int32{0, 1, 2, 3}, "\u4f60 a"},
		{"one space is stripped", joinRunsStrip, []int32{5, 5, 3}, "  a"},
		{"no strip", joinRuns, []int32{3, 3}, " a a"},
		{"ids that stand for nothing", joinBytes, []int32{-1, 6, 99, 7}, "b"},
		{"words", joinWords, []int32{7, 7}, "b b"},
	} {
		if got := tiny(row.style).Decode(row.ids); got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

// For any bytes, a Decoder returns valid UTF-8 at each step, and perPart's text in all.
func TestStreamingNeverEmitsHalfACharacter(t *testing.T) {
	all := &Tokenizer{style: joinBytes}
	for b := range 256 {
		all.pieces = append(all.pieces, piece{string([]byte{byte(b)}), plain})
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		raw := []byte(strings.Repeat("a\u00e9\u4f60\U0001F600", 2))
		for range random.IntN(5) {
			raw[random.IntN(len(raw))] = byte(random.IntN(256))
		}
		d := all.Decoder()
		var got strings.Builder
		for _, b := range raw {
			part := d.Next(int32(b))
			if !utf8.ValidString(part) {
				t.Fatalf("%q: emits %q", raw, part)
			}
			got.WriteString(part)
		}
		got.WriteString(d.Flush())
		if want := perPart(raw); got.String() != want {
			t.Fatalf("%q decodes to %q, want %q", raw, got.String(), want)
		}
	}
}

// perPart replaces each maximal part of a character by U+FFFD, by Unicode's table 3-7: a part is as
// many bytes as some character begins with.
func perPart(raw []byte) string {
	var out strings.Builder
	for len(raw) > 0 {
		if r, n := utf8.DecodeRune(raw); r != utf8.RuneError || n > 1 {
			out.WriteRune(r)
			raw = raw[n:]
			continue
		}
		longest := 1
		for n := 2; n <= 3 && n <= len(raw); n++ {
			if begins(raw[:n]) {
				longest = n
			}
		}
		out.WriteString("\uFFFD")
		raw = raw[longest:]
	}
	return out.String()
}

// begins reports whether part and one or two more bytes are a character.
func begins(part []byte) bool {
	for a := 0x80; a < 0xc0; a++ {
		one := append(append([]byte(nil), part...), byte(a))
		if utf8.Valid(one) || utf8.Valid(append(one, 0x80)) {
			return true
		}
	}
	return false
}
