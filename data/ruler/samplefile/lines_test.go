package samplefile

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"longseq/data/ruler"
	"longseq/data/ruler/scoring"
)

func TestScoreSaysWhatIsWrongWithALine(t *testing.T) {
	const good = `{"input": "a", "outputs": ["b"], "pred": "B!"}` + "\n"
	result, failures, err := Score(ruler.Tasks()[0], readLines(strings.NewReader(good+"\n"+`{"input": "a", "outputs": ["b"], "pred": ""}`)))
	if err != nil || result.Score != 50 || result.Task != "niah_single_1" || failures[scoring.Nothing] != 1 {
		t.Errorf("%+v with failures %v, error %v; want 50 percent and one empty answer", result, failures, err)
	}
	for lines, want := range map[string]string{
		good + `{"outputs": ["b"]}`:             "sample 1: no prediction (key pred)",
		good + `{"outputs": [], "pred": "b"}`:   "sample 1: no references",
		good + `{"input": "a", "pred": "b"}`:    "line 2: no list of outputs",
		good + `{"outputs": ["b"], "pred": 1}`:  "line 2: not a sample: number as pred at byte 28: want a string",
		good + `{"outputs": ["b"], "pred": "b"`: "line 2: not a sample: unexpected end",
		"\n":                                    "no samples: the file is empty",
	} {
		_, _, err := Score(ruler.Tasks()[0], readLines(strings.NewReader(lines)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", lines, err, want)
		}
		if strings.Contains(want, "no prediction") != errors.Is(err, ErrNoPrediction) {
			t.Errorf("%q: error %v is ErrNoPrediction: %v", lines, err, errors.Is(err, ErrNoPrediction))
		}
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
		if task, err := TaskOf(path); err != nil || task.Name != want {
			t.Errorf("%s: task %q, error %v, want %s", path, task.Name, err, want)
		}
	}
	if _, err := TaskOf("answers.jsonl"); err == nil || !strings.Contains(err.Error(), "answers.jsonl") {
		t.Errorf("error %v, want one that names the file", err)
	}
}

func FuzzLinesNeverPanic(f *testing.F) {
	f.Add([]byte(`{"index": 0, "input": "a", "outputs": ["b"], "pred": "c"}` + "\n"))
	f.Add([]byte(`{"outputs": null}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		result, _, err := Score(ruler.Tasks()[0], readLines(bytes.NewReader(content)))
		if err == nil && (result.N == 0 || len(result.Values) != result.N) {
			t.Errorf("a score of %d samples, values of %d", result.N, len(result.Values))
		}
	})
}
