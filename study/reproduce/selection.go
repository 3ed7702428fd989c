package reproduce

import (
	"fmt"
	"slices"

	"longseq/data/paper"
	"longseq/data/published"
	"longseq/data/ruler"
	"longseq/study"
)

// PaperSamples is the number of samples behind a printed score of a task, or of a format and depth.
const PaperSamples = 250

// batch is how many samples are answered in one go, and so the most that are lost when an evaluation is stopped.
const batch = 10

// formats of the paper's needles in Tables 2 to 4.
var formats = []string{"noise-word-number", "essay-word-number", "essay-word-uuid"}

// baseLength returns the length of Table 2, half that of Table 3: the training length. For RecurrentGemma it is
// the attention window instead: its scores there are those at 2,048 tokens in Tables 6 to 8.
func baseLength(m published.Model) int {
	if m.Architecture == "griffin" {
		return 2048
	}
	return m.Trained
}

// A selection is the scores of a table that are evaluated: those of a model of the paper, at some lengths.
type selection struct {
	table   int
	model   published.Model
	lengths []int // tokens; empty: all that the table has
	samples int   // per task, length, depth and format; 0: PaperSamples
}

// plan returns the plan that asks a model, under its name here, for the selected scores.
func (s selection) plan(name string) (study.Plan, error) {
	entries, err := s.entries()
	if err != nil {
		return study.Plan{}, err
	}
	plan := study.Plan{Name: fmt.Sprintf("Table %d", s.table), Models: []string{name}, Samples: s.samples,
		Seeds: []int64{ruler.Seed2024}, Batch: batch}
	if plan.Samples == 0 {
		plan.Samples = PaperSamples
	}
	for _, e := range entries {
		if length := s.length(e); !slices.Contains(plan.Lengths, length) {
			plan.Lengths = append(plan.Lengths, length)
		}
		if depth := float64(e.Depth); s.table <= 4 && s.table > 1 && !slices.Contains(plan.Depths, depth) {
			plan.Depths = append(plan.Depths, depth)
		}
	}
	switch {
	case s.table == 1:
		plan.Tasks = ruler.TaskNames()
	case s.table <= 4:
		plan.Tasks, plan.Formats = []string{ruler.SingleNeedle}, formats
	default:
		plan.Tasks = []string{s.paperTable().Task}
	}
	return plan, nil
}

// paperTable returns the paper's table; its number is 0 if there is none.
func (s selection) paperTable() paper.Table {
	for _, t := range paper.Tables() {
		if t.Number == s.table {
			return t
		}
	}
	return paper.Table{}
}

// entries returns the selected scores as the paper prints them, without averages.
func (s selection) entries() ([]paper.Entry, error) {
	t := s.paperTable()
	if t.Number == 0 {
		return nil, wrong("Table", "the paper has no table %d of scores: want 1 to 4 or 6 to 18", s.table)
	}
	var found []paper.Entry
	var rows []string
	var lengths []int
	for _, e := range t.Entries {
		if !slices.Contains(rows, e.Model) {
			rows = append(rows, e.Model)
		}
		if e.Model != s.model.Name || e.IsAverage() {
			continue
		}
		lengths = append(lengths, s.length(e))
		if len(s.lengths) == 0 || slices.Contains(s.lengths, s.length(e)) {
			found = append(found, e)
		}
	}
	if len(lengths) == 0 {
		return nil, wrong("Table", "the paper's table %d has no row %s: it has %v", s.table, s.model.Name, rows)
	}
	for _, length := range s.lengths {
		if !slices.Contains(lengths, length) {
			slices.Sort(lengths)
			return nil, wrong("Lengths", "the paper's table %d has no length %d of %s: it has %v", s.table, length, s.model.Name, slices.Compact(lengths))
		}
	}
	return found, nil
}

// length returns the length of an entry's samples in tokens.
func (s selection) length(e paper.Entry) int {
	if e.Times > 0 {
		return e.Times * baseLength(s.model)
	}
	return e.Length
}

// caption returns the paper's caption of the table.
func (s selection) caption() string { return s.paperTable().Caption }
