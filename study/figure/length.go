package figure

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// LengthCurves draws accuracy (percent) against prompt length (tokens, log 2):
// a line with markers and a 95% band for each model, its name at the end of the
// line, the training lengths dotted and the chance level dashed. Points may come
// in any order. Values that cannot be drawn (NaN, no points, a length of 0) are
// an error which names them.
func LengthCurves(curves []Curve, o Options) (*Figure, error) {
	f, err := lineFigure(curves, lengthAxis, o)
	if err != nil {
		return nil, fmt.Errorf("draw length curves: %w", err)
	}
	return f, nil
}

// RetentionCurve draws accuracy (percent) against the tokens between needle and
// question (log 2): how long a model keeps what it has read. It looks like
// [LengthCurves].
func RetentionCurve(curves []Curve, o Options) (*Figure, error) {
	f, err := lineFigure(curves, distanceAxis, o)
	if err != nil {
		return nil, fmt.Errorf("draw retention curve: %w", err)
	}
	return f, nil
}

// leastData is how wide the part of a figure must be that has the curves; long names beside them make the
// figure a page wide.
const leastData = 1.25 * vg.Inch

// lineFigure draws one panel of curves with their names at their ends.
func lineFigure(curves []Curve, x axis, o Options) (*Figure, error) {
	curves, err := checked(curves, x)
	if err != nil {
		return nil, err
	}
	looks := looksOf(curves)
	low, high := x.widened(span(curves))
	names := labelEnds(curves, looks, high, o)
	trained := trainingMarks(curves, looks, low, high)

	width := o.width(Column)
	if o.Width == 0 && width-names.width()-yAxisRoom < leastData {
		width = Page
	}
	p := newPanel(curves, looks, x, low, high, labelsIn(width-names.width()-yAxisRoom), o)
	p.Add(trained, names)
	if o.Heading != "" {
		p.Add(heading{o.Heading, trained.height()})
	}
	panels := []Panel{{o.Heading, curves}}
	return &Figure{
		Plots:   []*plot.Plot{p},
		Width:   width,
		Height:  stackHeight(len(names), 2.3*vg.Inch),
		Alt:     describe(panels, x, o),
		Caption: caption(panels, x, o),
		Data:    curveRows(panels, x),
		draw:    func(c draw.Canvas) { p.Draw(c) },
	}, nil
}
