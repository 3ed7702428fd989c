package scoring

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat"

	"longseq/data/ruler/pystring"
)

// Metric says how a prediction is compared with its references. A reference counts as found where the
// prediction contains it, in upper or lower case.
type Metric string

const (
	// MatchAll is the fraction of the references that are found.
	MatchAll Metric = "string_match_all"
	// MatchPart is 1 where any reference is found, else 0.
	MatchPart Metric = "string_match_part"
)

// Postprocess returns a prediction as RULER compares it: without white space at its ends, and with
// newlines in place of control characters (postprocess_pred in evaluate.py).
func Postprocess(prediction string) string {
	lines := strings.Map(func(r rune) rune {
		if r < 0x20 {
			return '\n'
		}
		return r
	}, pystring.Strip(prediction))
	return pystring.Strip(lines)
}

// ErrNoReferences is the error of a sample without references, which RULER does not score either.
var ErrNoReferences = errors.New("no references: want at least one")

// value compares a postprocessed prediction with its references. The error is
// ErrNoReferences.
func (m Metric) value(prediction string, references []string) (float64, error) {
	if len(references) == 0 {
		return 0, ErrNoReferences
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

// Score returns the value of one prediction, 0 to 1. Without references it is 0.
func (m Metric) Score(prediction string, references []string) float64 {
	value, err := m.value(Postprocess(prediction), references)
	if err != nil {
		return 0
	}
	return value
}

// Classify returns what is wrong with a prediction, given the prompt and the references, or Right where
// its value is 1.
func (m Metric) Classify(prompt, prediction string, references []string) Failure {
	if m.Score(prediction, references) == 1 {
		return Right
	}
	return classify(prompt, prediction, references)
}

// Result is the score of the predictions of one task and length.
type Result struct {
	Task  string  `json:"task"`
	Score float64 `json:"score"` // percent, rounded to two decimals as RULER does
	Nulls int     `json:"empty"` // predictions that are empty
	N     int     `json:"samples"`
	// Values are the values of the predictions, 0 to 1.
	Values []float64 `json:"-"`
}

// NullText returns the number of empty predictions as RULER writes it: "empty/samples".
func (r Result) NullText() string { return fmt.Sprintf("%d/%d", r.Nulls, r.N) }

// Evaluate scores the predictions of a task, given the references of each.
func Evaluate(task string, metric Metric, predictions []string, references [][]string) (Result, error) {
	r := Result{Task: task, N: len(predictions)}
	if len(predictions) == 0 {
		return r, errors.New("no predictions: want at least one")
	}
	if len(predictions) != len(references) {
		return r, fmt.Errorf("%d predictions for %d lists of references", len(predictions), len(references))
	}
	sum := 0.0 // term by term as in RULER: another order may round to another score
	for i, prediction := range predictions {
		prediction = Postprocess(prediction)
		if prediction == "" {
			r.Nulls++
		}
		value, err := metric.value(prediction, references[i])
		if err != nil {
			return r, fmt.Errorf("sample %d: %w", i, err)
		}
		r.Values = append(r.Values, value)
		sum += value
	}
	r.Score = Round(sum / float64(len(predictions)) * 100)
	return r, nil
}

// Round returns x rounded to two decimals as Python's round(x, 2) does: the decimal nearest to the binary
// value, and the even one of two that are as near.
func Round(x float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'f', 2, 64), 64)
	if err != nil {
		return x
	}
	return rounded
}

// Mean returns RULER's number for one length: the unweighted mean of the tasks' rounded scores, in
// percent. It is NaN without results.
func Mean(results []Result) float64 {
	scores := make([]float64, len(results))
	for i, r := range results {
		scores[i] = r.Score
	}
	return stat.Mean(scores, nil)
}
