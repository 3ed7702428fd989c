package compare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"longseq/study/stats"
)

// answersOf draws answers of models a, b, ... at lengths, with chances[model][length] of being right.
func answersOf(random *rand.Rand, chances [][]float64, lengths []int, seeds, questions, depths int) []Answer {
	var list []Answer
	for m, of := range chances {
		for l, length := range lengths {
			for seed := range seeds {
				for q := range questions {
					for d := range depths {
						a := Answer{Model: string(rune('a' + m)), Length: length, Sample: q, Depth: float64(25 * d), LogProb: math.NaN()}
						if seeds > 1 {
							a.TrainSeed = int64(seed + 1)
						}
						if random.Float64() < of[l] {
							a.Score = 1
						}
						list = append(list, a)
					}
				}
			}
		}
	}
	return list
}

func asJSON(t *testing.T, answers []Answer, o Options) string {
	t.Helper()
	r, err := Compare(answers, o)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheOrderOfAnswersChangesNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, seeds := range []int{1, 3} {
		answers := answersOf(random, [][]float64{{0.9, 0.5}, {0.8, 0.6}, {0.8, 0.2}}, []int{64, 128}, seeds, 30, 3)
		for _, by := range [][]string{nil, {}, {"length", "depth"}} {
			want := asJSON(t, answers, Options{By: by})
			for range 3 {
				random.Shuffle(len(answers), func(i, j int) { answers[i], answers[j] = answers[j], answers[i] })
				if got := asJSON(t, answers, Options{By: by}); got != want {
					t.Fatalf("%d seeds, by %v: another result in another order", seeds, by)
				}
			}
		}
	}
}

// The contract: each model in each cell, each pair in each cell, each model's effective length, and the keys of all of them.
func TestTheResultHasTheKeysOfTheContract(t *testing.T) {
	answers := answersOf(rand.New(rand.NewPCG(2, 1)), [][]float64{{1, 1}, {0.7, 0.1}}, []int{64, 128}, 2, 40, 2)
	var r struct{ Scores, Differences, Effective, Factors []map[string]any }
	if err := json.Unmarshal([]byte(asJSON(t, answers, Options{By: []string{"length", "depth"}})), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Scores) != 8 || len(r.Differences) != 4 || len(r.Effective) != 2 || len(r.Factors) == 0 {
		t.Fatalf("%d scores, %d differences, %d effective lengths, %d factors", len(r.Scores), len(r.Differences), len(r.Effective), len(r.Factors))
	}
	for _, check := range []struct {
		of   map[string]any
		keys string
	}{
		{r.Scores[0], "model length depth n seeds scope score low high confidence method"},
		{r.Differences[0], "a b length depth difference low high p p_family scope"},
		{r.Effective[0], "model length low high censored scope"},
		{r.Factors[0], "factor share low high"},
	} {
		want := strings.Fields(check.keys)
		for _, key := range want {
			if _, ok := check.of[key]; !ok {
				t.Errorf("%v has no %s", check.of, key)
			}
		}
		if len(want) != len(check.of) {
			t.Errorf("%v, want only %v", check.of, want)
		}
	}
	if e := r.Effective[0]; e["censored"] != "above" || e["length"] != 128.0 || e["high"] != nil {
		t.Errorf("always right: %v", e)
	}
	if e := r.Effective[1]; e["censored"] != "below" || e["length"] != 64.0 || e["low"] != nil {
		t.Errorf("below from the start: %v", e)
	}
	total := 0.0
	for _, f := range r.Factors {
		total += f["share"].(float64)
	}
	if math.Abs(total-1) > 1e-9 {
		t.Errorf("shares sum to %v", total)
	}
}

// With one stratum the score is the plain mean; with strata it is their plain mean, whatever their sizes.
func TestAScoreIsTheMeanOfItsStrata(t *testing.T) {
	var answers []Answer
	add := func(depth float64, sample int, score float64) {
		answers = append(answers, Answer{Model: "m", Length: 64, Depth: depth, Sample: sample, Score: score, LogProb: math.NaN()})
	}
	for q := range 10 {
		add(0, q, 1)
	}
	for q := range 30 {
		add(100, q, float64(q%3)/2)
	}
	r, err := Compare(answers, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s := r.Scores[0]; math.Abs(s.Score-0.75) > 1e-12 || s.N != 30 || s.Scope != Checkpoint || !(s.Low < 0.75 && 0.75 < s.High) {
		t.Errorf("%+v, want 0.75 of 30 questions", s)
	}
}

// A question asked at five depths with the same result is no more than one answer: the interval is as wide as at one depth.
func TestDepthsOfAQuestionAreOneCluster(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 1))
	one := answersOf(random, [][]float64{{0.7}}, []int{64}, 1, 100, 1)
	var five []Answer
	for _, a := range one {
		for d := range 5 {
			a.Depth = float64(d)
			five = append(five, a)
		}
	}
	a, errA := Compare(one, Options{})
	b, errB := Compare(five, Options{})
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	if x, y := a.Scores[0], b.Scores[0]; math.Abs(x.Low-y.Low) > 1e-8 || math.Abs(x.High-y.High) > 1e-8 || x.N != y.N {
		t.Errorf("%+v at one depth, %+v at five", x, y)
	}
}

func TestWhatOnlyOneModelAnsweredIsInNoDifference(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 1))
	answers := answersOf(random, [][]float64{{0.7}, {0.5}}, []int{64}, 1, 50, 2)
	want, err := Compare(answers, Options{})
	if err != nil {
		t.Fatal(err)
	}
	more := slices.Clone(answers)
	for q := 50; q < 80; q++ {
		more = append(more, Answer{Model: "a", Length: 64, Sample: q, Depth: 0, LogProb: math.NaN()})
	}
	more = append(more, Answer{Model: "a", Length: 64, Sample: 0, Depth: 75, LogProb: math.NaN()})
	got, err := Compare(more, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if g, w := got.Differences[0], want.Differences[0]; math.Abs(g.Difference-w.Difference) > 1e-12 || math.Abs(g.Low-w.Low) > 1e-9 || g.P != w.P {
		t.Errorf("%+v, want %+v", g, w)
	}
}

// A model trained once and one trained thrice are compared as checkpoints.
func TestScopes(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 1))
	answers := answersOf(random, [][]float64{{0.7}, {0.5}}, []int{64}, 3, 50, 1)
	answers = slices.DeleteFunc(answers, func(a Answer) bool { return a.Model == "b" && a.TrainSeed > 1 })
	r, err := Compare(answers, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Scores[0].Scope != Architecture || r.Scores[1].Scope != Checkpoint || r.Differences[0].Scope != Checkpoint || r.Scores[0].Seeds != 3 {
		t.Errorf("%+v", r)
	}
}

// Seeds whose means are equal by chance do not give an interval without a width.
func TestEqualSeedMeansHaveAWidth(t *testing.T) {
	var answers []Answer
	for seed := range 3 {
		for q := range 90 {
			answers = append(answers, Answer{Model: "m", Length: 64, Sample: q, TrainSeed: int64(seed), Score: float64((q + seed) % 3 / 2), Depth: math.NaN(), LogProb: math.NaN()})
		}
	}
	for _, all := range []float64{-1, 0, 0.5, 1} {
		if all >= 0 {
			for i := range answers {
				answers[i].Score = all
			}
		}
		r, err := Compare(answers, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if s := r.Scores[0]; !(s.High-s.Low > 0.01) || s.Low > s.Score || s.High < s.Score {
			t.Errorf("all %v: %+v", all, s)
		}
	}
}

func TestLogProbabilitiesRankWhereNoAnswerIsRight(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 1))
	for _, seeds := range []int{1, 3} {
		answers := answersOf(random, [][]float64{{0}, {0}}, []int{64}, seeds, 60, 1)
		for i := range answers {
			answers[i].LogProb = -5 - 0.3*random.Float64()
			if answers[i].Model == "b" {
				answers[i].LogProb -= 1
			}
		}
		r, err := Compare(answers, Options{LogProb: true})
		if err != nil {
			t.Fatal(err)
		}
		if d := r.Differences[0]; math.Abs(d.Difference-1) > 0.1 || !(d.Low < 1 && 1 < d.High) || d.PFamily > 0.01 || len(r.Effective) != 0 {
			t.Errorf("%d seeds: %+v", seeds, d)
		}
		var text bytes.Buffer
		if err := r.Print(&text, Options{LogProb: true}); err != nil || !strings.Contains(text.String(), "nats") {
			t.Errorf("%v\n%s", err, &text)
		}
	}
}

// A share of a score of its own: b has half of it at 128, so that 85% is reached a third of the way there, in octaves.
func TestARelativeThresholdIsOfTheModelsOwnScore(t *testing.T) {
	var answers []Answer
	for _, l := range []struct {
		length, right int
	}{{32, 100}, {64, 200}, {128, 100}} {
		for q := range 250 {
			a := Answer{Model: "m", Length: l.length, Sample: q, Depth: math.NaN(), LogProb: math.NaN()}
			if q < l.right {
				a.Score = 1
			}
			answers = append(answers, a)
		}
	}
	r, err := Compare(answers, Options{Threshold: stats.Threshold{Relative: 0.8}, Base: 32})
	if err != nil {
		t.Fatal(err)
	}
	if e := r.Effective[0]; e.Censored != "above" || e.Length != 128 {
		t.Errorf("80%% of the score at 32: %+v", e)
	}
	if _, err = Compare(answers, Options{Threshold: stats.Threshold{Relative: 0.8}, Base: 48}); err == nil {
		t.Error("a base without answers is taken")
	}
}

// Some 20,000 answers of six models, as a full sweep has them.
func BenchmarkCompare(b *testing.B) {
	for _, seeds := range []int{1, 5} {
		random := rand.New(rand.NewPCG(7, 1))
		answers := answersOf(random, slices.Repeat([][]float64{{0.9, 0.8, 0.7, 0.5, 0.2}}, 6), []int{64, 128, 256, 512, 1024}, seeds, 133/seeds, 5)
		b.Run(fmt.Sprintf("%d seeds", seeds), func(b *testing.B) {
			for b.Loop() {
				if _, err := Compare(answers, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
