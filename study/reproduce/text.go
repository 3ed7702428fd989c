package reproduce

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"longseq/data/published"
)

// A Result is an evaluation's scores beside the paper's. In JSON a score is called a cell.
type Result struct {
	Model    string   `json:"model"`              // in the store
	As       string   `json:"as"`                 // the model of the paper
	Identity string   `json:"identity,omitempty"` // what is known of whether it is that
	Estimate Estimate `json:"estimate"`
	Store    string   `json:"store,omitempty"` // the folder with the records
	Scores   []Score  `json:"cells,omitempty"`
	Warnings []string `json:"warnings,omitempty"` // of the store: see [study.Store.Warnings]
}

// Text returns the scores as text in the layout of the paper's tables, with how many scores have which verdict, why
// there are no statements about others, the store's warnings, and where the records are.
func (r Result) Text() string {
	var text strings.Builder
	for _, list := range byTable(r.Scores) {
		s := selection{table: list[0].Table, model: published.Model{Name: r.As}}
		fmt.Fprintf(&text, "Table %d: %s\n%s beside the paper's %s\n", s.table, s.caption(), r.Model, r.As)
		for _, row := range s.rows(list) {
			text.WriteString(row.text())
		}
	}
	if len(r.Scores) > 0 {
		fmt.Fprintf(&text, "%s\n", count(r.Scores))
	}
	for _, why := range reasons(r.Scores) {
		fmt.Fprintf(&text, "%s\n", why)
	}
	for _, s := range r.Scores {
		if s.Verdict == Differs {
			fmt.Fprintf(&text, "%s %s\n", s.place(), s.explanation())
		}
	}
	for _, warning := range r.Warnings {
		fmt.Fprintf(&text, "Warning: %s.\n", warning)
	}
	fmt.Fprintf(&text, "The records are in %s.\n", r.Store)
	return text.String()
}

// byTable divides scores by their tables, in the order in which these come first.
func byTable(scores []Score) [][]Score {
	var list [][]Score
	at := map[int]int{}
	for _, s := range scores {
		i, ok := at[s.Table]
		if !ok {
			i = len(list)
			at[s.Table] = i
			list = append(list, nil)
		}
		list[i] = append(list[i], s)
	}
	return list
}

// place says which score it is: "Table 7, M2A, 4096 tokens:".
func (s Score) place() string {
	words := []string{fmt.Sprintf("Table %d", s.Table)}
	if s.Model != "" {
		words = append(words, s.Model)
	}
	if s.Average {
		return strings.Join(append(words, "average:"), ", ")
	}
	words = append(words, fmt.Sprintf("%d tokens", s.Length))
	if (selection{table: s.Table}).isNeedle() {
		words = append(words, fmt.Sprintf("depth %d%%", s.Depth))
	}
	if s.Format != "" {
		words = append(words, s.Format)
	}
	return strings.Join(words, ", ") + ":"
}

// explanation says how a score differs, and what could be or was tried to explain it.
func (s Score) explanation() string {
	text := s.Statement()
	for _, t := range s.Trials {
		text += fmt.Sprintf("; with %s it is %.1f [%.1f, %.1f]: %s", t.Change.Name, t.Ours, t.Low, t.High, t.Verdict)
	}
	if len(s.Trials) > 0 {
		return text
	}
	for i, c := range s.Tries {
		text += map[bool]string{true: "; could be tried: ", false: ", "}[i == 0] + c.Name
	}
	return text
}

// A row is a line of the paper's table.
type row struct {
	name    string
	columns []string // the headings of the scores
	scores  []Score
}

// rows lays scores out as the paper does: by length in Tables 1 and 6 to 18, by depth in Tables 2 and 3, and in
// Table 4 a row per length, by format and depth.
func (s selection) rows(scores []Score) []row {
	var rows []row
	for _, score := range scores {
		name, column := s.model.Name, fmt.Sprint(score.Length)
		switch {
		case score.Average:
			column = "average"
		case s.table == 2 || s.table == 3:
			name, column = fmt.Sprintf("%s at %d, depth", s.model.Name, score.Length), fmt.Sprintf("%d%%", score.Depth)
		case s.table == 4:
			name, column = fmt.Sprintf("%s at %d", s.model.Name, score.Length), fmt.Sprintf("%s %d%%", score.Format, score.Depth)
		}
		n := len(rows)
		if n == 0 || rows[n-1].name != name && !score.Average {
			rows = append(rows, row{name: name})
			n++
		}
		rows[n-1].columns = append(rows[n-1].columns, column)
		rows[n-1].scores = append(rows[n-1].scores, score)
	}
	return rows
}

// text draws the row as a table of its own: a line each for the paper's scores, ours, the intervals, the numbers
// of samples and the verdicts.
func (r row) text() string {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	header := table.Row{r.name}
	lines := []table.Row{{"paper"}, {"ours"}, {"interval"}, {"samples"}, {"verdict"}}
	for i, s := range r.scores {
		header = append(header, r.columns[i])
		values := []any{fmt.Sprintf("%.2f", s.Paper), "–", "–", s.Samples, s.Verdict}
		if s.Samples > 0 {
			values[1], values[2] = fmt.Sprintf("%.2f", s.Ours), fmt.Sprintf("%.1f to %.1f", s.Low, s.High)
		}
		for line := range lines {
			lines[line] = append(lines[line], values[line])
		}
	}
	t.AppendHeader(header)
	t.AppendRows(lines)
	return t.Render() + "\n"
}

// count returns how many scores have each verdict, in words.
func count(scores []Score) string {
	counts := map[Verdict]int{}
	for _, s := range scores {
		counts[s.Verdict]++
	}
	var parts []string
	for _, v := range verdicts {
		if counts[v] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[v], v))
		}
	}
	return strings.Join(parts, ", ")
}

// reasons returns why there are no statements about scores, each reason once.
func reasons(scores []Score) []string {
	var list []string
	for _, s := range scores {
		why := s.Why
		if s.Verdict == NotComparable {
			why = "not comparable: " + why
		}
		if why != "" && !slices.Contains(list, why) {
			list = append(list, why)
		}
	}
	return list
}

// Summary says in a few lines how the scores compare.
func (r Report) Summary() string {
	lines := []string{fmt.Sprintf("%d scores: %s.", len(r.Scores), count(r.Scores))}
	lines = append(lines, reasons(r.Scores)...)
	for _, s := range r.Scores {
		if s.Verdict == Differs {
			lines = append(lines, s.place()+" "+s.explanation())
		}
	}
	for _, w := range r.Warnings {
		lines = append(lines, "Warning: "+w+".")
	}
	return strings.Join(lines, "\n")
}
