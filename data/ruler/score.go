package ruler

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"longseq/data/ruler/pystring"
)

// Metric is how RULER compares a prediction with its references: whether they occur in it, without
// regard to case.
type Metric string

const (
	// MatchAll is the share of the references that occur in the prediction.
	MatchAll Metric = "string_match_all"
	// MatchPart is 1 where any reference occurs.
	MatchPart Metric = "string_match_part"
)

// Postprocess is what RULER does to a prediction first: it strips white space and makes control
// characters newlines.
func Postprocess(prediction string) string {
	lines := strings.Map(func(r rune) rune {
		if r < 0x20 {
			return '\n'
		}
		return r
	}, pystring.Strip(prediction))
	return pystring.Strip(lines)
}

// Value scores one postprocessed prediction, 0 to 1. It returns an error where there is no reference,
// as RULER does.
func (m Metric) Value(prediction string, references []string) (float64, error) {
	if len(references) == 0 {
		return 0, errors.New("no references: want at least one")
	}
	found := 0
	prediction = pystring.Lower(prediction)
	for _, reference := range references {
		if strings.Contains(prediction, pystring.Lower(reference)) {
			found++
		}
	}
	switch {
	case m == MatchAll:
		return float64(found) / float64(len(references)), nil
	case found > 0:
		return 1, nil
	}
	return 0, nil
}

// Score is the task's score of one prediction, 0 to 1; without references it is 0.
func (t Task) Score(prediction string, references []string) float64 {
	value, err := t.Metric.Value(Postprocess(prediction), references)
	if err != nil {
		return 0
	}
	return value
}

// Result is the score of one file of predictions.
type Result struct {
	Task  string  `json:"task"`
	Score float64 `json:"score"` // percent, rounded to two decimals as RULER does
	Nulls int     `json:"empty"` // predictions that are empty
	N     int     `json:"samples"`
	// Values are the samples' own scores, 0 to 1.
	Values []float64 `json:"-"`
}

// NullText is RULER's "empty predictions/samples".
func (r Result) NullText() string { return fmt.Sprintf("%d/%d", r.Nulls, r.N) }

// Score scores the predictions of one task as RULER's evaluate.py does.
func Score(task Task, predictions []string, references [][]string) (Result, error) {
	r := Result{Task: task.Name, N: len(predictions)}
	if len(predictions) == 0 {
		return r, errors.New("no predictions: want at least one")
	}
	if len(predictions) != len(references) {
		return r, fmt.Errorf("%d predictions for %d lists of references", len(predictions), len(references))
	}
	sum := 0.0
	for i, prediction := range predictions {
		prediction = Postprocess(prediction)
		if prediction == "" {
			r.Nulls++
		}
		value, err := task.Metric.Value(prediction, references[i])
		if err != nil {
			return r, fmt.Errorf("sample %d: %w", i, err)
		}
		r.Values = append(r.Values, value)
		sum += value
	}
	r.Score = Round(sum / float64(len(predictions)) * 100)
	return r, nil
}

// Round is Python's round(x, 2): to the nearest of the binary value, halves to even.
func Round(x float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'f', 2, 64), 64)
	if err != nil {
		return x
	}
	return rounded
}

// Mean is the benchmark's number for one length: the plain mean of the tasks' rounded scores.
func Mean(results []Result) float64 {
	sum := 0.0
	for _, r := range results {
		sum += r.Score
	}
	return sum / float64(len(results))
}
