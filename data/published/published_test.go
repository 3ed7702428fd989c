package published

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"longseq/internal/shared"
)

// Table 5, as the paper's text has it.
func TestTheModelsAreTheRowsOfTable5(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(shared.Dir(t, "paper"), "paper.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range Models() {
		if !strings.Contains(string(raw), "\n"+m.Public+" "+m.Hub+"\n") {
			t.Errorf("%s %s is not a row of Table 5", m.Public, m.Hub)
		}
	}
}

func TestAModelIsFoundByEachOfItsNames(t *testing.T) {
	if len(Models()) != 8 {
		t.Errorf("%d models, want 8", len(Models()))
	}
	for _, m := range Models() {
		for _, name := range []string{m.Name, m.Public, strings.ToUpper(m.Hub)} {
			if found, err := Find(name); err != nil || found != m {
				t.Errorf("%s: got %v, %v", name, found, err)
			}
		}
	}
	const want = `unknown model of the paper "GPT-4"; known: M2A, Mamba2, RG, RG-IT, RWKV, SL, SL-IT, TPP`
	if _, err := Find("GPT-4"); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestWhatTheFilesSayIsWhatTheTableSays(t *testing.T) {
	for _, m := range Models() {
		var c struct {
			EOS *int32 `json:"eos_token_id"`
		}
		if err := json.Unmarshal(m.Config(), &c); err != nil {
			t.Fatalf("%s: %v", m.Hub, err)
		}
		if c.EOS != nil && *c.EOS != m.EOS {
			t.Errorf("%s: its config.json has EOS %d, the table %d", m.Hub, *c.EOS, m.EOS)
		}
	}
}

func TestAModelThatIsNotInTheTableHasItsOwnTokenizerAndNoTemplate(t *testing.T) {
	if got := TokenizerOf("a/b"); got != "a/b" {
		t.Errorf("tokenizer %s", got)
	}
	if got := TemplateOf("a/b"); got != "base" {
		t.Errorf("template %s", got)
	}
	if _, ok := EOSOf("mingru"); ok {
		t.Error("an EOS of no model")
	}
}
