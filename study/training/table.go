package training

import (
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Table lists how models were trained, a row each. Render it as text or as Markdown.
func Table(records []Record) table.Writer {
	w := table.NewWriter()
	w.SetStyle(table.StyleLight)
	w.Style().Format.Header = 0
	header := table.Row{"model", "parameters", "learning rate", "steps", "seconds", "ms a step", "95% right at step", "last loss, nats"}
	w.AppendHeader(header)
	columns := []table.ColumnConfig{{Number: 1, Align: text.AlignLeft, AlignHeader: text.AlignLeft}}
	for i := range header[1:] {
		columns = append(columns, table.ColumnConfig{Number: i + 2, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	w.SetColumnConfigs(columns)
	for _, r := range records {
		reached := any("never")
		if step := r.stepsTo(0.95); step > 0 {
			reached = step
		}
		name := r.Architecture
		if r.Note != "" {
			name += " (" + r.Note + ")"
		}
		w.AppendRow(table.Row{name, r.Params, r.Recipe.LR, r.Step, fmt.Sprintf("%.0f", r.Seconds), fmt.Sprintf("%.1f", r.StepMedian),
			reached, fmt.Sprintf("%.4f", r.Curve[len(r.Curve)-1].Loss)})
	}
	return w
}

// SameWeights compares models with those of the same specification in dir: both is their number, and same the number
// with weights equal to the bit.
func SameWeights(records []Record, dir string) (same, both int) {
	for _, r := range records {
		other, err := ReadRecord(dir + "/" + r.Architecture)
		if err != nil || !r.same(other.Spec) {
			continue
		}
		both++
		if other.Weights == r.Weights {
			same++
		}
	}
	return same, both
}
