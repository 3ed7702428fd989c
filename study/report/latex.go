package report

import (
	"fmt"
	"strings"
)

// LaTeX returns the table as a LaTeX table environment, for which the booktabs package suffices: no vertical
// lines, numbers aligned to the right, small intervals, marked values bold.
func (t Table) LaTeX() string {
	var b strings.Builder
	if t.Origin != "" {
		fmt.Fprintf(&b, "%% %s\n", plainText(t.Origin))
	}
	fmt.Fprintf(&b, "\\begin{table}\n\\centering\n\\caption{%s}\n", escapeLaTeX(t.Caption))
	fmt.Fprintf(&b, "\\begin{tabular}{l%s}\n\\toprule\n", strings.Repeat("r", len(t.Columns)-1))
	fields := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		fields[i] = escapeLaTeX(c)
	}
	fmt.Fprintf(&b, "%s \\\\\n\\midrule\n", strings.Join(fields, " & "))
	for _, r := range t.Rows {
		fields[0] = escapeLaTeX(r.Name)
		for i, v := range r.Values {
			fields[i+1] = v.latex()
		}
		fmt.Fprintf(&b, "%s \\\\\n", strings.Join(fields, " & "))
	}
	fmt.Fprintf(&b, "\\bottomrule\n\\end{tabular}\n\n\\smallskip\n{\\footnotesize %s}\n\\end{table}\n", escapeLaTeX(t.Note))
	return b.String()
}

// latex returns the value in percent with its interval, or a dash where there are no samples.
func (v TableValue) latex() string {
	switch {
	case v.Reach != nil:
		return escapeLaTeX(v.Reach.String())
	case v.N == 0:
		return "--"
	case v.Nats, v.Method == rangeOf:
		return escapeLaTeX(v.String())
	}
	center := fmt.Sprintf("%.1f", 100*v.Center)
	if v.Best {
		center = "\\textbf{" + center + "}"
	}
	return fmt.Sprintf("%s {\\scriptsize [%.1f, %.1f]}", center, 100*v.Low, 100*v.High)
}

var latexEscapes = strings.NewReplacer(`\`, `\textbackslash{}`, `_`, `\_`, `%`, `\%`, `&`, `\&`, `#`, `\#`,
	`$`, `\$`, `{`, `\{`, `}`, `\}`, `~`, `\textasciitilde{}`, `^`, `\textasciicircum{}`, `<`, `\textless{}`, `>`, `\textgreater{}`)

// escapeLaTeX returns the text with LaTeX's special characters escaped.
func escapeLaTeX(s string) string { return latexEscapes.Replace(s) }
