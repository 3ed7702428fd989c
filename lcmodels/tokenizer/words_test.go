package tokenizer

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestWordsAreSavedAsHuggingFaceWritesThem(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "tokenizer.json")
	list := []string{"[UNK]", "key", "\"<&>\"", "\u00e9"}
	if err := SaveWords(path, list); err != nil {
		t.Fatal(err)
	}
	want := `{
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
      "[UNK]": 0,
      "key": 1,
      "\"<&>\"": 2,
      "é": 3
    },
    "unk_token": "[UNK]"
  }
}`
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(data) != want {
		t.Errorf("wrote %s", data)
	}
	tok, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	ids := tok.Encode(" key\u00a0other\n\t\u00e9 ")
	if !slices.Equal(ids, []int32{1, 0, 3}) {
		t.Errorf("ids %v, want 1 0 3", ids)
	}
	if text := tok.Decode(ids); text != "key [UNK] \u00e9" {
		t.Errorf("decodes to %q", text)
	}
	if tok.VocabSize() != 4 || tok.ID("key") != 1 || tok.ID("none") != None || !tok.Additive() {
		t.Errorf("%d pieces, key is %d", tok.VocabSize(), tok.ID("key"))
	}
}

func TestListsThatAreNoWordsAreRefused(t *testing.T) {
	for want, list := range map[string][]string{
		"empty":               nil,
		`"a b"`:               {"a b"},
		`"" at 1`:             {"a", ""},
		`"a" is listed twice`: {"a", "a"},
	} {
		path := filepath.Join(t.TempDir(), "tokenizer.json")
		if err := SaveWords(path, list); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", list, err, want)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%q: wrote a file", list)
		}
	}
}

func TestTemplatesStandAroundTheText(t *testing.T) {
	for model, want := range map[string]string{
		"state-spaces/mamba2-2.7b":                  "a\n\n\nb",
		"princeton-nlp/Sheared-LLaMA-2.7B-ShareGPT": "You are a helpful assistant. Write a response that appropriately completes the request.\n\n### Input:\na\n\n\nb\n\n### Response:",
		"google/recurrentgemma-2b-it":               "<start_of_turn>user\na\n\n\nb<end_of_turn>\n<start_of_turn>model\n",
		"RWKV/rwkv-6-world-3b-v2.1":                 "User: a\nb\n\nAssistant:",
	} {
		if got := TemplateOf(model).Render("a\n\n\nb"); got != want {
			t.Errorf("%s: %q, want %q", model, got, want)
		}
	}
}
