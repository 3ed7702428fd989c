// Package reproduce asks one model what the paper asked it, and puts the paper's numbers beside its own.
//
//	table of the paper ── PlanOf ── study.Sweep ── Store ── Cells ── Table
//
// A cell of the paper's Tables 6 to 18 stands for 250 of RULER's own samples of one task and length. Table 1 is
// the mean over the 13 tasks. Table 4 hides one needle in three formats at three depths. A cell of Tables 2 and 3
// is the mean over those three formats, at the training length and at twice that: where Table 4 has the same
// model, length and depth, its three scores average to it in every digit, in 17 cells of 18.
package reproduce

import (
	"fmt"
	"slices"

	"longseq/data/paper"
	"longseq/data/ruler"
	"longseq/lcmodels/published"
	"longseq/study"
)

// PaperSamples is how many samples stand behind a printed score of a task, or of a format and depth.
const PaperSamples = 250

// block is how many samples are answered in one go: what a stopped evaluation loses at most.
const block = 10

// formats of the paper's needles in Tables 2 to 4.
var formats = []string{"noise-word-number", "essay-word-number", "essay-word-uuid"}

// Trained is the length of the paper's Table 2, of whose double its Table 3 is. Of RecurrentGemma it is not the
// length that it was trained at but its window: its scores there are those of 2,048 tokens in Tables 6 to 8.
func Trained(m published.Model) int {
	if m.Architecture == "griffin" {
		return 2048
	}
	return m.Trained
}

// Asked says which of a table's cells are asked: those of a model, at some lengths, with some samples each.
type Asked struct {
	Table int
	// Model is the paper's, whose cells these are.
	Model published.Model
	// Lengths in tokens; empty: all that the table has.
	Lengths []int
	// Samples of a cell; 0: as many as the paper's.
	Samples int
}

// PlanOf returns the plan that asks a model, under its name here, for cells of the paper.
func (a Asked) PlanOf(name string) (study.Plan, error) {
	entries, err := a.entries()
	if err != nil {
		return study.Plan{}, err
	}
	plan := study.Plan{Name: fmt.Sprintf("Table %d", a.Table), Models: []string{name}, Samples: a.Samples,
		Seeds: []int64{ruler.Seed2024}, Batch: block}
	if plan.Samples == 0 {
		plan.Samples = PaperSamples
	}
	for _, e := range entries {
		if length := a.length(e); !slices.Contains(plan.Lengths, length) {
			plan.Lengths = append(plan.Lengths, length)
		}
		if depth := float64(e.Depth); a.Table <= 4 && a.Table > 1 && !slices.Contains(plan.Depths, depth) {
			plan.Depths = append(plan.Depths, depth)
		}
	}
	switch {
	case a.Table == 1:
		plan.Tasks = ruler.TaskNames()
	case a.Table <= 4:
		plan.Tasks, plan.Formats = []string{ruler.SingleNeedle}, formats
	default:
		plan.Tasks = []string{a.table().Task}
	}
	return plan, nil
}

// table returns the paper's table, empty if there is none of that number.
func (a Asked) table() paper.Table {
	for _, t := range paper.Tables() {
		if t.Number == a.Table {
			return t
		}
	}
	return paper.Table{}
}

// entries are the printed scores that are asked for, without averages.
func (a Asked) entries() ([]paper.Entry, error) {
	t := a.table()
	if t.Number == 0 {
		return nil, fmt.Errorf("the paper has no table %d of scores: want 1 to 4 or 6 to 18", a.Table)
	}
	var found []paper.Entry
	var rows []string
	var lengths []int
	for _, e := range t.Entries {
		if !slices.Contains(rows, e.Model) {
			rows = append(rows, e.Model)
		}
		if e.Model != a.Model.Name || e.IsAverage() {
			continue
		}
		lengths = append(lengths, a.length(e))
		if len(a.Lengths) == 0 || slices.Contains(a.Lengths, a.length(e)) {
			found = append(found, e)
		}
	}
	if len(lengths) == 0 {
		return nil, fmt.Errorf("the paper's table %d has no row %s: it has %v", a.Table, a.Model.Name, rows)
	}
	for _, length := range a.Lengths {
		if !slices.Contains(lengths, length) {
			slices.Sort(lengths)
			return nil, fmt.Errorf("the paper's table %d has no length %d of %s: it has %v", a.Table, length, a.Model.Name, slices.Compact(lengths))
		}
	}
	return found, nil
}

// length is the tokens of an entry's samples.
func (a Asked) length(e paper.Entry) int {
	if e.Times > 0 {
		return e.Times * Trained(a.Model)
	}
	return e.Length
}

// Caption is the paper's.
func (a Asked) Caption() string { return a.table().Caption }
