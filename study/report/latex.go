package report

import (
	"fmt"
	"strings"
)

// LaTeX returns the table as a table environment that needs only the booktabs package: no vertical
// lines, numbers to the right, intervals small, the best bold.
func (t Table) LaTeX() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\\begin{table}\n\\centering\n\\caption{%s}\n", escapeLaTeX(t.Caption))
	fmt.Fprintf(&b, "\\begin{tabular}{l%s}\n\\toprule\n", strings.Repeat("r", len(t.Columns)-1))
	cells := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		cells[i] = escapeLaTeX(c)
	}
	fmt.Fprintf(&b, "%s \\\\\n\\midrule\n", strings.Join(cells, " & "))
	for _, r := range t.Rows {
		cells[0] = escapeLaTeX(r.Name)
		for i, v := range r.Values {
			cells[i+1] = v.latex()
		}
		fmt.Fprintf(&b, "%s \\\\\n", strings.Join(cells, " & "))
	}
	fmt.Fprintf(&b, "\\bottomrule\n\\end{tabular}\n\n\\smallskip\n{\\footnotesize %s}\n\\end{table}\n", escapeLaTeX(t.Note))
	return b.String()
}

func (v TableValue) latex() string {
	if v.N == 0 {
		return "--"
	}
	center := fmt.Sprintf("%.1f", 100*v.Center)
	if v.Best {
		center = "\\textbf{" + center + "}"
	}
	return fmt.Sprintf("%s {\\scriptsize [%.1f, %.1f]}", center, 100*v.Low, 100*v.High)
}

var latexEscapes = strings.NewReplacer(`\`, `\textbackslash{}`, `_`, `\_`, `%`, `\%`, `&`, `\&`, `#`, `\#`,
	`$`, `\$`, `{`, `\{`, `}`, `\}`, `~`, `\textasciitilde{}`, `^`, `\textasciicircum{}`)

func escapeLaTeX(s string) string { return latexEscapes.Replace(s) }
