package report

import (
	"fmt"
	"slices"

	"longseq/data"
	"longseq/study"
	"longseq/study/figure"
)

// In returns the summary of the records of one format outside retention curves. The format may be short,
// "essay-word", or in full, "essay-word-word". An unknown format gives a summary without records.
func (s Summary) In(format string) Summary {
	full, err := data.ParseFormat(format)
	return s.Where(func(r *study.Record) bool { return err == nil && r.Format == full.String() && r.Distance == 0 })
}

// At returns the summary of the records of one length outside retention curves.
func (s Summary) At(length int) Summary {
	return s.Where(func(r *study.Record) bool { return r.Length == length && r.Distance == 0 })
}

// LengthFigure draws each model's accuracy against length. See [figure.LengthCurves].
func (s Summary) LengthFigure(o figure.Options) (*figure.Figure, error) {
	return s.withProvenance(figure.LengthCurves(s.curves(s.ByLength()), o))
}

// DepthFigure draws each model's accuracy against depth, in a panel for each length. See [figure.DepthCurves].
func (s Summary) DepthFigure(o figure.Options) (*figure.Figure, error) {
	return s.withProvenance(figure.DepthCurves(s.depthPanels(), o))
}

// depthPanels returns a panel of curves against depth for each length.
func (s Summary) depthPanels() []figure.Panel {
	var panels []figure.Panel
	for _, p := range s.ByDepth() {
		panels = append(panels, figure.Panel{Heading: fmt.Sprintf("%d tokens", p.Length), Curves: s.curves(p.Series)})
	}
	return panels
}

// HeatmapFigure draws each model's accuracy by length and depth. See [figure.LengthDepthHeatmap].
func (s Summary) HeatmapFigure(o figure.Options) (*figure.Figure, error) {
	var grids []figure.Grid
	for _, g := range s.ByDepthAndLength() {
		m := s.pinned(g.Model)
		grid := figure.Grid{Name: m.Label, Architecture: m.Architecture, Trained: m.Trained}
		for i, depth := range g.Rows {
			for j, length := range g.Lengths {
				if v := g.Values[i][j]; v.N > 0 {
					grid.Tiles = append(grid.Tiles, figure.Tile{Length: length, Depth: depth, Score: 100 * v.Center,
						Low: 100 * v.Low, High: 100 * v.High, N: v.N})
				}
			}
		}
		grids = append(grids, grid)
	}
	return s.withProvenance(figure.LengthDepthHeatmap(grids, o))
}

// RetentionFigure draws each model's retention curve: accuracy against the number of tokens between needle and
// question. See [figure.RetentionCurve].
func (s Summary) RetentionFigure(o figure.Options) (*figure.Figure, error) {
	return s.withProvenance(figure.RetentionCurve(s.curves(s.ByDistance()), o))
}

// StateFigure draws each model's accuracy against the size of its state in bytes at that length, in a panel for
// each length of the plan. Models whose state the plan does not know are left out. See
// [figure.AccuracyAgainstState].
func (s Summary) StateFigure(o figure.Options) (*figure.Figure, error) {
	var panels []figure.Panel
	for i, length := range s.plan.Plan.Lengths {
		panel := figure.Panel{Heading: fmt.Sprintf("%d tokens", length)}
		var known []Series
		for _, series := range s.Where(func(r *study.Record) bool { return r.Length == length }).ByLength() {
			if m := s.pinned(series.Model); i < len(m.StateBytes) {
				series.Points[0].X = float64(m.StateBytes[i])
				known = append(known, series)
			}
		}
		panel.Curves = s.curves(known)
		if len(panel.Curves) > 0 {
			panels = append(panels, panel)
		}
	}
	return s.withProvenance(figure.AccuracyAgainstState(panels, o))
}

// pinned returns what the store's plan says about a model. Without a plan the name stands for the architecture.
func (s Summary) pinned(model string) study.PinnedModel {
	i := slices.IndexFunc(s.plan.Models, func(m study.PinnedModel) bool { return m.Name == model })
	if i < 0 {
		return study.PinnedModel{Architecture: model}
	}
	m := s.plan.Models[i]
	if m.Label == "" && m.Architecture != model {
		m.Label = model
	}
	return m
}

// curve returns the series as a curve in percent, with the model's label, architecture and training length.
func (s Summary) curve(series Series) figure.Curve {
	m := s.pinned(series.Model)
	c := figure.Curve{Name: m.Label, Architecture: m.Architecture, Trained: m.Trained}
	for _, p := range series.Points {
		c.Points = append(c.Points, figure.Point{X: p.X, Y: 100 * p.Center, Low: 100 * p.Low, High: 100 * p.High, N: p.N})
	}
	return c
}

// withProvenance sets the figure's provenance to the digests of plan and store, and adds the store's warnings to its
// caption. It passes an error on.
func (s Summary) withProvenance(f *figure.Figure, err error) (*figure.Figure, error) {
	if err != nil {
		return nil, err
	}
	f.Provenance = figure.Provenance{Plan: s.plan.Digest, Store: s.store, Other: s.others()}
	f.Caption = s.warned(f.Caption)
	return f, nil
}
