package generate

import (
	"math"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/lcmodels"
)

// What decay keeps is what a state loses: of two readings of the same tokens, one with the first layer's state taken
// away half-way, the states differ in the end by what was kept of it. (The first layer's decays depend on the tokens
// alone.)
func TestDecayKeepsWhatTheStateKeeps(t *testing.T) {
	for _, c := range []struct{ name, state string }{{"mamba2", "0.ssm"}, {"rwkv6", "0.wkv"}, {"recurrentgemma", "0.h"}} {
		t.Run(c.name, func(t *testing.T) {
			r, dir := fixtureReader(t, c.name, 16)
			text := golden(t, dir, "long_tokens")[:40]
			const half = 28
			layers, err := r.Inspect(t.Context(), text)
			if err != nil {
				t.Fatal(err)
			}
			kept := layers[0].Kept
			if layers[0].Attends || len(kept[0]) != len(text) {
				t.Fatalf("layer 0 shows %d tokens, attends %v", len(kept[0]), layers[0].Attends)
			}
			read := func(tokens []int32, s *lcmodels.State) *lcmodels.State {
				_, s, err := r.Prefill(t.Context(), [][]int32{tokens}, []int32{0}, s)
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
			values := func(s *lcmodels.State) []float32 {
				v, _, err := s.Values(c.state)
				if err != nil {
					t.Fatal(err)
				}
				return v
			}
			middle := read(text[:half], r.Start(1))
			had := values(middle)
			without, err := r.Fork(middle)
			if err != nil {
				t.Fatal(err)
			}
			for i, spec := range without.Specs {
				if spec.Name == c.state {
					without.Tensors[i] = tensors.FromShape(without.Tensors[i].Shape())
				}
			}
			with, none := values(read(text[half:], middle)), values(read(text[half:], without))
			each := len(had) / allChannels(len(had), c.name, r) // values that share a decay
			worst := 0.0
			for channel, share := range kept {
				at := channel * (len(had) / each / len(kept)) * each
				for i := at; i < at+each; i++ {
					want := share[half-1] * float64(had[i])
					worst = max(worst, math.Abs(float64(with[i]-none[i])-want))
				}
			}
			const rounding = 1e-4 // the fixtures' for states
			if !(worst <= rounding) {
				t.Errorf("what is kept of the state is off by %.3g", worst)
			}
			t.Logf("off by at most %.2g", worst)
		})
	}
}

// allChannels is how many decays the first layer has.
func allChannels(values int, name string, r *Reader) int {
	switch name {
	case "mamba2": // one a head
		a := r.model.Architecture.(lcmodels.MambaSSM)
		return a.SSM.Expand * a.DModel / a.SSM.HeadDim
	case "rwkv6": // one a key channel
		return values / r.model.Architecture.(lcmodels.RWKV6).HeadSize
	}
	return values
}

func TestAttentionLooksAtWhatWasReadHoweverItWasCut(t *testing.T) {
	for _, name := range []string{"llama", "transformerpp", "mamba2attn", "recurrentgemma"} {
		t.Run(name, func(t *testing.T) {
			r, dir := fixtureReader(t, name, 16)
			text := golden(t, dir, "long_tokens")[:40]
			cut, err := r.Inspect(t.Context(), text)
			if err != nil {
				t.Fatal(err)
			}
			r.chunk = 64
			whole, err := r.Inspect(t.Context(), text)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(cut, func(s Inspection) bool { return s.Attends }) {
				t.Fatal("no layer attends")
			}
			for i, layer := range cut {
				for head, kept := range layer.Kept {
					sum := 0.0
					for token, share := range kept {
						const rounding = 1e-5
						if d := math.Abs(share - whole[i].Kept[head][token]); !(d <= rounding) {
							t.Fatalf("layer %d, head %d, token %d: %g in chunks, %g at once", layer.Layer, head, token, share, whole[i].Kept[head][token])
						}
						sum += share
					}
					if layer.Attends && math.Abs(sum-1) > 1e-5 {
						t.Errorf("layer %d, head %d: weights add up to %g", layer.Layer, head, sum)
					}
				}
			}
		})
	}
}
