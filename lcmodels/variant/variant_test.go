package variant

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"longseq/internal/jsonfield"
	"longseq/lcmodels"
	"longseq/lcmodels/train"
)

// tiny returns the tiny model of an architecture, for 176 words.
func tiny(t *testing.T, name string) lcmodels.Architecture {
	t.Helper()
	found, err := train.FindTiny(name)
	if err != nil {
		t.Fatal(err)
	}
	a, err := found.Config(176)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestEveryFieldOfTheSixHasAMeaning(t *testing.T) {
	used := map[string]bool{}
	for _, r := range lcmodels.Registered() {
		fields := Fields(tiny(t, r.Name))
		if len(fields) < 10 {
			t.Errorf("%s has %d fields", r.Name, len(fields))
		}
		for _, f := range fields {
			used[f.Path] = true
			if f.Meaning == "" {
				t.Errorf("%s: %s has no meaning", r.Name, f.Path)
			}
			value, err := json.Marshal(f.Value)
			if err != nil {
				t.Fatal(err)
			}
			if string(value) == "null" {
				continue
			}
			if _, err := Set(tiny(t, r.Name), f.Path, value); err != nil {
				t.Errorf("%s: its own value is refused: %v", r.Name, err)
			}
		}
	}
	for path := range meanings {
		if !used[path] {
			t.Errorf("%s is in no configuration", path)
		}
	}
}

func TestAFieldIsSetAsInConfigJSON(t *testing.T) {
	for _, c := range []struct{ base, path, value, want string }{
		{"mamba2", "ssm_cfg.d_state", "16", `"d_state": 16`},
		{"mamba2", "attn_layer_idx", "[1]", `"attn_layer_idx": [`},
		{"transformerpp", "attn_cfg.d_conv", "0", `"d_conv": 0`},
		{"griffin", "block_types", `["attention"]`, `"block_types": [`},
		{"griffin", "attention_window_size", "32", `"attention_window_size": 32`},
	} {
		base := tiny(t, c.base)
		before := fmt.Sprint(base)
		changed, err := Set(base, c.path, json.RawMessage(c.value))
		if err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		if fmt.Sprint(base) != before {
			t.Errorf("%s: the base has changed", c.path)
		}
		text, err := lcmodels.FormatConfig(changed)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), c.want) {
			t.Errorf("%s: config.json has no %s", c.path, c.want)
		}
		back, err := lcmodels.ParseConfig(text)
		if err != nil || fmt.Sprint(back) != fmt.Sprint(changed) {
			t.Errorf("%s: read back as %v, %v", c.path, back, err)
		}
	}
	if a, _ := Set(tiny(t, "mamba2"), "attn_layer_idx", json.RawMessage("[1]")); a.Name() != "mamba2attn" {
		t.Errorf("Mamba-2 with a layer of attention is %s", a.Name())
	}
}

func TestAListDoesNotShareTheBasesMemory(t *testing.T) {
	base := tiny(t, "mamba2attn").(lcmodels.MambaSSM)
	if _, err := Set(base, "attn_layer_idx", json.RawMessage("[0]")); err != nil {
		t.Fatal(err)
	}
	if base.AttnLayers[0] != 1 {
		t.Errorf("the base attends in %v", base.AttnLayers)
	}
}

func TestWhatCannotBeSetIsSaid(t *testing.T) {
	for _, c := range []struct{ path, value, want string }{
		{"ssm_cfg.d_stat", "8", `did you mean "ssm_cfg.d_state"`},
		{"d_state", "8", `unknown field of mamba2's config "d_state"`},
		{"ssm_cfg", "{}", "unknown field"},
		{"ssm_cfg.d_state", "8.5", "ssm_cfg.d_state is 8.5; want a whole number"},
		{"ssm_cfg.d_state", `"8"`, "want a whole number"},
		{"ssm_cfg.d_state", "null", "want a whole number"},
		{"attn_layer_idx", "1", "want a list of whole numbers"},
		{"tie_embeddings", "1", "want a true or false"},
	} {
		if _, err := Set(tiny(t, "mamba2"), c.path, json.RawMessage(c.value)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s = %s: %v, want %q", c.path, c.value, err, c.want)
		}
	}
}

func TestVariantsAreMatchedInParametersOrState(t *testing.T) {
	set := func(a lcmodels.Architecture, path string, value any) lcmodels.Architecture {
		text, _ := json.Marshal(value)
		a, err := Set(a, path, text)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for _, c := range []struct {
		base, path string
		values     []any
		measure    Measure
	}{
		{"mamba2", "ssm_cfg.d_state", []any{8, 16, 32, 64, 128}, Params},
		{"mamba2", "ssm_cfg.headdim", []any{17, 34}, Params},
		{"transformerpp", "attn_cfg.d_conv", []any{4, 0}, Params},
		{"transformerpp", "attn_cfg.rotary_emb_dim", []any{64, 0}, Params},
		{"transformerpp", "d_intermediate", []any{0}, Params},
		{"rwkv6", "head_size", []any{14, 28, 56}, Params},
		{"griffin", "lru_width", []any{64, 128, 192}, Params},
		{"llama", "num_key_value_heads", []any{1}, Params},
		{"mamba2", "ssm_cfg.d_state", []any{16, 32, 64}, State(64)},
	} {
		base := tiny(t, c.base)
		target := c.measure.Of(base)
		for _, value := range c.values {
			changed := set(base, c.path, value)
			got, err := Match(changed, c.measure, target, []string{c.path})
			if err != nil {
				t.Errorf("%s %s = %v: %v", c.base, c.path, value, err)
				continue
			}
			if d := c.measure.Deviation(got, target); math.Abs(d) > MaxDeviation {
				t.Errorf("%s %s = %v: %+.1f%% %s", c.base, c.path, value, 100*d, c.measure.Name)
			}
			if is, _ := jsonfield.Get(got, c.path); is != value {
				t.Errorf("%s: the match has changed %s from %v to %v", c.base, c.path, value, is)
			}
		}
	}
	// What is as large as the target already is not changed.
	for _, r := range lcmodels.Registered() {
		a := tiny(t, r.Name)
		if got, err := Match(a, Params, lcmodels.Params(a), nil); err != nil || fmt.Sprint(got) != fmt.Sprint(a) {
			t.Errorf("%s is matched with itself by %v, %v", r.Name, got, err)
		}
	}
}

func TestAMatchThatCannotBeIsSaid(t *testing.T) {
	base := tiny(t, "mamba2")
	change := func(path, value string) lcmodels.Architecture {
		a, err := Set(base, path, json.RawMessage(value))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for _, c := range []struct {
		a     lcmodels.Architecture
		fixed []string
		want  string
	}{
		{change("ssm_cfg.d_state", "8"), []string{"d_model", "ssm_cfg.d_state"}, "it sets config.d_model, which match would change"},
		{change("ssm_cfg.headdim", "16"), []string{"ssm_cfg.headdim"}, "the nearest has 92144 (-8.3%)"},
		{change("ssm_cfg.ngroups", "7"), []string{"ssm_cfg.ngroups", "d_model", "ssm_cfg.headdim"}, "ssm_cfg.ngroups is 7: must divide the 4 heads"},
	} {
		if _, err := Match(c.a, Params, lcmodels.Params(base), c.fixed); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}
