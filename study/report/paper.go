package report

import (
	"fmt"

	"longseq/data/paper"
	"longseq/data/published"
	"longseq/study/figure"
)

// PaperLengthFigure draws the values that the paper prints for a RULER task (Tables 6 to 18), accuracy against
// length, for its six models without instruction tuning. An unknown task is an error.
func PaperLengthFigure(task string, o figure.Options) (*figure.Figure, error) {
	number, err := paper.TableOf(task)
	if err != nil {
		return nil, err
	}
	curves := paperCurves(number, func(e paper.Entry) float64 { return float64(e.Length) })
	return figure.PaperLengths(curves, fmt.Sprintf("Published, Table %d: %s", number, task), o)
}

// PaperDepthFigure draws the values of the paper's Tables 2 and 3, accuracy against needle depth at the training
// length and at twice that, for its six models without instruction tuning.
func PaperDepthFigure(o figure.Options) (*figure.Figure, error) {
	at := func(e paper.Entry) float64 { return float64(e.Depth) }
	return figure.PaperDepths([]figure.Panel{
		{Heading: "Table 2: at the training length", Curves: paperCurves(2, at)},
		{Heading: "Table 3: at twice that", Curves: paperCurves(3, at)},
	}, o)
}

// paperCurves returns a curve for each of the paper's six models without instruction tuning, from the table of
// that number. x returns the x of an entry.
func paperCurves(number int, x func(paper.Entry) float64) []figure.Curve {
	var curves []figure.Curve
	for _, m := range published.Models() {
		if m.Name == "RG-IT" || m.Name == "SL-IT" {
			continue // the same architectures, tuned to follow instructions
		}
		c := figure.Curve{Name: m.Name, Architecture: m.Architecture, Trained: m.Trained}
		for _, t := range paper.Tables() {
			if t.Number != number {
				continue
			}
			for _, e := range t.Entries {
				if e.Model == m.Name && !e.IsAverage() {
					c.Points = append(c.Points, figure.Point{X: x(e), Y: e.Score})
				}
			}
		}
		curves = append(curves, c)
	}
	return curves
}
