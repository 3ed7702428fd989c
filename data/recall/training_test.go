package recall

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// trainingRow reads a row back: where the haystack ends, and that each answer is its needle's value and
// bears loss, and nothing else does.
func trainingRow(t *testing.T, tokens, targets []int32, needles int) (haystack, width int) {
	t.Helper()
	v := Opticks().vocabulary
	haystack = slices.Index(tokens, queryID)
	first := slices.Index(tokens, needleID)
	width = 1
	if tokens[first+2] >= firstDigit && tokens[first+2] < firstCorpus {
		width = 3
	}
	values := map[int32][]int32{}
	for i := range haystack {
		if tokens[i] == needleID {
			values[tokens[i+1]] = tokens[i+2 : i+2+width]
		}
	}
	if len(values) != needles {
		t.Fatalf("%d needles in %s", len(values), v.Decode(tokens))
	}
	want := make([]int32, len(tokens))
	for i := range want {
		want[i] = -1
	}
	asked := map[int32]int{}
	i := haystack
	for ; i < len(tokens) && tokens[i] == queryID; i += 2 + width {
		key := tokens[i+1]
		asked[key]++
		copy(want[i+1:], values[key])
		if !slices.Equal(tokens[i+2:i+2+width], values[key]) {
			t.Errorf("answer %v to %s, want %v", tokens[i+2:i+2+width], v.words[key], values[key])
		}
	}
	if left := len(tokens) - i; left >= 2+width {
		t.Errorf("%d tokens are left at the end", left)
	}
	if diff := cmp.Diff(want, targets); diff != "" {
		t.Errorf("targets of %s:\n%s", v.Decode(tokens), diff)
	}
	fewest, most := len(tokens), 0
	for key := range values {
		fewest, most = min(fewest, asked[key]), max(most, asked[key])
	}
	if most > fewest+1 {
		t.Errorf("keys are asked %d to %d times: not in rounds", fewest, most)
	}
	return haystack, width
}

func TestBatchFollowsTheCurriculum(t *testing.T) {
	training := newTraining(t, 1)
	const steps, rows, length = 100, 40, 64
	for _, c := range []struct {
		step            int
		atMost, reached int // longest haystack of essay-word: allowed, and come near
	}{
		{0, 12, 12}, {34, 12, 12}, {35, 12, 12}, {52, 12 + 49*17/35, 30}, {69, 12 + 49*34/35, 50}, {70, 61, 55}, {99, 61, 55},
	} {
		tokens, targets := training.Batch(c.step, steps, rows, length)
		longest, wide := 0, 0
		for row := range rows {
			from, to := row*length, (row+1)*length
			haystack, width := trainingRow(t, tokens[from:to], targets[from:to], 4)
			if width == 3 {
				wide++
				continue
			}
			longest = max(longest, haystack)
		}
		if longest > c.atMost || longest < c.reached {
			t.Errorf("step %d: the longest haystack has %d tokens, want %d to %d", c.step, longest, c.reached, c.atMost)
		}
		if wide < 8 || wide > 32 { // 40 fair coins: 20, standard deviation 3.2
			t.Errorf("step %d: %d of %d rows hold numbers", c.step, wide, rows)
		}
	}
}

func TestBatchDependsOnSeedAndStepAlone(t *testing.T) {
	const steps, length = 1200, 64
	tokens, targets := newTraining(t, 1).Batch(700, steps, 16, length)
	resumed := newTraining(t, 1)
	resumed.Batch(3, steps, 2, length)
	again, targetsAgain := resumed.Batch(700, steps, 16, length)
	if !slices.Equal(tokens, again) || !slices.Equal(targets, targetsAgain) {
		t.Error("step 700 is another after a resume")
	}
	half, _ := resumed.Batch(700, steps, 8, length)
	if !slices.Equal(tokens[:8*length], half) {
		t.Error("the first 8 of 16 rows are not 8 rows")
	}
	if other, _ := newTraining(t, 2).Batch(700, steps, 16, length); slices.Equal(tokens, other) {
		t.Error("seed 2 gives the rows of seed 1")
	}
	if other, _ := resumed.Batch(701, steps, 16, length); slices.Equal(tokens, other) {
		t.Error("step 701 gives the rows of step 700")
	}
}

func TestACurriculumMayBeAnother(t *testing.T) {
	const steps, rows, length = 100, 40, 64
	longest := func(c Curriculum, step int) (most int) {
		tokens, _ := newTraining(t, 1).Following(c).Batch(step, steps, rows, length)
		for row := range rows {
			most = max(most, slices.Index(tokens[row*length:(row+1)*length], queryID))
		}
		return most
	}
	for _, c := range []struct {
		Curriculum
		step      int
		low, high int
	}{
		{Curriculum{}, 0, 50, 61}, {Curriculum{0.5, 0.5}, 49, 12, 20}, {Curriculum{0.5, 0.5}, 50, 50, 61}, {Curriculum{0, 1}, 50, 25, 41},
	} {
		if got := longest(c.Curriculum, c.step); got < c.low || got > c.high {
			t.Errorf("%+v, step %d: the longest haystack has %d tokens, want %d to %d", c.Curriculum, c.step, got, c.low, c.high)
		}
	}
	for _, c := range []Curriculum{{-0.1, 1}, {0.5, 0.4}, {0, 1.1}} {
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "in this order") {
			t.Errorf("%+v: error %v", c, err)
		}
	}
}

func TestValidationHasRowsOfItsOwn(t *testing.T) {
	const steps, rows, length = 100, 16, 64
	training := newTraining(t, 1)
	validation, targets := training.Validation().Batch(90, steps, rows, length)
	trained, _ := training.Batch(90, steps, rows, length)
	if slices.Equal(validation, trained) {
		t.Error("the rows of the training are validated with")
	}
	longest := 0
	early, earlyTargets := training.Validation().Batch(0, steps, rows, length)
	for row := range rows {
		from, to := row*length, (row+1)*length
		trainingRow(t, validation[from:to], targets[from:to], 4)
		haystack, _ := trainingRow(t, early[from:to], earlyTargets[from:to], 4)
		longest = max(longest, haystack)
	}
	if longest < 40 {
		t.Errorf("the longest haystack of the first step has %d tokens: a curriculum", longest)
	}
}

func TestTrainingSaysWhatIsWrong(t *testing.T) {
	if _, err := NewTraining(Opticks(), nil, 4, 1); err == nil || !strings.Contains(err.Error(), "no formats") {
		t.Errorf("no formats: got %v", err)
	}
	if _, err := NewTraining(Opticks(), Formats, 16, 1); err == nil || !strings.Contains(err.Error(), "want 1 to 15") {
		t.Errorf("16 needles: got %v", err)
	}
	training := newTraining(t, 1)
	if err := training.CheckLength(24); err == nil || !strings.Contains(err.Error(), "at least 25 tokens") {
		t.Errorf("24 tokens: got %v", err)
	}
	if err := training.CheckLength(25); err != nil {
		t.Error(err)
	}
}

func newTraining(t testing.TB, seed int64) *Training {
	t.Helper()
	training, err := NewTraining(Opticks(), Formats[:2], 0, seed)
	if err != nil {
		t.Fatal(err)
	}
	return training
}

func BenchmarkBatch(b *testing.B) {
	training := newTraining(b, 1)
	for step := 0; b.Loop(); step++ {
		training.Batch(step%1200, 1200, 16, 64)
	}
	b.ReportMetric(16*64*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
}
