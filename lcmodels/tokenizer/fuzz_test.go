package tokenizer

import (
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParse parses any bytes as a tokenizer, and encodes and decodes with those that are accepted.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"added_tokens": [{"id": 4, "content": "<s>", "normalized": true, "special": true}], "normalizer": {"type": "Sequence", "normalizers":
			[{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
			"decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
			{"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
			"model": {"type": "BPE", "unk_token": "u", "fuse_unk": true, "byte_fallback": true, "vocab": {"▁": 0, "a": 1, "▁a": 2, "u": 3, "<0x62>": 5}, "merges": [["▁", "a"]]}}`,
		`{"normalizer": {"type": "NFC"}, "pre_tokenizer": {"type": "ByteLevel"}, "decoder": {"type": "ByteLevel"},
			"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "Ġ": 3}, "merges": ["a b"]}}`,
		`{"pre_tokenizer": {"type": "WhitespaceSplit"}, "model": {"type": "WordLevel", "vocab": {"[UNK]": 0}, "unk_token": "[UNK]"}}`,
		"1 '\\x00' 1\n2 b'\\xff' 1\n3 \"it's\" 4\n",
		"\x0a\x05\x0a\x01a\x18\x02\x0a\x05\x0a\x01b\x18\x01\x12\x02\x18\x02\x1a\x02\x20\x00",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tok, err := parse(data)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("error has several lines: %v", err)
			}
			return
		}
		for _, text := range []string{"", "a b  ab <s> \u4f60\xff", "it's"} {
			ids := tok.Encode(text)
			if len(ids) != tok.Count(text) {
				t.Errorf("%q: %d ids, counts %d", text, len(ids), tok.Count(text))
			}
			for _, id := range ids {
				if id < 0 || int(id) >= tok.VocabSize() {
					t.Errorf("%q: id %d of %d", text, id, tok.VocabSize())
				}
			}
			if decoded := tok.Decode(ids); !utf8.ValidString(decoded) && utf8.Valid(data) {
				t.Errorf("%q: decodes to %q", text, decoded)
			}
		}
	})
}

// fuzzText checks that a text is decoded to itself, or at least to valid UTF-8, and that Count agrees with Encode.
func fuzzText(f *testing.F, tokenizer string, lossless bool) {
	tok := load(f, tokenizer)
	for _, row := range goldens {
		if row.tokenizer == tokenizer {
			for _, c := range readGolden(f, row.golden).Cases {
				f.Add(c.Text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		ids := tok.Encode(text)
		decoded := tok.Decode(ids)
		if !utf8.ValidString(decoded) {
			t.Errorf("%q decodes to %q", text, decoded)
		}
		if lossless && utf8.ValidString(text) && decoded != text {
			t.Errorf("%q comes back as %q", text, decoded)
		}
		if tok.Count(text) != len(ids) {
			t.Errorf("%q: %d ids, counts %d", text, len(ids), tok.Count(text))
		}
	})
}

func FuzzRWKV(f *testing.F) { fuzzText(f, "rwkv_vocab_v20230424.txt.gz", true) }

// NFC may change a text.
func FuzzNeoX(f *testing.F) { fuzzText(f, "20B_tokenizer.json.gz", false) }

// A ▁ in the text is decoded to a space.
func FuzzLlama2(f *testing.F) { fuzzText(f, "llama2/tokenizer.model", false) }

func FuzzSentencePiece(f *testing.F) {
	data, err := os.ReadFile(fixture(f, "gemma-tiny/tokenizer.model"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		if tok, err := parseSentencePiece(data); err == nil {
			tok.Decode(tok.Encode("a  b\u4f60\xff"))
		}
	})
}
