package figure

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// LengthCurves draws accuracy (percent) against prompt length (tokens, logarithmic): for each model a line with
// markers, a 95% band, and its name at the end of the line. Training lengths are dotted lines, the chance level
// is a dashed one. Points may be in any order. Values that cannot be drawn (NaN, no points, a length of 0) are
// an error that names them.
func LengthCurves(curves []Curve, o Options) (*Figure, error) {
	f, err := lineFigure(curves, lengthAxis, o)
	if err != nil {
		return nil, fmt.Errorf("draw length curves: %w", err)
	}
	return f, nil
}

// LogProbCurves draws the log-probability of the right answer (nats) against prompt length (tokens, logarithmic), which still ranks models
// where no answer is right. All else is as in [LengthCurves].
func LogProbCurves(curves []Curve, o Options) (*Figure, error) {
	o.nats = true
	f, err := lineFigure(curves, lengthAxis, o)
	if err != nil {
		return nil, fmt.Errorf("draw log-probabilities: %w", err)
	}
	return f, nil
}

// RetentionCurve draws accuracy (percent) against the number of tokens between needle and question
// (logarithmic): how long a model keeps what it has read. All else is as in [LengthCurves].
func RetentionCurve(curves []Curve, o Options) (*Figure, error) {
	f, err := lineFigure(curves, distanceAxis, o)
	if err != nil {
		return nil, fmt.Errorf("draw retention curve: %w", err)
	}
	return f, nil
}

// AccuracyAgainstState draws accuracy (percent) against the size of the model's state (bytes, logarithmic): a path for each model, of
// which the points are at growing lengths. Intervals are error bars. All else is as in [LengthCurves].
func AccuracyAgainstState(curves []Curve, o Options) (*Figure, error) {
	unmarked := slices.Clone(curves)
	for i := range unmarked {
		unmarked[i].Trained = 0 // it is a length, not a size of the state
	}
	f, err := lineFigure(unmarked, stateAxis, o)
	if err != nil {
		return nil, fmt.Errorf("draw accuracy against state: %w", err)
	}
	return f, nil
}

// minDataWidth is the least width of the data area of a figure of one column. Where long names leave less, the
// figure is as wide as the page.
const minDataWidth = 1.25 * vg.Inch

// lineFigure draws curves in one panel, with the models' names at the ends of the lines.
func lineFigure(curves []Curve, x axis, o Options) (*Figure, error) {
	curves, err := checked(curves, x, o.scale())
	if err != nil {
		return nil, err
	}
	panels := []Panel{{o.Heading, curves}}
	styles := stylesOf(panels)[0]
	low, high := x.widened(span(curves))
	names := labelEnds(curves, styles, high, o)
	trained := trainingMarks(curves, styles, low, high)

	width := o.width(Column)
	if o.Width == 0 && width-names.width()-yAxisRoom < minDataWidth {
		width = Page
	}
	p := newPanel(curves, styles, x, low, high, labelsIn(width-names.width()-yAxisRoom), o)
	p.Add(trained, names)
	if o.Heading != "" {
		p.Add(heading{o.Heading, trained.height()})
	}
	return &Figure{
		Plots:   []*plot.Plot{p},
		Width:   width,
		Height:  stackHeight(len(names), 2.3*vg.Inch),
		Alt:     describe(panels, x, o),
		Caption: caption(panels, x, o),
		Data:    curveRows(panels, x, o.scale()),
		draw:    func(c draw.Canvas) { p.Draw(c) },
	}, nil
}
