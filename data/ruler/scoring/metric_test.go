package scoring

import (
	"encoding/json"
	"os"
	"testing"
)

type scoreCase struct {
	Pred, Post string
	Refs       []string
	All, Part  float64
	Null       bool
}

func TestScoresAreRULERs(t *testing.T) {
	text, err := os.ReadFile("testdata/scoring.json")
	if err != nil {
		t.Fatal(err)
	}
	var goldens struct {
		Cases   []scoreCase
		Batches []struct {
			Cases     []int
			All, Part float64
			Nulls     string
		}
	}
	if err := json.Unmarshal(text, &goldens); err != nil {
		t.Fatal(err)
	}
	score := func(metric Metric, cases []scoreCase) Result {
		var predictions []string
		var references [][]string
		for _, c := range cases {
			predictions = append(predictions, c.Pred)
			references = append(references, c.Refs)
		}
		result, err := Evaluate("vt", metric, predictions, references)
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	for i, c := range goldens.Cases {
		if got := Postprocess(c.Pred); got != c.Post {
			t.Errorf("case %d: postprocessed %q, want %q", i, got, c.Post)
		}
		all, part := score(MatchAll, goldens.Cases[i:i+1]), score(MatchPart, goldens.Cases[i:i+1])
		if all.Score != c.All || part.Score != c.Part || (all.Nulls == 1) != c.Null {
			t.Errorf("case %d %q: all %v part %v nulls %d, want %v %v %v", i, c.Pred, all.Score, part.Score, all.Nulls, c.All, c.Part, c.Null)
		}
	}
	for i, b := range goldens.Batches {
		var cases []scoreCase
		for _, place := range b.Cases {
			cases = append(cases, goldens.Cases[place])
		}
		all, part := score(MatchAll, cases), score(MatchPart, cases)
		if all.Score != b.All || part.Score != b.Part || all.NullText() != b.Nulls {
			t.Errorf("batch %d: all %v part %v nulls %s, want %v %v %s", i, all.Score, part.Score, all.NullText(), b.All, b.Part, b.Nulls)
		}
	}
}

func TestScoresWithoutReferencesAreErrors(t *testing.T) {
	for _, metric := range []Metric{MatchAll, MatchPart} {
		if _, err := Evaluate("vt", metric, []string{"a"}, [][]string{{}}); err == nil {
			t.Errorf("%s: no error for an empty list of references", metric)
		}
		if _, err := Evaluate("vt", metric, nil, nil); err == nil {
			t.Errorf("%s: no error for no predictions", metric)
		}
	}
}

func TestEveryWrongAnswerHasItsClass(t *testing.T) {
	prompt := "One of the special magic numbers for a-b is: 1234567.\nOne of the special magic numbers for c-d is: 7654321.\n" +
		"One of the special magic words for ad hoc-cat is: wide-crème brûlée.\n" +
		"What is the special magic number for a-b mentioned in the provided text? The special magic number for a-b mentioned in the provided text is"
	for prediction, want := range map[string]Failure{
		" 1234567.":           Right,
		" \n":                 Nothing,
		" 1234":               Truncated,
		" 1234667.":           DigitSlip,
		" 7654321.":           OtherValue,
		"Wide-crème brûlée":   OtherValue,
		"the provided text?":  Echo,
		" I do not know that": OtherWrong,
	} {
		if got := MatchAll.Classify(prompt, prediction, []string{"1234567"}); got != want {
			t.Errorf("%q: %q, want %q", prediction, got, want)
		}
	}
	if got := MatchPart.Classify("Who?", "Isaac Newton", []string{"Newton", "Sir Isaac"}); got != Right {
		t.Errorf("one reference of those that would do is %q", got)
	}
}
