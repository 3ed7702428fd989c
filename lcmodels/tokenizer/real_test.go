package tokenizer

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"longseq/internal/shared"
)

// runc.json holds runs of llama2.c's run.c: BOS, the ids of the prompt, the generated ids.
func TestTheTokenizerOfStoriesAgreesWithRunC(t *testing.T) {
	folder := shared.Dir(t, "fixtures/real/llama-stories260k")
	data, err := os.ReadFile(filepath.Join(folder, "runc.json"))
	if err != nil {
		t.Fatal(err)
	}
	var runs []struct {
		Prompt string
		IDs    []int32
	}
	if err := json.Unmarshal(data, &runs); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"", "tokenizer.json", "tokenizer.model"} {
		tok, err := Load(filepath.Join(folder, file))
		if err != nil {
			t.Fatal(err)
		}
		if file == "" && tok.Kind != FallbackBPE {
			t.Errorf("the folder is %s, want its tokenizer.json, %s", tok.Kind, FallbackBPE)
		}
		for _, run := range runs {
			if got := tok.Prompt(run.Prompt); len(run.IDs) < len(got) || !slices.Equal(got, run.IDs[:len(got)]) {
				t.Errorf("%s: %q: ids %v, run.c began with %v", file, run.Prompt, got, run.IDs[:len(got)])
			}
			if text := tok.Decode(run.IDs[1:]); !strings.HasPrefix(text, run.Prompt) {
				t.Errorf("%s: decodes to %q, not to what begins with %q", file, text, run.Prompt)
			}
		}
	}
}

func TestAFolderPrefersTokenizerJSON(t *testing.T) {
	for folder, want := range map[string]Kind{
		"llama-tiny":           FallbackBPE,
		"gemma-tiny":           FallbackBPE,
		"llama2":               SentencePiece,
		"whitespace-tokenizer": WordLevel,
	} {
		t.Run(folder, func(t *testing.T) {
			if got := load(t, folder).Kind; got != want {
				t.Errorf("%s is %s, want %s", folder, got, want)
			}
		})
	}
}

// Neither the cache of words nor the split at spaces changes the ids.
func TestCachedWordsChangeNothing(t *testing.T) {
	for _, row := range goldens {
		t.Run(row.golden, func(t *testing.T) {
			tok := load(t, row.tokenizer)
			var all strings.Builder
			for _, c := range readGolden(t, row.golden).Cases {
				all.WriteString(c.Text)
			}
			first := tok.Encode(all.String())
			if again := tok.Encode(all.String()); !slices.Equal(first, again) {
				t.Error("the second time differs")
			}
			tok = load(t, row.tokenizer)
			if tok.Kind == FallbackBPE || tok.Kind == SentencePiece {
				tok.next = whole
				if uncut := tok.Encode(all.String()); !slices.Equal(first, uncut) {
					t.Error("cut at spaces it differs")
				}
			}
		})
	}
}
