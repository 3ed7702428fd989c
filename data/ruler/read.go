package ruler

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// Answered is one line of a file of predictions; samples that were not answered have no prediction.
type Answered struct {
	Input        string   `json:"input"`
	AnswerPrefix string   `json:"answer_prefix"`
	Outputs      []string `json:"outputs"`
	Prediction   *string  `json:"pred"`
	Length       int      `json:"length"`
	RULER        *bool    `json:"ruler"` // false where RULER's own scripts make another sample
}

// ErrNoPrediction is the error of samples that were not answered.
var ErrNoPrediction = errors.New("no prediction (key pred)")

// Score scores the sample's prediction as task, 0 to 1, and says what is wrong with it.
func (a Answered) Score(task Task) (float64, Failure, error) {
	if a.Prediction == nil {
		return 0, Right, ErrNoPrediction
	}
	value, err := task.Metric.Value(Postprocess(*a.Prediction), a.Outputs)
	if err != nil || value == 1 {
		return value, Right, err
	}
	return value, classify(a.Input+a.AnswerPrefix, *a.Prediction, a.Outputs), nil
}

// maxLineBytes bounds one line of a sample file.
const maxLineBytes = 256 << 20

// ReadAnswered reads JSON lines, of RULER's own making or ours. An error names the line.
func ReadAnswered(r io.Reader) ([]Answered, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 1<<16), maxLineBytes)
	var all []Answered
	for number := 1; lines.Scan(); number++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var a Answered
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			return all, fmt.Errorf("line %d: not a sample: %w", number, err)
		}
		if a.Outputs == nil {
			return all, fmt.Errorf("line %d: no list of outputs", number)
		}
		all = append(all, a)
	}
	if err := lines.Err(); err != nil {
		return all, fmt.Errorf("after %d lines: %w", len(all), err)
	}
	if len(all) == 0 {
		return nil, errors.New("no samples: the file is empty")
	}
	return all, nil
}

// ReadAnsweredFile reads a file of samples, unpacking it where its name ends in .gz.
func ReadAnsweredFile(path string) ([]Answered, error) {
	content, _, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("read samples: %w", err)
	}
	all, err := ReadAnswered(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("read samples %s: %w", path, err)
	}
	return all, nil
}

// ScoreAnswered scores the lines of a file and classes its failures, in the order of Failures.
func ScoreAnswered(task Task, all []Answered) (Result, map[Failure]int, error) {
	predictions := make([]string, len(all))
	references := make([][]string, len(all))
	failures := map[Failure]int{}
	for i, a := range all {
		_, class, err := a.Score(task)
		if err != nil {
			return Result{}, nil, fmt.Errorf("sample %d: %w", i, err)
		}
		predictions[i], references[i] = *a.Prediction, a.Outputs
		if class != Right {
			failures[class]++
		}
	}
	result, err := Score(task, predictions, references)
	return result, failures, err
}

// TaskOfFile returns the task that a file's name or its folder's says: RULER writes both
// TASK/validation.jsonl and TASK.jsonl.
func TaskOfFile(path string) (Task, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return Task{}, fmt.Errorf("task of %s: %w", path, err)
	}
	name := filepath.Base(absolute)
	for _, suffix := range []string{".gz", ".jsonl", ".json"} {
		name = strings.TrimSuffix(name, suffix)
	}
	if task, err := TaskNamed(name); err == nil {
		return task, nil
	}
	if task, err := TaskNamed(filepath.Base(filepath.Dir(absolute))); err == nil {
		return task, nil
	}
	// The longest first, so that no name is taken for one that begins with it.
	names := TaskNames()
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	for _, task := range names {
		if slices.Contains(strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '.' }), task) {
			return TaskNamed(task)
		}
	}
	return Task{}, fmt.Errorf("%s: neither the file nor its folder is named for a task; say which (%s)", path, strings.Join(TaskNames(), ", "))
}
