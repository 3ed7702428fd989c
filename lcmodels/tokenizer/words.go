package tokenizer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"longseq/internal/durable"
)

// words is the model whose pieces are whole words.
type words struct {
	ids     map[string]int32
	unknown int32
}

func (w words) append(dst []int32, word string) []int32 {
	if id, ok := w.ids[word]; ok {
		return append(dst, id)
	}
	return append(dst, w.unknown)
}

// whitespaceWord is the splitter at white space, which it skips.
func whitespaceWord(text string) (skip, n int) {
	begin := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsSpace(r) })
	if begin < 0 {
		return len(text), 0
	}
	end := strings.IndexFunc(text[begin:], unicode.IsSpace)
	if end < 0 {
		end = len(text) - begin
	}
	return begin, end
}

// spacedWord is the splitter before each run of sentencepiece's spaces. It does not change the ids if no piece has a
// space after another character, since then no merge crosses a split.
func spacedWord(text string) (skip, n int) {
	spaces := 0
	for strings.HasPrefix(text[spaces:], space) {
		spaces += len(space)
	}
	if end := strings.Index(text[spaces:], space); end >= 0 {
		return 0, spaces + end
	}
	return 0, len(text)
}

// cutsAtSpaces reports whether spacedWord may be used: the space is a piece, and no piece has a space after another
// character.
func cutsAtSpaces(vocab map[string]int32) bool {
	if _, ok := vocab[space]; !ok {
		return false
	}
	for piece := range vocab {
		if strings.Contains(strings.TrimLeft(piece, space), space) {
			return false
		}
	}
	return true
}

// NewWords returns a tokenizer of whole words, split at white space. The id of a word is its index in the list. The
// first word of the list is the unknown piece, for words that are not listed.
func NewWords(list []string) (*Tokenizer, error) {
	if len(list) == 0 {
		return nil, errors.New("words: the list is empty; its first entry must be the unknown word")
	}
	ids := make(map[string]int32, len(list))
	for i, word := range list {
		if word == "" || strings.ContainsFunc(word, unicode.IsSpace) || !utf8.ValidString(word) {
			return nil, fmt.Errorf("words: %q at %d is not a word", word, i)
		}
		if _, twice := ids[word]; twice {
			return nil, fmt.Errorf("words: %q is listed twice", word)
		}
		ids[word] = int32(i)
	}
	t := &Tokenizer{
		Kind: WordLevel, BOS: None, EOS: None, ids: ids, next: whitespaceWord, model: words{ids, 0}, style: joinWords, additive: true,
	}
	return t, t.usePieces()
}

// SaveWords writes the tokenizer of NewWords as a tokenizer.json of Hugging Face's tokenizers. It writes atomically,
// and equal lists give equal bytes.
func SaveWords(path string, list []string) error {
	if _, err := NewWords(list); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	quote := func(s string) string {
		b.Reset()
		enc.Encode(s) // a string cannot fail
		return strings.TrimSuffix(b.String(), "\n")
	}
	var out strings.Builder
	out.WriteString(`{
  "version": "1.0",
  "truncation": null,
  "padding": null,
  "added_tokens": [],
  "normalizer": null,
  "pre_tokenizer": {
    "type": "WhitespaceSplit"
  },
  "post_processor": null,
  "decoder": null,
  "model": {
    "type": "WordLevel",
    "vocab": {
`)
	for i, word := range list {
		comma := ","
		if i == len(list)-1 {
			comma = ""
		}
		fmt.Fprintf(&out, "      %s: %d%s\n", quote(word), i, comma)
	}
	fmt.Fprintf(&out, "    },\n    \"unk_token\": %s\n  }\n}", quote(list[0]))
	if err := durable.WriteFile(path, []byte(out.String()), 0o644); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
