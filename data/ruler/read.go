package ruler

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
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

// AnsweredLines yields the samples of JSON lines, of RULER's own making or ours, one at a time. It ends
// with the first error, which names the line.
func AnsweredLines(r io.Reader) iter.Seq2[Answered, error] {
	return func(yield func(Answered, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(make([]byte, 1<<16), maxLineBytes)
		number, found := 0, false
		for lines.Scan() {
			number++
			if len(bytes.TrimSpace(lines.Bytes())) == 0 {
				continue
			}
			found = true
			var a Answered
			err := json.Unmarshal(lines.Bytes(), &a)
			switch {
			case err != nil:
				err = fmt.Errorf("line %d: not a sample: %w", number, wanted(err))
			case a.Outputs == nil:
				err = fmt.Errorf("line %d: no list of outputs", number)
			}
			if !yield(a, err) || err != nil {
				return
			}
		}
		switch err := lines.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			yield(Answered{}, fmt.Errorf("line %d: more than %d bytes", number+1, maxLineBytes))
		case err != nil:
			yield(Answered{}, fmt.Errorf("line %d: %w", number+1, err))
		case !found:
			yield(Answered{}, errors.New("no samples: the file is empty"))
		}
	}
}

// AnsweredFile is [AnsweredLines] of a file, unpacking it where its name ends in .gz.
func AnsweredFile(path string) iter.Seq2[Answered, error] {
	return func(yield func(Answered, error) bool) {
		file, err := open(path)
		if err != nil {
			yield(Answered{}, err)
			return
		}
		defer file.Close()
		AnsweredLines(file)(yield)
	}
}

// ScoreAnswered scores samples and classes their failures, in the order of Failures.
func ScoreAnswered(task Task, all iter.Seq2[Answered, error]) (Result, map[Failure]int, error) {
	var predictions []string
	var references [][]string
	failures := map[Failure]int{}
	for a, err := range all {
		if err != nil {
			return Result{}, nil, err
		}
		_, class, err := a.Score(task)
		if err != nil {
			return Result{}, nil, fmt.Errorf("sample %d: %w", len(predictions), err)
		}
		predictions, references = append(predictions, *a.Prediction), append(references, a.Outputs)
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
