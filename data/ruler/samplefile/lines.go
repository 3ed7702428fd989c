package samplefile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strings"

	"longseq/data/ruler"
	"longseq/data/ruler/datafile"
	"longseq/data/ruler/scoring"
)

// Line is one line of a sample file, with a prediction where a model has answered it.
type Line struct {
	Input        string   `json:"input"`
	AnswerPrefix string   `json:"answer_prefix"`
	Outputs      []string `json:"outputs"`
	Prediction   *string  `json:"pred"`
	Length       int      `json:"length"`
	RULER        *bool    `json:"ruler"` // false where RULER's own scripts make another sample
}

// ErrNoPrediction is the error of a line without a prediction.
var ErrNoPrediction = errors.New("no prediction (key pred)")

// Score returns the value of the line's prediction in a task, 0 to 1, and what is wrong with it.
func (l Line) Score(task ruler.Task) (float64, scoring.Failure, error) {
	if l.Prediction == nil {
		return 0, scoring.Right, ErrNoPrediction
	}
	if len(l.Outputs) == 0 {
		return 0, scoring.Right, scoring.ErrNoReferences
	}
	return task.Metric.Score(*l.Prediction, l.Outputs), task.Metric.Classify(l.Input+l.AnswerPrefix, *l.Prediction, l.Outputs), nil
}

// maxLineBytes bounds one line of a sample file.
const maxLineBytes = 256 << 20

// readLines is FileLines for a reader.
func readLines(r io.Reader) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(make([]byte, 1<<16), maxLineBytes)
		lines.Split(objectLines)
		number, found := 0, false
		for lines.Scan() {
			number++
			if len(bytes.TrimSpace(lines.Bytes())) == 0 {
				continue
			}
			found = true
			var l Line
			err := json.Unmarshal(lines.Bytes(), &l)
			switch {
			case err != nil:
				err = fmt.Errorf("line %d: not a sample: %w", number, datafile.ExplainJSON(err))
			case l.Outputs == nil:
				err = fmt.Errorf("line %d: no list of outputs", number)
			}
			if !yield(l, err) || err != nil {
				return
			}
		}
		switch err := lines.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			yield(Line{}, fmt.Errorf("line %d: more than %d bytes", number+1, maxLineBytes))
		case err != nil:
			yield(Line{}, fmt.Errorf("line %d: %w", number+1, err))
		case !found:
			yield(Line{}, errors.New("no samples: the file is empty"))
		}
	}
}

// errNotObject is the error of a line that is no JSON object.
var errNotObject = errors.New("not a sample: want a JSON object, which begins with {")

// objectLines is [bufio.ScanLines], and an error for a line that does not begin as a JSON object does. So a file of
// zeros is an error at its first byte.
func objectLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	line, _, _ := bytes.Cut(data, []byte("\n"))
	if text := bytes.TrimLeft(line, " \t\r"); len(text) > 0 && text[0] != '{' {
		return 0, nil, errNotObject
	}
	return bufio.ScanLines(data, atEOF)
}

// FileLines yields the lines of a sample file, made by RULER or by [WriteFile], one at a time. It stops at the first
// error, which names the line. A file whose name ends in .gz is unpacked.
func FileLines(path string) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		file, err := datafile.Open(path)
		if err != nil {
			yield(Line{}, err)
			return
		}
		defer file.Close()
		readLines(file)(yield)
	}
}

// Score scores lines as predictions of a task, and counts the failures of each class.
func Score(task ruler.Task, lines iter.Seq2[Line, error]) (scoring.Result, map[scoring.Failure]int, error) {
	var predictions []string
	var references [][]string
	failures := map[scoring.Failure]int{}
	for l, err := range lines {
		if err != nil {
			return scoring.Result{}, nil, err
		}
		_, failure, err := l.Score(task)
		if err != nil {
			return scoring.Result{}, nil, fmt.Errorf("sample %d: %w", len(predictions), err)
		}
		predictions, references = append(predictions, *l.Prediction), append(references, l.Outputs)
		if failure != scoring.Right {
			failures[failure]++
		}
	}
	result, err := scoring.Evaluate(task.Name, task.Metric, predictions, references)
	return result, failures, err
}

// TaskOf returns the task that a file or its folder is named for. RULER writes both TASK/validation.jsonl
// and TASK.jsonl; a name such as model-TASK.jsonl.gz is understood too.
func TaskOf(path string) (ruler.Task, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return ruler.Task{}, fmt.Errorf("task of %s: %w", path, err)
	}
	name := filepath.Base(absolute)
	for _, suffix := range []string{".gz", ".jsonl", ".json"} {
		name = strings.TrimSuffix(name, suffix)
	}
	if task, err := ruler.TaskNamed(name); err == nil {
		return task, nil
	}
	if task, err := ruler.TaskNamed(filepath.Base(filepath.Dir(absolute))); err == nil {
		return task, nil
	}
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '.' }) {
		if task, err := ruler.TaskNamed(part); err == nil {
			return task, nil
		}
	}
	return ruler.Task{}, fmt.Errorf("%s: neither the file nor its folder is named for a task; say which (%s)", path, strings.Join(ruler.TaskNames(), ", "))
}
