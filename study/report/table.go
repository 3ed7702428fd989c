package report

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"longseq/internal/printable"
	"longseq/study/compare"
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

// A TableValue is a fraction with its interval, which tables print in percent, or an effective length.
type TableValue struct {
	Value
	// Best marks the best value of a column and those that are not told from it, if any other is. See
	// [Summary.TableByLength].
	Best bool
	// Reach is an effective length in tokens, in place of a value; nil: a value.
	Reach *compare.Effective
	// Nats says that the value is a log-probability, and not a fraction.
	Nats bool
}

// String writes the value in percent with its interval, "72.4 [70.5, 74.2]", a range as "72.4 (70.5 to 74.2)", an effective length in tokens, "181 [160, 205]" or "> 1,024",
// or a dash where there is nothing.
func (v TableValue) String() string {
	switch {
	case v.Reach != nil:
		return v.Reach.String()
	case v.Method == rangeOf && v.N > 0:
		return fmt.Sprintf("%.1f (%.1f to %.1f)", 100*v.Center, 100*v.Low, 100*v.High)
	case v.Nats && v.N > 0:
		return fmt.Sprintf("%.2f [%.2f, %.2f]", v.Center, v.Low, v.High)
	}
	return v.Value.String()
}

// TableByLength returns a table of models by length, with a last column of effective lengths where several were asked. All pairs of
// models in all columns are compared on what both were asked ([compare.Index.Differences]), as one family at the level 1 - Confidence.
// Where at least one model of a column is worse than the best, the best is marked, and with it all that are not told from it.
func (s Summary) TableByLength() Table {
	t := s.tableOfLengths()
	effective, err := s.EffectiveLengths(compare.Options{})
	if len(t.Columns) > 2 && err == nil {
		t.Columns = append(t.Columns, "effective length")
		for i, row := range t.Rows {
			value := TableValue{Value: noValue()}
			if k := slices.IndexFunc(effective, func(e compare.Effective) bool { return e.Model == row.Name }); k >= 0 {
				value.Reach = &effective[k]
			}
			t.Rows[i].Values = append(row.Values, value)
		}
		t.Note += fmt.Sprintf(" Effective length: the last one, in tokens, up to which the score is at least %.3g%%.", 100*compare.DefaultThreshold)
	}
	t.Note += s.chanceNote()
	return t
}

// tableOfLengths is TableByLength without effective lengths.
func (s Summary) tableOfLengths() Table {
	return s.table("length", []string{"length"}, numbers(s.Lengths()), func(c compare.Cell) string { return strconv.Itoa(*c.Length) })
}

// LogProbTable returns a table of the log-probability of the right answer in nats by length, marked as in [Summary.TableByLength]: where no
// answer is right it still ranks models.
func (s Summary) LogProbTable() Table {
	t := s.tableOf(s.logProbs(), "length", []string{"length"}, numbers(s.Lengths()), func(c compare.Cell) string { return strconv.Itoa(*c.Length) })
	t.Caption = "Log-probability of the right answer by length, nats"
	for _, row := range t.Rows {
		for i := range row.Values {
			row.Values[i].Nats = true
		}
	}
	return t
}

// TableByFormat returns a table of models by format and length, marked as in [Summary.TableByLength].
func (s Summary) TableByFormat() Table {
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
	return s.table("format and length", []string{"format", "length"}, columns, func(c compare.Cell) string {
		if c.Format == nil {
			return ""
		}
		return fmt.Sprintf("%s %d", *c.Format, *c.Length)
	})
}

// table returns a table of models by the named columns, which are cells of keys. column returns that of a cell, or one that the table
// does not have.
func (s Summary) table(by string, keys, columns []string, column func(compare.Cell) string) Table {
	return s.tableOf(s.index(), by, keys, columns, column)
}

// tableOf is table of the values of an index.
func (s Summary) tableOf(x *compare.Index, by string, keys, columns []string, column func(compare.Cell) string) Table {
	t := Table{Caption: "Score by " + by + ", percent", Columns: append([]string{"model"}, columns...)}
	rows := make(map[string]int)
	for i, g := range s.groups() {
		rows[g.name] = i
		row := TableRow{Name: g.name}
		for range columns {
			row.Values = append(row.Values, TableValue{Value: noValue()})
		}
		t.Rows = append(t.Rows, row)
	}
	at := func(model string, c compare.Cell) *TableValue {
		row, known := rows[model]
		k := slices.Index(columns, column(c))
		if !known || k < 0 {
			return nil
		}
		return &t.Rows[row].Values[k]
	}
	var values []Value
	for _, score := range x.Scores(keys, s.Confidence) {
		if v := at(score.Model, score.Cell); v != nil {
			v.Value = valueOf(score)
			values = append(values, v.Value)
		}
	}
	t.Note = count(values) + " a value."
	if differences, err := x.Differences(keys, s.Confidence); err == nil { // unpaired models have none
		t.mark(differences, column, 1-s.Confidence)
		if len(differences) > 0 {
			t.Note += fmt.Sprintf(" %s; marked: the best, and what tests of all pairs (%d) do not tell from it.", intervals(s.Confidence, values), len(differences))
		}
	}
	if !strings.Contains(t.Note, ";") {
		t.Note += " " + intervals(s.Confidence, values) + "."
	}
	t.Note = s.warned(strings.ToUpper(t.Note[:1]) + t.Note[1:] + " " + upper(scopeOf(values)) + ".")
	return t
}

// upper returns the text with its first letter in upper case.
func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// intervals names the methods of the values' intervals: "95% intervals: Gaffke".
func intervals(confidence float64, values []Value) string {
	var methods []string
	for _, v := range values {
		if v.N > 0 && v.Method != "" && !slices.Contains(methods, v.Method) {
			methods = append(methods, v.Method)
		}
	}
	slices.Sort(methods)
	return fmt.Sprintf("%.3g%% intervals: %s", 100*confidence, strings.Join(methods, ", "))
}

// mark sets Best in every column in which some model is worse than the best one, at a level of the whole family.
func (t Table) mark(differences []compare.Difference, column func(compare.Cell) string, level float64) {
	for c, name := range t.Columns[1:] {
		best := -1
		for i, row := range t.Rows {
			if v := row.Values[c]; v.N > 0 && (best < 0 || v.Center > t.Rows[best].Values[c].Center) {
				best = i
			}
		}
		if best < 0 {
			continue
		}
		told := make(map[string]bool) // compared models, and whether they are told from the best
		for _, d := range differences {
			if column(d.Cell) != name {
				continue
			}
			switch t.Rows[best].Name {
			case d.A:
				told[d.B] = d.PFamily <= level
			case d.B:
				told[d.A] = d.PFamily <= level
			}
		}
		if !slices.Contains(slices.Collect(maps.Values(told)), true) {
			continue
		}
		for i, row := range t.Rows {
			worse, compared := told[row.Name]
			t.Rows[i].Values[c].Best = i == best || compared && !worse
		}
	}
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
		return markdown(v.String())
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

// CSV returns the table with three columns for each of its own: the value, low and high, in percent, or tokens of an effective length. A
// last column says what the values of the row are numbers of.
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
	w.AppendHeader(append(header, "scope"))
	for _, r := range t.Rows {
		row := table.Row{r.Name}
		scope := ""
		for _, v := range r.Values {
			row = append(row, v.csv()...)
			if v.N > 0 {
				scope = v.Scope()
			}
		}
		w.AppendRow(append(row, scope))
	}
	return comment + w.RenderCSV() + "\n"
}

// csv returns the value, low and high, empty where there are none.
func (v TableValue) csv() table.Row {
	if v.Reach != nil {
		return table.Row{v.Reach.Text(), bound(v.Reach.Low), bound(v.Reach.High)}
	}
	if v.N == 0 {
		return table.Row{"", "", ""}
	}
	if v.Nats {
		return table.Row{nats(v.Center), nats(v.Low), nats(v.High)}
	}
	return table.Row{percent(v.Center), percent(v.Low), percent(v.High)}
}

// nats formats a log-probability.
func nats(x float64) string { return strconv.FormatFloat(x, 'f', 4, 64) }

// bound formats a bound in tokens, empty for an open one.
func bound(tokens *float64) string {
	if tokens == nil {
		return ""
	}
	return strconv.FormatFloat(*tokens, 'f', 0, 64)
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
