package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"longseq/internal/printable"
	"longseq/study"
	"longseq/study/stats"
)

// A Table is a table of values, with renderings as text, Markdown, HTML, CSV, LaTeX and JSON.
type Table struct {
	Caption string
	Columns []string // headings; the first column holds names, the others values
	Rows    []TableRow
	Note    string // below the table: samples and methods
	Origin  string // what it was made from, for a comment in LaTeX and CSV; or empty
}

// A TableRow is a name with a value for each column after the first.
type TableRow struct {
	Name   string
	Values []TableValue
}

// A TableValue is a fraction with its interval. Tables print it in percent.
type TableValue struct {
	stats.Interval
	// Best marks the best value of a column and those not significantly worse, if any other is. See
	// [Summary.TableByLength].
	Best bool
}

// TableByLength returns a table of models by length. At each length the best model is compared with each of the
// others on the samples of both ([stats.Compare]), at the level 1 - Confidence after Holm's adjustment over the
// whole table. Where at least one is significantly worse, the best is marked, and with it all that are not.
func (s Summary) TableByLength() Table {
	var columns []string
	for _, length := range s.Lengths() {
		columns = append(columns, strconv.Itoa(length))
	}
	return s.table("length", func(r *study.Record) string { return strconv.Itoa(r.Length) }, columns)
}

// TableByFormat returns a table of models by format and length, marked as in [Summary.TableByLength].
func (s Summary) TableByFormat() Table {
	name := func(r *study.Record) string { return fmt.Sprintf("%s %d", r.Format, r.Length) }
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

// table returns a table of models by the named columns. column returns the column of a record, which follows from its
// format, length and depth.
func (s Summary) table(by string, column func(*study.Record) string, columns []string) Table {
	t := Table{Caption: "Score by " + by + ", percent", Columns: append([]string{"model"}, columns...)}
	for _, model := range s.Models {
		t.Rows = append(t.Rows, TableRow{Name: model, Values: make([]TableValue, len(columns))})
	}
	records := s.tableRecords(column, columns)
	var tests []columnTest
	fewest, most := 0, 0
	for c := range columns {
		best := -1
		for m := range s.Models {
			var scores []float64
			for _, r := range records[m][c] {
				scores = append(scores, r.Score)
			}
			value := stats.Mean(scores, s.Confidence)
			t.Rows[m].Values[c].Interval = value
			if value.N == 0 {
				continue
			}
			if most == 0 {
				fewest = value.N
			}
			fewest, most = min(fewest, value.N), max(most, value.N)
			if best < 0 || value.Center > t.Rows[best].Values[c].Center {
				best = m
			}
		}
		for m := range s.Models {
			if best < 0 || m == best || t.Rows[m].Values[c].N == 0 {
				continue
			}
			if comparison, err := compare(records[best][c], records[m][c], s.Confidence); err == nil && comparison.Difference.N > 0 {
				tests = append(tests, columnTest{c, best, m, comparison.P})
			}
		}
	}
	t.mark(tests, 1-s.Confidence)
	t.Note = s.warned(fmt.Sprintf("%s samples a value; %.3g%% intervals: Wilson for 0/1 scores, else bootstrap; marked: the best, and what paired tests (Holm over the table) do not tell from it.",
		span(fewest, most), 100*s.Confidence))
	return t
}

// tableRecords returns the records outside retention curves by model and column.
func (s Summary) tableRecords(column func(*study.Record) string, columns []string) [][][]*study.Record {
	records := make([][][]*study.Record, len(s.Models))
	for m := range records {
		records[m] = make([][]*study.Record, len(columns))
	}
	type place struct {
		format string
		length int
		depth  float64
	}
	known := make(map[place]int) // columns
	for _, r := range s.Records {
		at := place{r.Format, r.Length, r.Depth}
		c, there := known[at]
		if !there {
			c = slices.Index(columns, column(r))
			known[at] = c
		}
		if m := slices.Index(s.Models, r.Model); r.Distance == 0 && c >= 0 && m >= 0 {
			records[m][c] = append(records[m][c], r)
		}
	}
	return records
}

// A columnTest is the p-value of the difference between the best row of a column and another.
type columnTest struct {
	column, best, other int
	p                   float64
}

// mark sets Best in every column in which a test, after Holm's adjustment, is significant at the level.
func (t Table) mark(tests []columnTest, level float64) {
	p := make([]float64, len(tests))
	for i, test := range tests {
		p[i] = test.p
	}
	adjusted := stats.Holm(p)
	significant := make(map[int]bool) // by column: whether a row is worse than the best
	for i, test := range tests {
		significant[test.column] = significant[test.column] || adjusted[i] <= level
	}
	for i, test := range tests {
		if significant[test.column] {
			t.Rows[test.best].Values[test.column].Best = true
			t.Rows[test.other].Values[test.column].Best = adjusted[i] > level
		}
	}
}

// span returns "3 to 5", or "5" for two equal numbers.
func span(low, high int) string {
	if low == high {
		return strconv.Itoa(high)
	}
	return fmt.Sprintf("%d to %d", low, high)
}

// Text returns the table with lines for a terminal; marked values have an asterisk.
func (t Table) Text() string {
	w := t.writer(plainText, starred)
	w.SetStyle(table.StyleLight)
	w.Style().Format.Header = text.FormatDefault
	return plainText(t.Caption) + "\n" + w.Render() + "\n" + plainText(t.Note) + "\n"
}

// Markdown returns the table in Markdown; marked values are bold.
func (t Table) Markdown() string {
	w := t.writer(markdown, func(v TableValue) string {
		if v.Best {
			return "**" + v.String() + "**"
		}
		return v.String()
	})
	return markdown(t.Caption) + "\n\n" + w.RenderMarkdown() + "\n\n" + markdown(t.Note) + "\n"
}

// plainText returns a text without control characters, which a terminal would obey.
func plainText(s string) string { return printable.Text(s, "") }

var markdownEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;")

// markdown returns a text for Markdown, with HTML's characters escaped.
func markdown(s string) string { return markdownEscapes.Replace(plainText(s)) }

// HTML returns the table as an HTML element; marked values have an asterisk. On a narrow page the interval goes
// below its value, but is never broken in two.
func (t Table) HTML() string {
	w := t.writer(plainText, func(v TableValue) string { return strings.ReplaceAll(starred(v), ", ", ",\u00a0") })
	w.SetCaption("%s. %s", plainText(t.Caption), plainText(t.Note))
	columns := t.alignment()
	columns[0].Align, columns[0].AlignHeader = text.AlignLeft, text.AlignLeft // a page may align to the right what says nothing
	w.SetColumnConfigs(columns)
	return leftInJupyter.Replace(w.RenderHTML()) + "\n"
}

// JupyterLab's style sheet aligns cells to the right, above the attribute align; GitHub obeys that attribute alone. A
// quoted attribute is never text of a cell, where quotes are escaped.
var leftInJupyter = strings.NewReplacer(`align="left"`, `align="left" style="text-align: left"`)

// CSV returns the table with three columns for each of its own, in percent: the value, low and high.
func (t Table) CSV() string {
	comment := ""
	if t.Origin != "" {
		comment = "# " + plainText(t.Origin) + "\n"
	}
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
	return comment + w.RenderCSV() + "\n"
}

// percent formats a fraction in percent.
func percent(x float64) string { return strconv.FormatFloat(100*x, 'f', 2, 64) }

// starred formats a value with its interval, with an asterisk if it is marked.
func starred(v TableValue) string {
	if v.Best {
		return v.String() + "*"
	}
	return v.String()
}

// writer returns a writer of the table whose names are formatted by name, and whose values by write.
func (t Table) writer(name func(string) string, write func(TableValue) string) table.Writer {
	w := table.NewWriter()
	header := make(table.Row, len(t.Columns))
	for i, c := range t.Columns {
		header[i] = name(c)
	}
	w.AppendHeader(header)
	w.SetColumnConfigs(t.alignment())
	for _, r := range t.Rows {
		row := table.Row{name(r.Name)}
		for _, v := range r.Values {
			row = append(row, write(v))
		}
		w.AppendRow(row)
	}
	return w
}

// alignment returns the alignment of the columns: numbers, which are all but the first, to the right.
func (t Table) alignment() []table.ColumnConfig {
	columns := make([]table.ColumnConfig, len(t.Columns))
	for i := range columns {
		columns[i] = table.ColumnConfig{Number: i + 1}
		if i > 0 {
			columns[i].Align, columns[i].AlignHeader = text.AlignRight, text.AlignRight
		}
	}
	return columns
}
