package reproduce

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"longseq/data/paper"
	"longseq/data/published"
)

// A Grid is one of the paper's tables in its layout, with a line of ours below each of the paper's.
type Grid struct {
	Number  int
	Caption string
	Columns []string
	Rows    [][]string
	Note    string

	scores []Score // every score of the table, also those that were not run
	origin string
}

// marks are what a table shows behind ours for a verdict.
var marks = map[Verdict]string{Consistent: " =", Differs: " ≠"}

// Grid returns the paper's table of that number.
func (r Report) Grid(number int) Grid {
	t := selection{table: number}.paperTable()
	g := Grid{Number: number, Caption: fmt.Sprintf("Table %d: %s", number, t.Caption), Columns: []string{""}, origin: r.Origin.String()}
	for _, e := range t.Entries {
		sel := selection{table: number, model: paperModel(e.Model)}
		row, column := sel.at(e)
		if !slices.Contains(g.Columns, column) {
			g.Columns = append(g.Columns, column)
		}
		n := len(g.Rows)
		if n == 0 || g.Rows[n-2][0] != row+", paper" {
			g.Rows = append(g.Rows, []string{row + ", paper"}, []string{row + ", here"})
			n += 2
		}
		score := r.score(sel, e)
		ours := "–"
		if score.Samples > 0 {
			ours = fmt.Sprintf("%.1f [%.1f, %.1f]%s", score.Ours, score.Low, score.High, marks[score.Verdict])
		}
		g.Rows[n-2], g.Rows[n-1] = append(g.Rows[n-2], fmt.Sprintf("%.2f", e.Score)), append(g.Rows[n-1], ours)
		g.scores = append(g.scores, score)
	}
	g.Note = fmt.Sprintf("Percent; ours with %.3g%% intervals; =: consistent with the paper's, ≠: differs, both for all %d statements of the report together; "+
		"without a mark: no statement. %s.", 100*r.Confidence, r.Family, count(g.scores))
	return g
}

// paperModel returns the model of that name in the paper's tables, whose names a test compares with those of published.
func paperModel(name string) published.Model {
	m, err := published.Find(name)
	if err != nil {
		panic(err)
	}
	return m
}

// at returns the row and the column of an entry in the paper's layout.
func (s selection) at(e paper.Entry) (row, column string) {
	row, column = s.model.Name, strconv.Itoa(e.Length)
	switch {
	case e.IsAverage():
		column = "average"
	case s.table == 2 || s.table == 3:
		column = fmt.Sprintf("%d%%", e.Depth)
	case s.table == 4:
		row, column = fmt.Sprintf("%s at %d", s.model.Name, e.Length), fmt.Sprintf("%s %d%%", e.Format, e.Depth)
	}
	return row, column
}

// score returns the score of an entry; one that is not in the report was not run.
func (r Report) score(s selection, e paper.Entry) Score {
	for _, score := range r.Scores {
		if score.Table == s.table && score.Model == e.Model && score.Average == e.IsAverage() &&
			(e.IsAverage() || score.Length == s.length(e) && score.Depth == e.Depth && score.Format == e.Format) {
			return score
		}
	}
	none := Score{Table: s.table, Model: e.Model, Average: e.IsAverage(), Paper: e.Score, Verdict: NotRun}
	if !none.Average {
		none.Length, none.Depth, none.Format = s.length(e), e.Depth, e.Format
	}
	return none
}

func (g Grid) writer() table.Writer {
	w := table.NewWriter()
	row := func(cells []string) table.Row {
		r := make(table.Row, len(cells))
		for i, c := range cells {
			r[i] = c
		}
		return r
	}
	w.AppendHeader(row(g.Columns))
	configs := []table.ColumnConfig{{Number: 1, Align: text.AlignLeft}}
	for i := range g.Columns[1:] {
		configs = append(configs, table.ColumnConfig{Number: i + 2, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	w.SetColumnConfigs(configs)
	for _, r := range g.Rows {
		w.AppendRow(row(r))
	}
	return w
}

// Text returns the table with lines for a terminal.
func (g Grid) Text() string {
	w := g.writer()
	w.SetStyle(table.StyleLight)
	w.Style().Format.Header = text.FormatDefault
	return g.Caption + "\n" + w.Render() + "\n" + g.Note + "\n" + g.origin + "\n"
}

// Markdown returns the table in Markdown.
func (g Grid) Markdown() string {
	return g.Caption + "\n\n" + g.writer().RenderMarkdown() + "\n\n" + g.Note + "\n"
}

// HTML returns the table as an HTML element.
func (g Grid) HTML() string {
	w := g.writer()
	w.SetCaption("%s", g.Caption+" "+g.Note)
	return w.RenderHTML() + "\n"
}

// LaTeX returns the table as a LaTeX table environment, for which the booktabs package suffices, with its origin in a comment.
func (g Grid) LaTeX() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%% %s\n\\begin{table}\n\\centering\n\\caption{%s}\n\\begin{tabular}{l%s}\n\\toprule\n", g.origin, latex(g.Caption), strings.Repeat("r", len(g.Columns)-1))
	line := func(cells []string) {
		escaped := make([]string, len(cells))
		for i, c := range cells {
			escaped[i] = latex(c)
		}
		b.WriteString(strings.Join(escaped, " & ") + " \\\\\n")
	}
	line(g.Columns)
	b.WriteString("\\midrule\n")
	for _, r := range g.Rows {
		line(r)
	}
	fmt.Fprintf(&b, "\\bottomrule\n\\end{tabular}\n\n\\smallskip\n{\\footnotesize %s}\n\\end{table}\n", latex(g.Note))
	return b.String()
}

var latexEscapes = strings.NewReplacer(`\`, `\textbackslash{}`, `_`, `\_`, `%`, `\%`, `&`, `\&`, `#`, `\#`, `$`, `\$`, `{`, `\{`, `}`, `\}`,
	`~`, `\textasciitilde{}`, `^`, `\textasciicircum{}`, "≠", `$\neq$`, "–", "--")

func latex(s string) string { return latexEscapes.Replace(s) }

// CSV returns the table with a line for each score, after a comment with its origin.
func (g Grid) CSV() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", g.origin)
	w := csv.NewWriter(&b)
	w.Write([]string{"table", "model", "length", "depth", "format", "average", "paper", "paper_low", "paper_high", "ours", "low", "high", "samples", "verdict",
		"difference", "difference_low", "difference_high", "detectable", "why"})
	number := func(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }
	for _, s := range g.scores {
		low, high := PaperInterval(paper.Entry{Table: s.Table, Score: s.Paper, Length: map[bool]int{true: paper.Average}[s.Average]}, 0.95)
		row := []string{strconv.Itoa(s.Table), s.Model, known(s.Length), "", s.Format, strconv.FormatBool(s.Average), number(s.Paper), number(low), number(high),
			"", "", "", strconv.Itoa(s.Samples), string(s.Verdict), "", "", "", "", s.Why}
		if (selection{table: s.Table}).isNeedle() && !s.Average {
			row[3] = strconv.Itoa(s.Depth)
		}
		if s.Samples > 0 {
			row[9], row[10], row[11] = number(s.Ours), number(s.Low), number(s.High)
		}
		if d := s.Difference; d != nil {
			row[14], row[15], row[16], row[17] = number(d.Center), number(d.Low), number(d.High), number(d.Detectable)
		}
		w.Write(row)
	}
	w.Flush() // a builder takes everything
	return b.String()
}

// known writes a number, or nothing for 0.
func known(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
