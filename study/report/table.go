package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"longseq/study"
	"longseq/study/stats"
)

// A Table is one table value with many renderings: text, Markdown, HTML, CSV and LaTeX.
type Table struct {
	Caption string
	Columns []string // headings; the first column's are names, the others' numbers
	Rows    []TableRow
	Note    string // samples and methods, below
}

// A TableRow is a name and a value for each further column.
type TableRow struct {
	Name   string
	Values []TableValue
}

// A TableValue is a number with its interval, as a fraction of 1 and printed in percent.
type TableValue struct {
	stats.Interval
	// Best marks the column's best, where a test told it from another in the column.
	Best bool
}

// TableByLength returns a table of models by length. The best of each length is marked only if
// paired tests on the same samples, Holm-adjusted over the whole table, tell it from another; all
// that they do not tell from the best are marked with it.
func (s Summary) TableByLength() Table {
	var columns []string
	for _, length := range s.Lengths() {
		columns = append(columns, strconv.Itoa(length))
	}
	return s.table("length", func(r study.Record) string { return strconv.Itoa(r.Length) }, columns)
}

// TableByFormat returns a table of models by format and length, marked as [Summary.TableByLength].
func (s Summary) TableByFormat() Table {
	name := func(r study.Record) string { return fmt.Sprintf("%s %d", r.Format, r.Length) }
	var columns []string
	for _, grid := range s.ByFormatAndLength() {
		for _, format := range grid.Rows {
			for _, length := range grid.Lengths {
				if c := fmt.Sprintf("%s %d", format, length); !slices.Contains(columns, c) {
					columns = append(columns, c)
				}
			}
		}
	}
	return s.table("format and length", name, columns)
}

// table makes a table of models by the named columns; column says to which a record belongs.
func (s Summary) table(by string, column func(study.Record) string, columns []string) Table {
	s = s.Where(func(r study.Record) bool { return r.Distance == 0 })
	t := Table{Caption: "Score by " + by + ", percent", Columns: append([]string{"model"}, columns...)}
	for _, model := range s.Models {
		t.Rows = append(t.Rows, TableRow{Name: model, Values: make([]TableValue, len(columns))})
	}
	var tests []columnTest
	least, most := 0, 0
	for c, name := range columns {
		in := s.Where(func(r study.Record) bool { return column(r) == name })
		best := -1
		for m, model := range s.Models {
			var scores []float64
			for _, r := range in.Records {
				if r.Model == model {
					scores = append(scores, r.Score)
				}
			}
			value := stats.Mean(scores, s.Confidence)
			t.Rows[m].Values[c].Interval = value
			if value.N == 0 {
				continue
			}
			if most == 0 {
				least = value.N
			}
			least, most = min(least, value.N), max(most, value.N)
			if best < 0 || value.Center > t.Rows[best].Values[c].Center {
				best = m
			}
		}
		for m, model := range s.Models {
			if best < 0 || m == best || t.Rows[m].Values[c].N == 0 {
				continue
			}
			if comparison, err := in.Compare(s.Models[best], model); err == nil && comparison.Difference.N > 0 {
				tests = append(tests, columnTest{c, best, m, comparison.P})
			}
		}
	}
	t.mark(tests, 1-s.Confidence)
	t.Note = fmt.Sprintf("%s samples a value; %.3g%% intervals: Wilson for 0/1 scores, else bootstrap; marked: the best, and what paired tests (Holm over the table) do not tell from it.",
		span(least, most), 100*s.Confidence)
	return t
}

// A columnTest compares the best of a column with another row.
type columnTest struct {
	column, best, other int
	p                   float64
}

// mark sets Best in every column where a test tells the best from another at the level.
func (t Table) mark(tests []columnTest, level float64) {
	p := make([]float64, len(tests))
	for i, test := range tests {
		p[i] = test.p
	}
	adjusted := stats.Holm(p)
	told := make(map[int]bool) // columns with a row told from the best
	for i, test := range tests {
		told[test.column] = told[test.column] || adjusted[i] <= level
	}
	for i, test := range tests {
		if told[test.column] {
			t.Rows[test.best].Values[test.column].Best = true
			t.Rows[test.other].Values[test.column].Best = adjusted[i] > level
		}
	}
}

func span(least, most int) string {
	if least == most {
		return strconv.Itoa(most)
	}
	return fmt.Sprintf("%d to %d", least, most)
}

// Text draws the table with lines for a terminal; the best have an asterisk.
func (t Table) Text() string {
	w := t.writer(starred)
	w.SetStyle(table.StyleLight)
	w.Style().Format.Header = text.FormatDefault
	return t.Caption + "\n" + w.Render() + "\n" + t.Note + "\n"
}

// Markdown returns the table in Markdown; the best are bold.
func (t Table) Markdown() string {
	w := t.writer(func(v TableValue) string {
		if v.Best {
			return "**" + v.String() + "**"
		}
		return v.String()
	})
	return t.Caption + "\n\n" + w.RenderMarkdown() + "\n\n" + t.Note + "\n"
}

// HTML returns the table as an HTML element; the best have an asterisk. On a narrow page an interval stands
// under its value, never in two pieces.
func (t Table) HTML() string {
	w := t.writer(func(v TableValue) string { return strings.ReplaceAll(starred(v), ", ", ",\u00a0") })
	w.SetCaption("%s. %s", t.Caption, t.Note)
	return w.RenderHTML() + "\n"
}

// CSV returns the table with three columns a value: centre, low and high, in percent.
func (t Table) CSV() string {
	w := table.NewWriter()
	header := table.Row{t.Columns[0]}
	for _, c := range t.Columns[1:] {
		header = append(header, c, c+" low", c+" high")
	}
	w.AppendHeader(header)
	for _, r := range t.Rows {
		row := table.Row{r.Name}
		for _, v := range r.Values {
			if v.N == 0 {
				row = append(row, "", "", "")
				continue
			}
			row = append(row, percent(v.Center), percent(v.Low), percent(v.High))
		}
		w.AppendRow(row)
	}
	return w.RenderCSV() + "\n"
}

func percent(x float64) string { return strconv.FormatFloat(100*x, 'f', 2, 64) }

func starred(v TableValue) string {
	if v.Best {
		return v.String() + "*"
	}
	return v.String()
}

func (t Table) writer(write func(TableValue) string) table.Writer {
	w := table.NewWriter()
	header := make(table.Row, len(t.Columns))
	configs := make([]table.ColumnConfig, len(t.Columns))
	for i, c := range t.Columns {
		header[i] = c
		configs[i] = table.ColumnConfig{Number: i + 1}
		if i > 0 {
			configs[i].Align, configs[i].AlignHeader = text.AlignRight, text.AlignRight
		}
	}
	w.AppendHeader(header)
	w.SetColumnConfigs(configs)
	for _, r := range t.Rows {
		row := table.Row{r.Name}
		for _, v := range r.Values {
			row = append(row, write(v))
		}
		w.AppendRow(row)
	}
	return w
}
