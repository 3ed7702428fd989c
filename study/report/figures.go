package report

import (
	"fmt"
	"slices"

	"longseq/data"
	"longseq/data/recall"
	"longseq/study"
	"longseq/study/compare"
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

// LengthFigure draws each model's accuracy against length, with a tick at its effective length where that is between two asked ones. See
// [figure.LengthCurves].
func (s Summary) LengthFigure(o figure.Options) (*figure.Figure, error) {
	series := s.ByLength()
	curves := s.curves(series)
	if effective, err := s.EffectiveLengths(compare.Options{}); err == nil {
		for i, of := range series {
			for _, e := range effective {
				if e.Model == of.Model && e.Censored == "" {
					curves[i].Reach, o.Threshold = e.Length, 100*compare.DefaultThreshold
				}
			}
		}
	}
	return s.withProvenance(figure.LengthCurves(curves, counted(s.withChance(o), valuesIn(series...))))
}

// LogProbFigure draws the log-probability of the right answer against length, in nats. See [figure.LogProbCurves].
func (s Summary) LogProbFigure(o figure.Options) (*figure.Figure, error) {
	series := s.series(s.logProbs().Scores([]string{"length"}, s.Confidence), func(c compare.Cell) float64 { return float64(*c.Length) })
	curves := s.curves(series)
	for i := range curves { // which are in percent
		scale := func(p *figure.Point) { p.Y, p.Low, p.High = p.Y/100, p.Low/100, p.High/100 }
		for k := range curves[i].Points {
			scale(&curves[i].Points[k])
		}
		for _, seed := range curves[i].Seeds {
			for k := range seed.Points {
				scale(&seed.Points[k])
			}
		}
	}
	return s.withProvenance(figure.LogProbCurves(curves, counted(o, valuesIn(series...))))
}

// DepthFigure draws each model's accuracy against depth, in a panel for each length. See [figure.DepthCurves].
func (s Summary) DepthFigure(o figure.Options) (*figure.Figure, error) {
	var values []Value
	for _, p := range s.ByDepth() {
		values = append(values, valuesIn(p.Series...)...)
	}
	return s.withProvenance(figure.DepthCurves(s.depthPanels(), counted(s.withChance(o), values)))
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
	groups := s.groups()
	var grids []figure.Grid
	var values []Value
	for _, g := range s.ByDepthAndLength() {
		m := groups[slices.IndexFunc(groups, func(o group) bool { return o.name == g.Model })]
		grid := figure.Grid{Name: m.label, Architecture: m.about.Architecture, Trained: m.about.Trained}
		for i, depth := range g.Rows {
			for j, length := range g.Lengths {
				if v := g.Values[i][j]; v.N > 0 {
					values = append(values, v)
					grid.Tiles = append(grid.Tiles, figure.Tile{Length: length, Depth: depth, Score: 100 * v.Center,
						Low: 100 * v.Low, High: 100 * v.High, N: v.N})
				}
			}
		}
		grids = append(grids, grid)
	}
	return s.withProvenance(figure.LengthDepthHeatmap(grids, counted(s.withChance(o), values)))
}

// RetentionFigure draws each model's retention curve: accuracy against the number of tokens between needle and
// question. The mark is at the longest such distance in its training rows. See [figure.RetentionCurve].
func (s Summary) RetentionFigure(o figure.Options) (*figure.Figure, error) {
	series := s.ByDistance()
	curves := s.curves(series)
	for i := range curves {
		curves[i].Trained = recall.LongestDistance(curves[i].Trained)
	}
	return s.withProvenance(figure.RetentionCurve(curves, counted(o, valuesIn(series...))))
}

// StateFigure draws each model's accuracy against the size of its state in bytes: a path from the shortest length to the longest, on
// which the state of an attention model grows. Models whose state the plan does not know are left out. See
// [figure.AccuracyAgainstState].
func (s Summary) StateFigure(o figure.Options) (*figure.Figure, error) {
	groups := s.groups()
	var known []Series
	for _, series := range s.ByLength() {
		g := groups[slices.IndexFunc(groups, func(g group) bool { return g.name == series.Model })]
		path := Series{Model: series.Model}
		for _, p := range series.Points {
			if i := slices.Index(s.plan.Plan.Lengths, int(p.X)); i >= 0 && i < len(g.about.StateBytes) {
				p.X = float64(g.about.StateBytes[i])
				path.Points = append(path.Points, p)
			}
		}
		if len(path.Points) > 0 {
			known = append(known, path)
		}
	}
	lengths := s.Lengths()
	if o.Heading == "" && len(lengths) > 1 {
		o.Heading = fmt.Sprintf("paths from %d to %d tokens", lengths[0], lengths[len(lengths)-1])
	}
	curves := s.curves(known)
	for i := range curves {
		curves[i].Seeds = nil // they would hide the paths
	}
	return s.withProvenance(figure.AccuracyAgainstState(curves, counted(o, valuesIn(known...))))
}

// pinned returns what the store's plan says about a model. Without a plan the name stands for the architecture.
func (s Summary) pinned(model string) study.PinnedModel {
	i := slices.IndexFunc(s.plan.Models, func(m study.PinnedModel) bool { return m.Name == model })
	if i < 0 {
		return study.PinnedModel{Architecture: model}
	}
	return s.plan.Models[i]
}

// withProvenance sets the figure's provenance to the digests of plan and store, and adds the store's warnings to its
// caption. It passes an error on.
func (s Summary) withProvenance(f *figure.Figure, err error) (*figure.Figure, error) {
	if err != nil {
		return nil, err
	}
	f.Provenance = figure.Provenance{Plan: s.plan.Digest, Store: s.store}
	f.Caption = s.warned(f.Caption)
	return f, nil
}
