package ablation

import (
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"
)

// Table lists variants, a row each, with their sizes and how near they are to what they are matched in. Render it as text
// or as Markdown.
func Table(variants []Variant) table.Writer {
	w := writer("variant", "architecture", "parameters", "bytes of state", "deviation")
	for _, v := range variants {
		deviation := ""
		if v.Match != nil {
			deviation = fmt.Sprintf("%+.2f%% of %d %s", 100*v.Match.Deviation, v.Match.Target, v.Match.By)
		}
		w.AppendRow(table.Row{v.Title(), v.Architecture, v.Params, v.StateBytes, deviation})
	}
	return w
}

// Trained lists runs, a row each, with how they were trained.
func Trained(models []Model) table.Writer {
	w := writer("variant", "seed", "parameters", "learning rate", "steps", "seconds", "last loss, nats", "last accuracy, %")
	for _, m := range models {
		r := m.Record
		loss, accuracy := any("diverged: "+r.Diverged), any("")
		if !m.Diverged() && len(r.Curve) > 0 {
			last := r.Curve[len(r.Curve)-1]
			loss, accuracy = fmt.Sprintf("%.4f", last.Loss), fmt.Sprintf("%.1f", 100*last.Accuracy)
		}
		rate := fmt.Sprint(r.Recipe.LR)
		if r.Search != nil {
			rate += fmt.Sprintf(" of %d", len(r.Search.Rates))
		}
		w.AppendRow(table.Row{m.Title(), m.Seed, r.Params, rate, r.Step, fmt.Sprintf("%.0f", r.Seconds), loss, accuracy})
	}
	return w
}

func writer(header ...any) table.Writer {
	w := table.NewWriter()
	w.SetStyle(table.StyleLight)
	w.Style().Format.Header = 0
	w.AppendHeader(header)
	return w
}
