package paper

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"longseq/internal/printable"
)

// A Reported is a score that somebody reports.
type Reported struct {
	Model     string
	Condition string // such as a length
	Score     float64
	Decimals  int // as it is printed
	N         int // samples; 0: not said
	Answers   int // of a sample, each counted on its own; 0: 1
	Average   bool
}

// maxReported is how many rows a table may have.
const maxReported = 1_000_000

// ReadTable reads a table of scores in percent as CSV with a header: the columns model, condition and score, and optionally n (samples
// behind the score), answers (of a sample, where each counts on its own) and average, which is yes for the mean of the model's other
// scores. Every error names its line.
func ReadTable(r io.Reader) ([]Reported, error) {
	in := csv.NewReader(r)
	in.Comment = '#'
	in.TrimLeadingSpace = true
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the table is empty; want a header with model, condition and score")
	}
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	known := []string{"model", "condition", "score", "n", "answers", "average"}
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
		if _, twice := at[name]; twice && slices.Contains(known, name) {
			return nil, fmt.Errorf("line 1: the column %s is there twice", name)
		}
		at[name] = i
	}
	for _, name := range known[:3] {
		if _, ok := at[name]; !ok {
			return nil, fmt.Errorf("line 1: no column %s; want %s", name, strings.Join(known, ", "))
		}
	}
	var table []Reported
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		line, _ := in.FieldPos(0)
		reported, err := readReported(row, at)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		if len(table) == maxReported {
			return nil, fmt.Errorf("line %d: more than %d rows", line, maxReported)
		}
		table = append(table, reported)
	}
	if len(table) == 0 {
		return nil, errors.New("the table has no rows")
	}
	return table, nil
}

// readReported reads a row.
func readReported(row []string, at map[string]int) (r Reported, err error) {
	field := func(name string) string {
		if i, ok := at[name]; ok {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	text := func(name string) string { return printable.Text(field(name), "") }
	r.Model, r.Condition = text("model"), text("condition")
	score := strings.TrimSpace(strings.TrimSuffix(field("score"), "%"))
	if r.Score, err = strconv.ParseFloat(score, 64); err != nil || math.IsNaN(r.Score) || math.IsInf(r.Score, 0) {
		return r, fmt.Errorf("score %q is no number; want percent", printable.Line(field("score"), 40))
	}
	if _, decimals, ok := strings.Cut(score, "."); ok {
		r.Decimals = len(strings.TrimRight(decimals, "eE+-"))
		if strings.ContainsAny(decimals, "eE") || r.Decimals > 12 {
			r.Decimals = 12
		}
	}
	for name, n := range map[string]*int{"n": &r.N, "answers": &r.Answers} {
		if value := field(name); value != "" {
			if *n, err = strconv.Atoi(value); err != nil || *n < 1 || *n > 1e9 {
				return r, fmt.Errorf("%s is %q; want a whole number of 1 or more", name, printable.Line(value, 40))
			}
		}
	}
	switch value := strings.ToLower(field("average")); value {
	case "yes", "true", "1", "average":
		r.Average = true
	case "", "no", "false", "0":
	default:
		return r, fmt.Errorf("average is %q; want yes or no", printable.Line(value, 40))
	}
	r.Average = r.Average || strings.EqualFold(r.Condition, "average")
	return r, nil
}
