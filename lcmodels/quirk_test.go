package lcmodels_test

import (
	"errors"
	"fmt"
	"testing"

	"longseq/lcmodels"
)

// openQuirk opens a golden folder as the quirk's reference computes it.
func openQuirk(t *testing.T, name string, q lcmodels.Quirk) *golden {
	t.Helper()
	g := openGolden(t, name)
	a, err := lcmodels.WithQuirk(g.model.Architecture, q)
	check(t, err)
	g.model.Architecture = a
	return g
}

func TestQuirksEqualTheReferencesThatHaveThem(t *testing.T) {
	b := open(t)
	for _, c := range []struct {
		model, golden string
		quirk         lcmodels.Quirk
		length        int   // tokens of row 0 that are read
		cuts          []int // the first is where the prompt ends
	}{
		{"mamba2attn", "quirk_decode_logits", lcmodels.MambaSSMDecode, 30, []int{24, 27}},
		{"mamba2attn", "quirk_decode_logits", lcmodels.MambaSSMDecode, 30, []int{24, 25, 26, 27, 28, 29}},
		{"recurrentgemma", "quirk_hf2024_last8_logits", lcmodels.Transformers2024, 96, []int{90, 91, 95}},
		{"recurrentgemma-it-bf16", "quirk_hf2024_last8_logits", lcmodels.Transformers2024, 70, []int{64}},
		{"recurrentgemma", "deepmind_logits", lcmodels.DeepMindWindow, 96, []int{1, 37, 64}},
		{"recurrentgemma-it-bf16", "deepmind_logits", lcmodels.DeepMindWindow, 70, []int{33}},
	} {
		t.Run(fmt.Sprintf("%s %s cut at %v", c.model, c.quirk, c.cuts), func(t *testing.T) {
			g := openQuirk(t, c.model, c.quirk)
			tokens := g.tokens(t, "tokens")[:1]
			tokens[0] = tokens[0][:c.length]
			want, err := g.tensors.Float32(c.golden)
			check(t, err)
			got, _ := newReader(t, b, g.model).readCut(t, tokens, c.cuts)
			within(t, c.golden, got[len(got)-len(want):], want, g.notes.Tolerance.Logits)
		})
	}
}

func TestAQuirkOfAModelThatDoesNotHaveItIsRefused(t *testing.T) {
	for _, c := range []struct {
		model string
		quirk lcmodels.Quirk
	}{
		{"Mamba2", lcmodels.MambaSSMDecode},
		{"TPP", lcmodels.MambaSSMDecode}, // attends without a convolution
		{"M2A", lcmodels.DeepMindWindow},
		{"SL", lcmodels.Transformers2024},
		{"RG", lcmodels.MambaSSMDecode},
	} {
		a, err := lcmodels.Published(c.model)
		check(t, err)
		if _, err := lcmodels.WithQuirk(a, c.quirk); !errors.Is(err, lcmodels.ErrNotItsQuirk) {
			t.Errorf("%s, quirk %s: got %v, want %v", c.model, c.quirk, err, lcmodels.ErrNotItsQuirk)
		}
	}
	const want = `unknown quirk "transformers-2025"; did you mean "transformers-2024"?`
	if _, err := lcmodels.ParseQuirk("transformers-2025"); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
