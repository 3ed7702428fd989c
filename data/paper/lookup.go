package paper

import (
	"fmt"
	"slices"
	"strings"

	"longseq/internal/nearmiss"
)

// Tables returns the 17 tables of scores: 1 to 4 and 6 to 18.
func Tables() []Table {
	all := slices.Clone(tables)
	for i := range all {
		all[i].Entries = slices.Clone(all[i].Entries)
	}
	return all
}

// TableOf returns the number of the table with the scores of one of RULER's 13 tasks: 7 for
// "niah_single_2".
func TableOf(task string) (int, error) {
	var known []string
	for _, t := range tables {
		if t.Number < 6 {
			continue
		}
		if t.Task == task {
			return t.Number, nil
		}
		known = append(known, t.Task)
	}
	return 0, nearmiss.Unknown("task", task, known)
}

// Key says which score is wanted. A field that the table does not vary is zero.
type Key struct {
	Table  int
	Model  string // as in the tables: "M2A"
	Length int    // tokens, or Average; zero in Tables 2 and 3
	Depth  int    // percent, or Average, in Tables 2 to 4
	Format string // in Table 4, as [data.ParseFormat] reads it
}

// Score returns a printed score, in percent. The error for a key without a score says which keys there are.
func Score(key Key) (float64, error) {
	i := slices.IndexFunc(tables, func(t Table) bool { return t.Number == key.Table })
	if i < 0 {
		return 0, fmt.Errorf("the paper has no table %d of scores; it has 1 to 4 and 6 to 18", key.Table)
	}
	if err := checkModel(key.Model); err != nil {
		return 0, err
	}
	format := fullFormat(key.Format)
	var keys []string
	for _, e := range tables[i].Entries {
		if e.Model != key.Model {
			continue
		}
		if e.Length == key.Length && e.Depth == key.Depth && e.Format == format {
			return e.Score, nil
		}
		keys = append(keys, e.place())
	}
	if len(keys) == 0 {
		return 0, fmt.Errorf("table %d has no row %s", key.Table, key.Model)
	}
	asked := Entry{Length: key.Length, Depth: key.Depth, Format: format, Table: key.Table}
	return 0, fmt.Errorf("table %d has no score of %s at %s; it has %s",
		key.Table, key.Model, asked.place(), strings.Join(keys, "; "))
}

// place returns the entry's place in its row: "length 1024".
func (e Entry) place() string {
	depth := fmt.Sprintf("depth %d", e.Depth)
	switch {
	case e.IsAverage():
		return "the average"
	case e.Table == 2 || e.Table == 3:
		return depth
	case e.Table == 4:
		return fmt.Sprintf("length %d, %s, %s", e.Length, depth, e.Format)
	}
	return fmt.Sprintf("length %d", e.Length)
}
