package paper

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"longseq/data"
)

// Average marks the average of a row in an [Entry] or a [Key]: as its Length in Tables 1 and 6 to 18, as its
// Depth in Tables 2 and 3.
const Average = -1

// Entry is one printed score. A field that its table does not vary is zero.
type Entry struct {
	Table  int
	Model  string // as in the tables: "M2A"
	Length int    // tokens, or Average; zero in Tables 2 and 3
	Times  int    // in Tables 2 and 3, the length as a multiple of the training length: 1 or 2
	Depth  int    // percent, or Average
	Format string // haystack-key-value, in Table 4: "noise-word-number"
	Score  float64
}

// hundredths returns the score in hundredths of a percent.
func (e Entry) hundredths() int { return int(math.Round(e.Score * 100)) }

// IsAverage reports whether the entry is the average of its row.
func (e Entry) IsAverage() bool { return e.Length == Average || e.Depth == Average }

// Table is one of the paper's tables of scores.
type Table struct {
	Number  int
	Task    string // RULER's name in Tables 6 to 18, else "ruler_aggregate", "niah_single_depth" or "niah_single_format"
	Caption string
	Entries []Entry // row by row, as printed
}

//go:embed tables.csv
var tablesCSV string

var captions = map[int]string{
	1: "Results on RULER. Accuracy is aggregated across several tasks for each model and context length.",
	2: "Results on needle-in-a-haystack task where the position of a single needle is at a fixed depth within the haystack. " +
		"Context length is set to the maximum on which the models were trained.",
	3: "Same results as above with context length set to twice the maximum training length.",
	4: "Results on needle-in-a-haystack task where the position of a single needle is placed at the beginning, end or middle " +
		"of the haystack while the types of each component varies. Context length is set to the maximum on which the models were trained.",
}

// tables are the tables in the order of their numbers.
var tables = mustParse(tablesCSV)

func mustParse(text string) []Table {
	tables, err := parse(text)
	if err != nil {
		panic(err) // the file is built in
	}
	return tables
}

// parse reads the columns table, task, model, context_length, depth_percent, format and score. The rows of a
// table are consecutive.
func parse(text string) ([]Table, error) {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("parse the paper's tables: %w", err)
	}
	var tables []Table
	for i, row := range rows[1:] {
		e, err := parseEntry(row)
		if err != nil {
			return nil, fmt.Errorf("parse the paper's tables, line %d: %w", i+2, err)
		}
		if len(tables) == 0 || tables[len(tables)-1].Number != e.Table {
			t := Table{Number: e.Table, Task: row[1], Caption: captions[e.Table]}
			if t.Caption == "" {
				t.Caption = "Results on " + t.Task + " task of RULER."
			}
			tables = append(tables, t)
		}
		last := &tables[len(tables)-1]
		last.Entries = append(last.Entries, e)
	}
	slices.SortFunc(tables, func(a, b Table) int { return a.Number - b.Number })
	return tables, nil
}

// parseEntry reads a row.
func parseEntry(row []string) (e Entry, err error) {
	e.Model, e.Format = row[2], fullFormat(row[5])
	if e.Table, err = strconv.Atoi(row[0]); err != nil {
		return e, err
	}
	switch row[3] {
	case "train_max":
		e.Times = 1
	case "2x_train_max":
		e.Times = 2
	default:
		if e.Length, err = number(row[3]); err != nil {
			return e, err
		}
	}
	if e.Depth, err = number(row[4]); err != nil {
		return e, err
	}
	e.Score, err = strconv.ParseFloat(row[6], 64)
	return e, err
}

// number reads an integer, "average", or "" for 0.
func number(text string) (int, error) {
	switch text {
	case "":
		return 0, nil
	case "average":
		return Average, nil
	}
	return strconv.Atoi(text)
}

// fullFormat returns a format in its full form, and as it is if it is none.
func fullFormat(text string) string {
	format, err := data.ParseFormat(text)
	if err != nil {
		return text
	}
	return format.String()
}
