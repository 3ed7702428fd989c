package models

import (
	"math"
	"slices"
	"testing"

	"longseq/kernelsrc/backend/backendtest"
	"longseq/study/figure"
)

func TestALookFindsTheNeedle(t *testing.T) {
	backendtest.Open(t, "").Finalize()
	for _, name := range []string{"llama", "mamba2", "griffin", "rwkv6", "mamba2attn", "transformerpp"} {
		t.Run(name, func(t *testing.T) {
			sample, err := tiny.Needle(name, 64, 50)
			if err != nil {
				t.Fatal(err)
			}
			sight, err := tiny.Inspect(t.Context(), name, sample)
			if err != nil {
				t.Fatal(err)
			}
			if len(sight.Layers) != 2 || len(sight.Needles) != 1 || sight.Needles[0][1]-sight.Needles[0][0] != 3 {
				t.Fatalf("%d layers, needles at %v", len(sight.Layers), sight.Needles)
			}
			if _, _, percent := sight.OnNeedles(true); percent >= 0 {
				// Trained at this length, it answers rightly: some head looks there.
				if _, err := sight.Attention(figure.Options{}); err != nil {
					t.Error(err)
				}
				if percent < 50 {
					t.Errorf("%.1f%% of attention on the needle", percent)
				}
			}
			if _, _, percent := sight.OnNeedles(false); percent >= 0 {
				if _, err := sight.Decay(figure.Options{}); err != nil {
					t.Error(err)
				}
				if percent < 1 { // it answers rightly, so the needle cannot be gone from every head
					t.Errorf("decay leaves %.2g%% of the needle", percent)
				}
			}
		})
	}
}

func TestWatchingSaysHowTheStateMoves(t *testing.T) {
	backendtest.Open(t, "").Finalize()
	sample, err := tiny.Needle("mamba2", 100, 0)
	if err != nil {
		t.Fatal(err)
	}
	passages, err := tiny.Watch(t.Context(), "mamba2", sample.Prompt, 4)
	if err != nil {
		t.Fatal(err)
	}
	var read []int
	for _, p := range passages {
		read = append(read, p.Tokens)
		if p.StateBytes != passages[0].StateBytes || math.IsNaN(p.Moved) || p.Moved <= 0 {
			t.Errorf("passage %+v", p)
		}
	}
	if !slices.Equal(read, []int{25, 50, 75, 99}) {
		t.Errorf("read up to %v", read)
	}
	if _, err := tiny.Watch(t.Context(), "nobody", "x", 1); err == nil {
		t.Error("no error for an unknown model")
	}
}
