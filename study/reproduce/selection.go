package reproduce

import (
	"slices"

	"longseq/data"
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
}

// tables are the paper's.
var tables = paper.Tables()

// paperTable returns the paper's table; its number is 0 if there is none.
func (s selection) paperTable() paper.Table {
	for _, t := range tables {
		if t.Number == s.table {
			return t
		}
	}
	return paper.Table{}
}

// part returns the part of a plan that asks a model, under its name here, for the selected scores.
func (s selection) part(name string) (study.Part, error) {
	entries, err := s.entries()
	if err != nil {
		return study.Part{}, err
	}
	part := study.Part{Models: []string{name}}
	for _, e := range entries {
		if length := s.length(e); !slices.Contains(part.Lengths, length) {
			part.Lengths = append(part.Lengths, length)
		}
		if depth := float64(e.Depth); s.isNeedle() && !slices.Contains(part.Depths, depth) {
			part.Depths = append(part.Depths, depth)
		}
	}
	switch {
	case s.table == 1:
		part.Tasks = ruler.TaskNames()
	case s.isNeedle():
		part.Tasks, part.Formats = []string{ruler.SingleNeedle}, formats
	default:
		part.Tasks = []string{s.paperTable().Task}
	}
	return part, nil
}

// isNeedle says that the table is of one needle, by depth or format.
func (s selection) isNeedle() bool { return s.table > 1 && s.table <= 4 }

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

// has reports whether the paper's table has a row of the model with one of the lengths.
func (s selection) has() bool {
	entries := s.paperTable().Entries
	return slices.ContainsFunc(entries, func(e paper.Entry) bool {
		return e.Model == s.model.Name && !e.IsAverage() && (len(s.lengths) == 0 || slices.Contains(s.lengths, s.length(e)))
	})
}

// within returns the selection without lengths that its table does not have.
func (s selection) within() selection {
	var lengths []int
	for _, length := range s.lengths {
		if one := (selection{s.table, s.model, []int{length}}); one.has() {
			lengths = append(lengths, length)
		}
	}
	s.lengths = lengths
	return s
}

// A group is the records of one mean. A score is the mean of its groups.
type group struct {
	task, format string
	length       int
	depth        float64
}

// groups returns the groups of an entry.
func (s selection) groups(e paper.Entry) []group {
	var groups []group
	if s.isNeedle() {
		for _, format := range formats {
			if e.Format == "" || e.Format == format {
				groups = append(groups, group{ruler.SingleNeedle, format, s.length(e), float64(e.Depth)})
			}
		}
		return groups
	}
	for _, task := range ruler.TaskNames() {
		if s.table == 1 || task == s.paperTable().Task {
			groups = append(groups, group{task, "", s.length(e), data.AnyDepth})
		}
	}
	return groups
}

// questions returns how many of the paper's questions a score of the table rests on. The depths of Tables 2 and 3 share theirs.
func (s selection) questions(average bool) int {
	n := PaperSamples
	switch {
	case s.table == 1:
		n *= len(ruler.TaskNames())
	case s.table == 2 || s.table == 3:
		return n * len(formats)
	}
	if average {
		n *= 5 // lengths
	}
	return n
}
