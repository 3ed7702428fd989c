package models

import (
	"slices"
	"strings"
	"testing"

	"longseq/data"
	"longseq/data/corpus"
	"longseq/lcmodels/tokenizer"
	"longseq/study"
)

// wordTasks are the tasks for models whose tokenizers know these words.
func wordTasks(t *testing.T, list ...string) study.Tasks {
	t.Helper()
	tok, err := tokenizer.NewWords(list)
	if err != nil {
		t.Fatal(err)
	}
	kinds, err := WordKinds(func(string) (*tokenizer.Tokenizer, error) { return tok, nil })
	if err != nil {
		t.Fatal(err)
	}
	return study.NewTasks(kinds...)
}

// described is a model that is never opened.
type described struct{ study.Models }

func (described) Describe(string) (study.Description, error) {
	return study.Description{Digest: "1"}, nil
}

func TestAPlanNamesSyntheticTasksWithTheirSettings(t *testing.T) {
	tasks := wordTasks(t, "0", "1", "2", "3", "4", "5", "6")
	plan := study.Plan{Models: []string{"m"}, Tasks: []string{"parity", "modular-addition  modulus=7", "modular-addition modulus=5"},
		Lengths: []int{8, 32}, Depths: []float64{0, 100}, Samples: 2}
	r, err := study.Resolve(plan, described{}, tasks)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"parity", "modular-addition modulus=7", "modular-addition"}; !slices.Equal(r.Plan.Tasks, want) {
		t.Errorf("the tasks are %q, want %q", r.Plan.Tasks, want)
	}
	if got := r.Tasks[1].Chance; !slices.Equal(got, []float64{0.1429, 0.1429}) {
		t.Errorf("chance is %v, want one of seven at both lengths", got)
	}
	cells, err := r.Cells(tasks)
	if err != nil {
		t.Fatal(err)
	}
	if len(cells) != 6 || cells[0].Depth != data.AnyDepth { // state tracking has no depth
		t.Errorf("%d cells, the first of depth %v", len(cells), cells[0].Depth)
	}
	for _, cell := range cells {
		kind, err := tasks.Find(cell.Task)
		if err != nil {
			t.Fatal(err)
		}
		task, err := kind.Make(cell, corpus.Corpus{})
		if err != nil {
			t.Fatal(err)
		}
		s, err := task.Sample(1)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(strings.Fields(s.Prompt)) + 1; n != cell.Length || kind.Scorer.Score(s.Answers[0], s.Answers) != 1 {
			t.Errorf("%v: %d tokens: %+v", cell, n, s)
		}
	}
}

func TestMistakesInSyntheticTasksAreOneLine(t *testing.T) {
	tasks := wordTasks(t, "0", "1", "2", "3", "4")
	for name, want := range map[string]string{
		"parity modulus=2":             `plan: parity: unknown axis "modulus"; none is known`,
		"mqar pairs=9":                 `plan: model m cannot be asked mqar pairs=9: it does not know the word "."; it can be asked what it was trained on`,
		"recall needle=2":              "plan: recall needle=2; want needles=NUMBER, 1 or more",
		"party":                        `plan: unknown task "party"; did you mean "parity"?`,
		"modular-addition modulus=0":   "plan: modular-addition: modulus is 0; want 2 to 4096",
		"ngram-copying letters=2 n=40": "plan: ngram-copying: n is 40; want 1 to 16",
		"multi-hop chains=3 names=4":   "plan: multi-hop chains=3 names=4: 3 chains of 3 names need 9 names; there are 4",
	} {
		plan := study.Plan{Models: []string{"m"}, Tasks: []string{name}, Lengths: []int{64}, Samples: 2}
		if _, err := study.Resolve(plan, described{}, tasks); err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", name, err, want)
		}
	}
	short := study.Plan{Models: []string{"m"}, Tasks: []string{"parity"}, Lengths: []int{1}, Samples: 2}
	if _, err := study.Resolve(short, described{}, tasks); err == nil || !strings.Contains(err.Error(), "length 1: parity needs at least 2 tokens") {
		t.Errorf("a length of one token: %v", err)
	}
	twice := study.Plan{Models: []string{"m"}, Tasks: []string{"modular-addition", "modular-addition modulus=5"}, Lengths: []int{8}, Samples: 2}
	if _, err := study.Resolve(twice, described{}, tasks); err == nil || !strings.Contains(err.Error(), "that is tasks[0] already") {
		t.Errorf("a task that is listed twice: %v", err)
	}
}
