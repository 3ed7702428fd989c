package generate

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"longseq/kernelsrc/backend"
	"longseq/kernelsrc/backend/backendtest"
	"longseq/lcmodels"
)

// six are one checkpoint of each architecture.
var six = []string{"mamba2", "mamba2attn", "transformerpp", "llama", "rwkv6", "recurrentgemma"}

// tolerance is how far a fixture's logits may be from its reference's.
func tolerance(t *testing.T, dir string) float64 {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "golden.json"))
	if err != nil {
		t.Fatal(err)
	}
	var notes struct {
		Tolerance struct {
			Logits float64 `json:"logits_abs"`
		}
	}
	if err := json.Unmarshal(raw, &notes); err != nil {
		t.Fatal(err)
	}
	return notes.Tolerance.Logits
}

func fixtureReader(t *testing.T, name string, chunk int) (*Reader, string) {
	t.Helper()
	dir := filepath.Join(models, name)
	m, err := lcmodels.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	b := backendtest.Open(t, "")
	t.Cleanup(b.Finalize)
	r, err := NewReader(b, m, chunk)
	if err != nil {
		t.Fatal(err)
	}
	return r, dir
}

// unequal makes questions whose prompts have between 1 and 100 tokens; all but two begin with the same 40.
func unequal(text []int32) []Question {
	var questions []Question
	for i, length := range []int{67, 100, 41, 76, 55} {
		prompt := slices.Clone(text[:length])
		for j := 40; j < length; j++ {
			prompt[j] = text[j+7*i]
		}
		questions = append(questions, Question{Prompt: prompt, Reference: text[200+i : 203+i], MaxNewTokens: 3 + 5*(i%3)})
	}
	return append(questions,
		Question{Prompt: text[300:301], Reference: text[301:302], MaxNewTokens: 9},
		Question{Prompt: text[310:330], MaxNewTokens: 1})
}

// TestAnAnswerDoesNotDependOnWhatStandsBesideIt answers questions alone and in batches in which rows are
// refilled, and with a beginning that is read once.
func TestAnAnswerDoesNotDependOnWhatStandsBesideIt(t *testing.T) {
	for _, name := range six {
		t.Run(name, func(t *testing.T) {
			const chunk = 32
			r, dir := fixtureReader(t, name, chunk)
			questions := unequal(golden(t, dir, "long_tokens"))
			// A log-probability moves at most twice as far as the logits, of each of three tokens.
			allowed := 3 * 2 * tolerance(t, dir)
			alone := make([]Answer, len(questions))
			for i, q := range questions {
				answers, err := r.Answer(t.Context(), []Question{q})
				if err != nil {
					t.Fatal(err)
				}
				alone[i] = answers[0]
				if len(alone[i].Tokens) != q.MaxNewTokens {
					t.Fatalf("question %d: %d tokens answered, want %d", i, len(alone[i].Tokens), q.MaxNewTokens)
				}
			}
			worst, exact, all := 0.0, 0, 0
			for _, batch := range []struct{ questions, rows int }{{7, 3}, {5, 3}} {
				answers, err := r.answer(t.Context(), questions[:batch.questions], batch.rows, nil)
				if err != nil {
					t.Fatal(err)
				}
				for i, a := range answers {
					if !slices.Equal(a.Tokens, alone[i].Tokens) || a.Rank != alone[i].Rank {
						t.Errorf("%d questions in %d rows, question %d: answered %v of rank %d, alone %v of rank %d",
							batch.questions, batch.rows, i, a.Tokens, a.Rank, alone[i].Tokens, alone[i].Rank)
					}
					d := math.Abs(a.LogProb - alone[i].LogProb)
					worst, all = max(worst, d), all+1
					if d == 0 {
						exact++
					}
				}
				read := 0
				for _, a := range answers {
					read += a.Read
				}
				if batch.questions == 5 { // they share 40 tokens, one chunk of which is read once
					want := 0
					for _, q := range questions[:5] {
						want += len(q.Prompt)
					}
					if want -= 4 * chunk; read != want {
						t.Errorf("%d tokens of prompts were read, want %d", read, want)
					}
				}
			}
			if !(worst <= allowed) {
				t.Errorf("log-probabilities differ by %.3g, allowed %g", worst, allowed)
			}
			t.Logf("log-probabilities differ by at most %.3g of %g allowed; %d of %d are equal in every bit", worst, allowed, exact, all)
		})
	}
}

func TestStopTokensEndAnswersAndFreeTheirRows(t *testing.T) {
	r, dir := fixtureReader(t, "llama", 32)
	questions := unequal(golden(t, dir, "long_tokens"))
	whole, err := r.answer(t.Context(), questions, len(questions), nil)
	if err != nil {
		t.Fatal(err)
	}
	stop := whole[1].Tokens[2]
	stopped, err := r.answer(t.Context(), questions, 2, []int32{stop})
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range stopped {
		want := whole[i].Tokens
		if at := slices.Index(want, stop); at >= 0 {
			want = want[:at+1]
		}
		if !slices.Equal(a.Tokens, want) {
			t.Errorf("question %d: answered %v, want %v", i, a.Tokens, want)
		}
	}
}

func TestWhatNeedsMoreMemoryThanThereIsIsRefusedWithNumbers(t *testing.T) {
	r, dir := fixtureReader(t, "llama", 32)
	if _, known := backend.FreeMemory(r.b); !known {
		t.Skip("it is not known how much memory the device has")
	}
	text := golden(t, dir, "long_tokens")
	_, err := r.Answer(t.Context(), []Question{{Prompt: text[:4], MaxNewTokens: 1 << 40}})
	var refused *TooLong
	if !errors.As(err, &refused) {
		t.Fatalf("error %v, want a *TooLong", err)
	}
	if refused.Length != 1<<40+4 || refused.Need.State <= refused.Free {
		t.Errorf("refused with %+v", refused)
	}
}
