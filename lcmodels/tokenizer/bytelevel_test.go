package tokenizer

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// GPT-2's pattern in Go's syntax, without the look-ahead for white space: wordsByPattern does that.
const white = `\t-\r\x{85}\p{Z}`

var gpt2Pattern = regexp.MustCompile(`^(?:'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^` + white + `\p{L}\p{N}]+)`)
var whitePattern = regexp.MustCompile(`^[` + white + `]+`)

func wordsByPattern(text string) (out []string) {
	for len(text) > 0 {
		word := gpt2Pattern.FindString(text)
		if word == "" {
			word = whitePattern.FindString(text)
			if _, last := utf8.DecodeLastRuneInString(word); len(word) < len(text) && last < len(word) { // \s+(?!\S)
				word = word[:len(word)-last]
			}
		}
		out = append(out, word)
		text = text[len(word):]
	}
	return out
}

func TestWordsAreThoseOfGPT2sPattern(t *testing.T) {
	alphabet := []string{" ", "  ", "\n", "\t", "\u00a0", "\u2003", "\x85", "\u0085", "'", "'s", "'re", "'ll", "'", "a", "Z", "\u00e9", "\u4f60", "1", "\u00b2", "\u0663", ".", "-", "\u0301", "\U0001F600", "\xff", "\u200b", "re", "\x1c"}
	random := rand.New(rand.NewPCG(3, 4))
	for range 50_000 {
		var b strings.Builder
		for range random.IntN(12) {
			b.WriteString(alphabet[random.IntN(len(alphabet))])
		}
		text := b.String()
		var got []string
		for rest := text; len(rest) > 0; {
			_, n := gpt2Word(rest)
			got = append(got, rest[:n])
			rest = rest[n:]
		}
		if want := wordsByPattern(text); !slices.Equal(got, want) {
			t.Fatalf("%q: words %q, want %q", text, got, want)
		}
	}
}

// This is what Additive promises.
func TestCountsOfWordsAddUpWhereTheTokenizerSaysSo(t *testing.T) {
	for _, path := range []string{"20B_tokenizer.json.gz", "whitespace-tokenizer"} {
		tok := load(t, path)
		if !tok.Additive() {
			t.Fatalf("%s is not additive", path)
		}
		for _, c := range readGolden(t, "neox").Cases {
			sum, from := 0, 0
			for i := 1; i <= len(c.Text); i++ {
				if i == len(c.Text) || c.Text[i] == ' ' && c.Text[i-1] > ' ' && c.Text[i-1] < 0x7f {
					sum += tok.Count(c.Text[from:i])
					from = i
				}
			}
			if whole := tok.Count(c.Text); sum != whole {
				t.Errorf("%s: %q has %d tokens, its words %d", path, c.Text, whole, sum)
			}
		}
	}
	for _, path := range []string{"rwkv_vocab_v20230424.txt.gz", "llama-tiny/tokenizer.json"} {
		if tok, err := Load(fixture(t, path)); err != nil || tok.Additive() {
			t.Errorf("%s: additive, %v", path, err)
		}
	}
}
