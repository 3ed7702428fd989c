package tokenizer

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFilesThatAreNoTokenizerAreRefusedInOneLine(t *testing.T) {
	model := func(fields string) string { return `{"model": {` + fields + `}}` }
	packed := func(text string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write([]byte(text))
		w.Close()
		return b.String()
	}
	for _, row := range []struct{ name, content, want string }{
		{"empty", "", "is empty"},
		{"a page", "<!DOCTYPE html>", `begins with "<!DOCTYPE html>"`},
		{"a pointer", "version https://git-lfs.github.com/spec/v1", "begins with"},
		{"JSON that stops", `{"model": `, "unexpected end of JSON input"},
		{"JSON without a model", `{}`, "has no model"},
		{"no vocabulary", model(`"type": "BPE"`), "vocab"},
		{"another model", model(`"type": "Unigram", "vocab": {}`), `model "Unigram"`},
		{"a merge of what is not there", model(`"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]`), `merge 0 of "a" and "b"`},
		{"a merge of three", model(`"type": "BPE", "vocab": {"a": 0}, "merges": ["a b c"]`), "merge of 3 parts"},
		{"two pieces of one id", `{"decoder": null, "model": {"type": "WordLevel", "unk_token": "a", "vocab": {"a": 0, "b": 0}}}`, "two pieces have the id 0"},
		{"an id out of bounds", `{"model": {"type": "WordLevel", "unk_token": "a", "vocab": {"a": 2000000000}}}`, "impossible id 2000000000"},
		{"a negative id", `{"model": {"type": "WordLevel", "unk_token": "a", "vocab": {"a": -1}}}`, "impossible id -1"},
		{"no unknown word", `{"model": {"type": "WordLevel", "unk_token": "b", "vocab": {"a": 0}}}`, `unk_token "b" is not in the vocabulary`},
		{"another normalizer", `{"normalizer": {"type": "Lowercase"}, "model": {"type": "BPE", "vocab": {}}}`, `normalizer "Lowercase"`},
		{"another pre_tokenizer", `{"pre_tokenizer": {"type": "Digits"}, "model": {"type": "BPE", "vocab": {}}}`, `pre_tokenizer "Digits"`},
		{"another decoder", `{"decoder": {"type": "CTC"}, "model": {"type": "BPE", "vocab": {}}}`, `decoder "CTC"`},
		{"another token rule", `{"added_tokens": [{"id": 0, "content": "a", "lstrip": true}], "model": {"type": "BPE", "vocab": {}}}`, `added token "a"`},
		{"a vocabulary without bytes", "1 'a' 1\n", "no token for the byte 0x00"},
		{"a wrong length", "1 'a' 2\n", "line 1: token of 1 bytes"},
		{"no literal", "1 a 1\n", "is not a Python literal"},
		{"an escape that stops", `1 '\x4' 1`, "escape"},
		{"an id twice", "1 'a' 1\n2 'a' 1\n", "line 2"},
		{"a number alone", "17", "line 1"},
		{"noise", "\x0a\xff\xff\xff\xff\x0f", "damaged or cut off"},
		{"a packed page", packed("<html>"), "begins with"},
		{"a packed file that stops", packed(strings.Repeat("a", 1000))[:20], "unexpected EOF"},
	} {
		t.Run(row.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "tokenizer.json")
			if err := os.WriteFile(path, []byte(row.content), 0o644); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			_, err := Load(path)
			if err == nil || !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want one line with %q", err, row.want)
			}
			if took := time.Since(start); took > time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
	if _, err := Load(t.TempDir()); err == nil || !strings.Contains(err.Error(), "no tokenizer in") {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestTheConfigurationNamesTheSpecialTokens(t *testing.T) {
	for _, row := range []struct {
		config   string
		bos, eos int32
	}{
		{"", None, None},
		{`{"bos_token": "<s>", "eos_token": "end"}`, None, 2},
		{`{"add_bos_token": true, "bos_token": {"content": "<s>"}, "eos_token": null}`, 1, None},
	} {
		dir := t.TempDir()
		if err := SaveWords(filepath.Join(dir, "tokenizer.json"), []string{"[UNK]", "<s>", "end"}); err != nil {
			t.Fatal(err)
		}
		if row.config != "" {
			if err := os.WriteFile(filepath.Join(dir, "tokenizer_config.json"), []byte(row.config), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		tok, err := Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		if tok.BOS != row.bos || tok.EOS != row.eos {
			t.Errorf("%s: BOS %d, EOS %d, want %d, %d", row.config, tok.BOS, tok.EOS, row.bos, row.eos)
		}
	}
}
