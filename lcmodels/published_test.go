package lcmodels

import "testing"

// Counts of the published models (models' own papers and configurations; RWKV-6's counts its low-rank
// matrices). State is in values of one sequence.
func TestPublishedSizes(t *testing.T) {
	for _, c := range []struct {
		name            string
		model           Architecture
		params          int64
		fixed, perToken int64
	}{
		{"state-spaces/mamba2-2.7b", Mamba2_2B7(), 2_702_599_680, 42_975_232, 0},
		{"state-spaces/mamba2attn-2.7b", Mamba2Attn2B7(), 2_697_590_880, 39_153_664, 46_080},
		{"state-spaces/transformerpp-2.7b", TransformerPP2B7(), 2_666_457_600, 0, 163_840},
		{"RWKV/rwkv-6-world-3b-v2.1", RWKV6World3B(), 3_099_863_040, 5_406_720, 0},
		{"princeton-nlp/Sheared-LLaMA-2.7B", ShearedLlama2B7(), 2_701_560_320, 0, 163_840},
		{"google/recurrentgemma-2b", RecurrentGemma2B(), 2_682_862_080, 8_572_928, 0},
	} {
		if err := c.model.Validate(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := Params(c.model); got != c.params {
			t.Errorf("%s has %d parameters, want %d", c.name, got, c.params)
		}
		const length = 4096
		if got, want := StateBytes(c.model, length), 4*(c.fixed+length*c.perToken); got != want {
			t.Errorf("%s carries %d bytes at %d tokens, want %d", c.name, got, length, want)
		}
	}
}

func TestConfigsAreReadBackAsTheyWereWritten(t *testing.T) {
	for _, a := range []Architecture{Mamba2_2B7(), Mamba2Attn2B7(), TransformerPP2B7(), RWKV6World3B(), ShearedLlama2B7(), RecurrentGemma2B()} {
		raw, err := FormatConfig(a)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseConfig(raw)
		if err != nil {
			t.Fatalf("%s: %v", a.Name(), err)
		}
		again, err := FormatConfig(back)
		if err != nil || string(again) != string(raw) {
			t.Errorf("%s: %v: written\n%s\nread back\n%s", a.Name(), err, raw, again)
		}
	}
}

func TestFLOPsGrowWithLengthAsTheArchitectureSays(t *testing.T) {
	for _, c := range []struct {
		model     Architecture
		quadratic bool
	}{{Mamba2_2B7(), false}, {RWKV6World3B(), false}, {ShearedLlama2B7(), true}, {TransformerPP2B7(), true}} {
		const far = 1 << 20
		ratio := float64(FLOPs(c.model, 2*far)) / float64(FLOPs(c.model, far))
		if c.quadratic != (ratio > 3) || !c.quadratic && ratio > 2.001 {
			t.Errorf("%s: twice the length costs %.3f times as much", c.model.Name(), ratio)
		}
	}
}
