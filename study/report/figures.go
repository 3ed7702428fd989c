package report

import (
	"fmt"
	"slices"

	"longseq/data"
	"longseq/study"
	"longseq/study/figure"
)

// In keeps the records of one format, outside retention curves: "essay-word", or in full. An unknown
// format keeps none.
func (s Summary) In(format string) Summary {
	full, err := data.ParseFormat(format)
	return s.Where(func(r study.Record) bool { return err == nil && r.Format == full.String() && r.Distance == 0 })
}

// LengthFigure draws each model's accuracy against length.
func (s Summary) LengthFigure(o figure.Options) (*figure.Figure, error) {
	return s.signed(figure.LengthCurves(s.curves(s.ByLength()), o))
}

// DepthFigure draws each model's accuracy against depth, one small plot a length.
func (s Summary) DepthFigure(o figure.Options) (*figure.Figure, error) {
	return s.signed(figure.DepthCurves(s.depthPanels(), o))
}

func (s Summary) depthPanels() []figure.Panel {
	var panels []figure.Panel
	for _, p := range s.ByDepth() {
		panels = append(panels, figure.Panel{Heading: fmt.Sprintf("%d tokens", p.Length), Curves: s.curves(p.Series)})
	}
	return panels
}

// HeatmapFigure draws each model's accuracy by length and depth.
func (s Summary) HeatmapFigure(o figure.Options) (*figure.Figure, error) {
	var grids []figure.Grid
	for _, g := range s.ByDepthAndLength() {
		about := s.about(g.Model)
		grid := figure.Grid{Name: about.Label, Architecture: about.Architecture, Trained: about.Trained}
		for i, depth := range g.Rows {
			for j, length := range g.Lengths {
				if c := g.Cells[i][j]; c.N > 0 {
					grid.Tiles = append(grid.Tiles, figure.Tile{Length: length, Depth: depth, Score: 100 * c.Center,
						Low: 100 * c.Low, High: 100 * c.High, N: c.N})
				}
			}
		}
		grids = append(grids, grid)
	}
	return s.signed(figure.LengthDepthHeatmap(grids, o))
}

// RetentionFigure draws each model's retention curve: accuracy against the tokens between needle and
// question.
func (s Summary) RetentionFigure(o figure.Options) (*figure.Figure, error) {
	return s.signed(figure.RetentionCurve(s.curves(s.ByDistance()), o))
}

// StateFigure draws accuracy against the bytes of state that the model carries there, one small plot a
// length.
func (s Summary) StateFigure(o figure.Options) (*figure.Figure, error) {
	var panels []figure.Panel
	for i, length := range s.plan.Plan.Lengths {
		panel := figure.Panel{Heading: fmt.Sprintf("%d tokens", length)}
		for _, series := range s.Where(func(r study.Record) bool { return r.Length == length }).ByLength() {
			if about := s.about(series.Model); i < len(about.StateBytes) {
				series.Points[0].X = float64(about.StateBytes[i])
				panel.Curves = append(panel.Curves, s.curve(series))
			}
		}
		if len(panel.Curves) > 0 {
			panels = append(panels, panel)
		}
	}
	return s.signed(figure.AccuracyAgainstState(panels, o))
}

// about returns what the store's plan says of a model.
func (s Summary) about(model string) study.PinnedModel {
	i := slices.IndexFunc(s.plan.Models, func(m study.PinnedModel) bool { return m.Name == model })
	if i < 0 {
		return study.PinnedModel{Architecture: model}
	}
	about := s.plan.Models[i]
	if about.Label == "" && about.Architecture != model {
		about.Label = model
	}
	return about
}

func (s Summary) curves(all []Series) []figure.Curve {
	curves := make([]figure.Curve, len(all))
	for i, series := range all {
		curves[i] = s.curve(series)
	}
	return curves
}

func (s Summary) curve(series Series) figure.Curve {
	about := s.about(series.Model)
	c := figure.Curve{Name: about.Label, Architecture: about.Architecture, Trained: about.Trained}
	for _, p := range series.Points {
		c.Points = append(c.Points, figure.Point{X: p.X, Y: 100 * p.Center, Low: 100 * p.Low, High: 100 * p.High, N: p.N})
	}
	return c
}

// signed puts the digests of plan and store into the figure.
func (s Summary) signed(f *figure.Figure, err error) (*figure.Figure, error) {
	if err != nil {
		return nil, err
	}
	f.Provenance = figure.Provenance{Plan: s.plan.Digest, Store: s.store}
	return f, nil
}
