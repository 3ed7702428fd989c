package ruler

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
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
		result, err := Score(Task{Metric: metric}, predictions, references)
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
		if _, err := Score(Task{Metric: metric}, []string{"a"}, [][]string{{}}); err == nil {
			t.Errorf("%s: no error for an empty list of references", metric)
		}
		if _, err := Score(Task{Metric: metric}, nil, nil); err == nil {
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
		if got := tasks[0].Classify(prompt, prediction, []string{"1234567"}); got != want {
			t.Errorf("%q: %q, want %q", prediction, got, want)
		}
	}
	question := Task{Metric: MatchPart}
	if got := question.Classify("Who?", "Isaac Newton", []string{"Newton", "Sir Isaac"}); got != Right {
		t.Errorf("one reference of those that would do is %q", got)
	}
}

func TestTheTaskIsReadFromFileOrFolder(t *testing.T) {
	for path, want := range map[string]string{
		"niah_single_1.jsonl":       "niah_single_1",
		"4096/vt/validation.jsonl":  "vt",
		"cwe.jsonl.gz":              "cwe",
		"HEAD-neox-qa_1-4096.jsonl": "qa_1",
		"pred/niah_multikey_3.json": "niah_multikey_3",
	} {
		if task, err := TaskOfFile(path); err != nil || task.Name != want {
			t.Errorf("%s: task %q, error %v, want %s", path, task.Name, err, want)
		}
	}
	if _, err := TaskOfFile("answers.jsonl"); err == nil || !strings.Contains(err.Error(), "answers.jsonl") {
		t.Errorf("error %v, want one that names the file", err)
	}
}

func FuzzAnsweredFilesNeverPanic(f *testing.F) {
	f.Add([]byte(`{"index": 0, "input": "a", "outputs": ["b"], "pred": "c"}` + "\n"))
	f.Add([]byte(`{"outputs": null}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		result, _, err := ScoreAnswered(tasks[0], AnsweredLines(bytes.NewReader(content)))
		if err == nil && (result.N == 0 || len(result.Values) != result.N) {
			t.Errorf("a score of %d samples, values of %d", result.N, len(result.Values))
		}
	})
}
