package lcmodels

import (
	"testing"

	"longseq/data/published"
)

func publishedModel(t *testing.T, name string) Architecture {
	t.Helper()
	a, err := Published(name)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Counts of the published models (models' own papers and configurations; RWKV-6's counts its low-rank
// matrices). State is in values of one sequence.
func TestPublishedSizes(t *testing.T) {
	for _, c := range []struct {
		name            string
		params          int64
		fixed, perToken int64
	}{
		{"state-spaces/mamba2-2.7b", 2_702_599_680, 42_975_232, 0},
		{"state-spaces/mamba2attn-2.7b", 2_697_590_880, 39_153_664, 46_080},
		{"state-spaces/transformerpp-2.7b", 2_666_457_600, 0, 163_840},
		{"RWKV/rwkv-6-world-3b-v2.1", 3_099_863_040, 5_406_720, 0},
		{"princeton-nlp/Sheared-LLaMA-2.7B", 2_701_560_320, 0, 163_840},
		{"google/recurrentgemma-2b", 2_682_862_080, 8_572_928, 0},
	} {
		a := publishedModel(t, c.name)
		if got := Params(a); got != c.params {
			t.Errorf("%s has %d parameters, want %d", c.name, got, c.params)
		}
		const length = 4096
		if got, want := StateBytes(a, length), 4*(c.fixed+length*c.perToken); got != want {
			t.Errorf("%s carries %d bytes at %d tokens, want %d", c.name, got, length, want)
		}
	}
}

func TestConfigsAreReadBackAsTheyWereWritten(t *testing.T) {
	for _, m := range published.Models() {
		a := publishedModel(t, m.Hub)
		if a.Name() != m.Architecture {
			t.Errorf("%s is of %s, want %s", m.Hub, a.Name(), m.Architecture)
		}
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
		model     string
		quadratic bool
	}{{"Mamba2", false}, {"RWKV", false}, {"SL", true}, {"TPP", true}} {
		a := publishedModel(t, c.model)
		const far = 1 << 20
		ratio := float64(FLOPs(a, 2*far)) / float64(FLOPs(a, far))
		if c.quadratic != (ratio > 3) || !c.quadratic && ratio > 2.001 {
			t.Errorf("%s: twice the length costs %.3f times as much", c.model, ratio)
		}
	}
}
