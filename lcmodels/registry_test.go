package lcmodels

import (
	"slices"
	"strings"
	"testing"

	"longseq/data/published"
)

func TestTheSixAreRegisteredInTheOrderOfFigures(t *testing.T) {
	var names []string
	for _, r := range Registered() {
		names = append(names, r.Name)
		if eos, ok := published.EOSOf(r.Name); !ok || !slices.Equal(r.StopTokens, []int32{eos}) {
			t.Errorf("%s: stop tokens %v, published %d", r.Name, r.StopTokens, eos)
		}
	}
	if want := []string{"transformerpp", "llama", "mamba2", "mamba2attn", "rwkv6", "griffin"}; !slices.Equal(names, want) {
		t.Errorf("registered are %v, want %v", names, want)
	}
	const want = `unknown architecture "mamba3"; did you mean "mamba2"?`
	if _, err := FindRegistration("mamba3"); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestARegistrationThatCannotBeMeantPanics(t *testing.T) {
	parse := ParseAs(DefaultLlama)
	for _, c := range []struct {
		r    Registration
		want string
	}{
		{Registration{Family: &Family{ModelType: "x", Parse: parse}}, "the name is empty"},
		{Registration{Name: "x"}, "no Family that parses"},
		{Registration{Name: "x", Family: &Family{ModelType: "x"}}, "no Family that parses"},
		{Registration{Name: "x", Family: &Family{Parse: parse}}, "either ModelType or Recognises"},
		{Registration{Name: "llama", Family: &Family{ModelType: "x", Parse: parse}}, "an architecture of this name"},
		{Registration{Name: "x", Family: &Family{ModelType: "llama", Parse: parse}}, "model_type llama is that of llama"},
	} {
		func() {
			defer func() {
				if text, _ := recover().(string); !strings.Contains(text, c.want) {
					t.Errorf("%+v: panics with %q, want %q", c.r, text, c.want)
				}
			}()
			Register(c.r)
		}()
	}
	if n := len(Registered()); n != 6 {
		t.Errorf("%d are registered, want 6", n)
	}
}

// unregistered is an architecture that its package has forgotten to register.
type unregistered struct{ Llama }

func (unregistered) Name() string { return "unregistered" }

func TestAnArchitectureThatIsNotRegisteredIsNotWritten(t *testing.T) {
	const want = `format config of unregistered: its package must register it: unknown architecture "unregistered"`
	if _, err := FormatConfig(unregistered{}); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error %v, want %s", err, want)
	}
}

// Two configurations that are read one after the other do not share what their defaults hold.
func TestDefaultsAreNotSharedBetweenConfigurations(t *testing.T) {
	const griffin = `{"model_type": "recurrent_gemma", "hidden_size": 64, "num_hidden_layers": 1, "num_attention_heads": 4, "head_dim": 8, "intermediate_size": 8`
	first, err := ParseConfig([]byte(griffin + `}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParseConfig([]byte(griffin + `, "block_types": ["attention"]}`)); err != nil {
		t.Fatal(err)
	}
	if got := first.(Griffin).BlockTypes; !slices.Equal(got, DefaultGriffin().BlockTypes) {
		t.Errorf("the first configuration has become %v", got)
	}
}

func TestAnAnswerEndsWhereTheModelsFilesThenTheTokenizerThenTheRegistrationSay(t *testing.T) {
	m := &Model{Architecture: DefaultGriffin()}
	if got := m.StopTokens(-1); !slices.Equal(got, []int32{1}) {
		t.Errorf("by registration: %v, want 1", got)
	}
	if got := m.StopTokens(7); !slices.Equal(got, []int32{7}) {
		t.Errorf("by tokenizer: %v, want 7", got)
	}
	m.EOS = []int32{1, 107}
	if got := m.StopTokens(7); !slices.Equal(got, m.EOS) {
		t.Errorf("by its files: %v, want %v", got, m.EOS)
	}
}
