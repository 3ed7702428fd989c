package generate

import (
	"math"
	"slices"
	"testing"

	"longseq/lcmodels"
)

// sameAnswers compares answers in every bit, times aside.
func sameAnswers(t *testing.T, what string, got, want []Answer) {
	t.Helper()
	for i, a := range got {
		w := want[i]
		if !slices.Equal(a.Tokens, w.Tokens) || math.Float64bits(a.LogProb) != math.Float64bits(w.LogProb) || a.Rank != w.Rank || a.NotFinite != w.NotFinite {
			t.Errorf("%s: answer %d is %+v, want %+v", what, i, a, w)
		}
	}
}

func TestAskingLeavesTheStateAsItWas(t *testing.T) {
	for _, name := range []string{"mamba2attn", "rwkv6", "recurrentgemma"} {
		t.Run(name, func(t *testing.T) {
			r, dir := fixtureReader(t, name, 16)
			text := golden(t, dir, "long_tokens")
			first, more := [][]int32{text[:40], text[50:83]}, [][]int32{text[40:45], text[83:90]}
			questions := []Question{
				{Prompt: text[200:202], Reference: text[202:205], MaxNewTokens: 4},
				{Prompt: text[210:212], Reference: text[212:213], MaxNewTokens: 2},
			}
			read := func(tokens [][]int32, s *lcmodels.State) *lcmodels.State {
				_, s, err := r.Prefill(t.Context(), tokens, make([]int32, 2), s)
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
			finally := func(s *lcmodels.State) []Answer {
				answers, err := r.Continue(t.Context(), questions, s)
				if err != nil {
					t.Fatal(err)
				}
				return answers
			}
			want := finally(read(first, r.Start(2)))
			wantMore := finally(read(more, read(first, r.Start(2))))

			s := read(first, r.Start(2))
			for range 2 {
				var answers []Answer
				var err error
				if answers, s, err = r.Ask(t.Context(), questions, s); err != nil {
					t.Fatal(err)
				}
				sameAnswers(t, "asked on the way", answers, want)
			}
			sameAnswers(t, "after more tokens", finally(read(more, s)), wantMore)
		})
	}
}

func TestTheRoomOfKVCachesChangesNoAnswer(t *testing.T) {
	for _, name := range []string{"llama", "mamba2attn"} {
		t.Run(name, func(t *testing.T) {
			answer := func(r *Reader, prompts ...[]int32) []Answer {
				t.Helper()
				var questions []Question
				for _, p := range prompts {
					questions = append(questions, Question{Prompt: p, Reference: []int32{3, 4}, MaxNewTokens: 3})
				}
				answers, err := r.Answer(t.Context(), questions)
				if err != nil {
					t.Fatal(err)
				}
				return answers
			}
			fresh, dir := fixtureReader(t, name, 16)
			if fresh.b.Native() != nil {
				t.Skip("without native kernels caches begin small")
			}
			text := golden(t, dir, "long_tokens")
			want := answer(fresh, text[:20], text[30:40])
			used, _ := fixtureReader(t, name, 16)
			answer(used, text[:200], text[100:300])
			spare := used.spare
			if spare == nil || spare.Slots <= fresh.spare.Slots {
				t.Fatalf("the spare caches are %+v after 200 tokens, %+v after 20", spare, fresh.spare)
			}
			sameAnswers(t, "in the room of 200 tokens", answer(used, text[:20], text[30:40]), want)
			if used.spare == nil || used.spare.Slots != spare.Slots {
				t.Errorf("the spare caches are %+v, want the room of those of the longer prompts, %d", used.spare, spare.Slots)
			}
		})
	}
}

func TestWhatIsNotFiniteSpoilsNoLaterAnswer(t *testing.T) {
	r := spoiltReader(t, embedding, float32(math.NaN())) // of token 5
	sound, spoilt := Question{Prompt: []int32{1, 2, 3}, Reference: []int32{7, 8}, MaxNewTokens: 3}, Question{Prompt: []int32{1, 5, 3}, MaxNewTokens: 3}
	start := func() *lcmodels.State {
		_, s, err := r.Prefill(t.Context(), [][]int32{{1, 2, 3, 4, 6, 7}}, []int32{0}, r.Start(1))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	want, s, err := r.Ask(t.Context(), []Question{sound}, start())
	if err != nil || want[0].NotFinite {
		t.Fatalf("a sound question: %+v, %v", want, err)
	}
	for _, q := range []Question{spoilt, {Prompt: []int32{1, 2}, Reference: []int32{5, 4, 3}, MaxNewTokens: 1}} {
		var bad []Answer
		if bad, s, err = r.Ask(t.Context(), []Question{q}, s); err != nil || !bad[0].NotFinite {
			t.Fatalf("a question with a spoilt token: %+v, %v", bad, err)
		}
		var got []Answer
		if got, s, err = r.Ask(t.Context(), []Question{sound}, s); err != nil {
			t.Fatal(err)
		}
		sameAnswers(t, "after it", got, want)
	}
	want, err = r.Answer(t.Context(), []Question{sound})
	if err != nil {
		t.Fatal(err)
	}
	if bad, err := r.Answer(t.Context(), []Question{spoilt}); err != nil || !bad[0].NotFinite {
		t.Fatalf("a prompt with a spoilt token: %+v, %v", bad, err)
	}
	got, err := r.Answer(t.Context(), []Question{sound})
	if err != nil {
		t.Fatal(err)
	}
	sameAnswers(t, "after a prompt with it", got, want)
}
