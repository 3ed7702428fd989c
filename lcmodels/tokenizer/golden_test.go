package tokenizer

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"longseq/internal/shared"
)

type golden struct {
	Cases []struct {
		Text    string
		Hex     string
		IDs     []int32
		Decoded *string
	}
}

// fixture returns a file or folder of testdata, or of internal/shared if its licence does not allow a copy here.
func fixture(t testing.TB, path string) string {
	t.Helper()
	if strings.HasPrefix(path, "llama2") {
		return shared.Dir(t, "fixtures/tokenizers/"+path)
	}
	return filepath.Join("testdata", path)
}

func load(t testing.TB, path string) *Tokenizer {
	t.Helper()
	tok, err := Load(fixture(t, path))
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

func readGolden(t testing.TB, path string) golden {
	t.Helper()
	data, err := os.ReadFile(fixture(t, path+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// goldens pairs each file of golden ids with its tokenizer.
var goldens = []struct {
	golden, tokenizer string
	prompt            bool // the ids begin with BOS
	vocab             int
	bos, eos          int32
}{
	{"neox", "20B_tokenizer.json.gz", false, 50277, None, 0},
	{"rwkv-world", "rwkv_vocab_v20230424.txt.gz", false, 65530, None, 0},
	{"llama2", "llama2/tokenizer.model", false, 32000, 1, 2},
	{"llama-tiny", "llama-tiny/tokenizer.model", false, 600, 1, 2},
	{"gemma-tiny", "gemma-tiny/tokenizer.model", false, 700, 2, 1},
	{"llama-tiny-tokenizer-json", "llama-tiny/tokenizer.json", true, 600, 1, 2},
	{"gemma-tiny-tokenizer-json", "gemma-tiny/tokenizer.json", true, 700, 2, 1},
}

func TestIDsAndTextsAreThoseOfTheReference(t *testing.T) {
	for _, row := range goldens {
		t.Run(row.golden, func(t *testing.T) {
			tok := load(t, row.tokenizer)
			if tok.VocabSize() != row.vocab || tok.BOS != row.bos || tok.EOS != row.eos {
				t.Errorf("vocabulary %d, BOS %d, EOS %d, want %d, %d, %d", tok.VocabSize(), tok.BOS, tok.EOS, row.vocab, row.bos, row.eos)
			}
			for _, c := range readGolden(t, row.golden).Cases {
				text := c.Text
				if c.Hex != "" {
					raw, err := hex.DecodeString(c.Hex)
					if err != nil {
						t.Fatal(err)
					}
					text = string(raw)
				}
				got := tok.Encode(text)
				if row.prompt {
					got = tok.Prompt(text)
				}
				if !slices.Equal(got, c.IDs) {
					t.Errorf("%q: ids %v, want %v", text, got, c.IDs)
				}
				if n := tok.Count(text); n != len(tok.Encode(text)) {
					t.Errorf("%q: counts %d", text, n)
				}
				if c.Decoded != nil && tok.Decode(got) != *c.Decoded {
					t.Errorf("%q: decodes to %q, want %q", text, tok.Decode(got), *c.Decoded)
				}
				if tok.Kind == RWKVWorld && c.Hex == "" && tok.Decode(got) != text {
					t.Errorf("%q: comes back as %q", text, tok.Decode(got))
				}
			}
		})
	}
}
