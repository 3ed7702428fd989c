package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"longseq/data"
	"longseq/study"
	"longseq/study/stats"
)

// A Summary holds records of a store, which it does not change, and groups them into values with intervals. A value pools all records of its group,
// whatever their other properties: a value by length has the samples of all tasks, depths, formats and seeds.
type Summary struct {
	Records    []*study.Record
	Models     []string // in the order in which they are shown
	Confidence float64  // of the intervals: 0.95, say

	plan     study.Resolved // the store's plan; empty where it has none
	store    string         // the digest of the store's records
	warnings []string       // of the store: see [study.Store.Warnings]
}

// A Point is the value at a length (tokens), depth (percent) or distance (tokens).
type Point struct {
	X float64
	stats.Interval
}

// A Series holds the values of one model.
type Series struct {
	Model  string
	Points []Point // ascending in X
}

// A LengthPanel holds the models' values against depth at one length.
type LengthPanel struct {
	Length int // tokens
	Series []Series
}

// A Grid holds the values of one model by length and one more property.
type Grid[Row cmp.Ordered] struct {
	Model   string
	Rows    []Row              // depths in percent, or formats; ascending
	Lengths []int              // of the columns, in tokens; ascending
	Values  [][]stats.Interval // [row][length]; N is 0 for what was not run
}

// Of returns the summary of the store's records. The models are in the order of the store's plan, and in
// alphabetical order if it has none.
func Of(s *study.Store, confidence float64) Summary {
	models := make(map[string]bool)
	records := make([]*study.Record, len(s.Records))
	for i := range s.Records {
		records[i] = &s.Records[i]
		models[records[i].Model] = true
	}
	summary := Summary{Records: records, Confidence: confidence, store: s.Digest(), warnings: s.Warnings()}
	if resolved, err := study.ReadResolved(s.Dir); err == nil {
		summary.plan = resolved
		for _, m := range resolved.Plan.Models {
			if models[m] {
				summary.Models = append(summary.Models, m)
				delete(models, m)
			}
		}
	}
	summary.Models = append(summary.Models, slices.Sorted(maps.Keys(models))...)
	return summary
}

// warned returns the text with the store's warnings behind it. Every table's note and every figure's caption has them.
func (s Summary) warned(text string) string {
	for _, warning := range s.warnings {
		text += " Warning: " + warning + "."
	}
	return text
}

// Where returns the summary of the records for which keep is true.
func (s Summary) Where(keep func(*study.Record) bool) Summary {
	first := slices.IndexFunc(s.Records, func(r *study.Record) bool { return !keep(r) })
	if first < 0 {
		return s
	}
	kept := slices.Clone(s.Records[:first])
	for _, r := range s.Records[first+1:] {
		if keep(r) {
			kept = append(kept, r)
		}
	}
	s.Records = kept
	return s
}

// ByLength returns each model's values against length.
func (s Summary) ByLength() []Series {
	return s.series(func(r *study.Record) (float64, bool) { return float64(r.Length), r.Distance == 0 })
}

// ByDepth returns each model's values against depth, separately for every length that has any.
func (s Summary) ByDepth() []LengthPanel {
	var panels []LengthPanel
	for _, length := range s.Lengths() {
		at := s.Where(func(r *study.Record) bool { return r.Length == length })
		series := at.series(func(r *study.Record) (float64, bool) { return r.Depth, r.Depth != data.AnyDepth && r.Distance == 0 })
		if len(series) > 0 {
			panels = append(panels, LengthPanel{length, series})
		}
	}
	return panels
}

// ByDistance returns each model's retention curve: its values against the number of tokens between needle and
// question.
func (s Summary) ByDistance() []Series {
	return s.series(func(r *study.Record) (float64, bool) { return float64(r.Distance), r.Distance > 0 })
}

// ByDepthAndLength returns each model's values by depth and length.
func (s Summary) ByDepthAndLength() []Grid[float64] {
	return grids(s, func(r *study.Record) (float64, bool) { return r.Depth, r.Depth != data.AnyDepth && r.Distance == 0 })
}

// ByFormatAndLength returns each model's values by format and length.
func (s Summary) ByFormatAndLength() []Grid[string] {
	return grids(s, func(r *study.Record) (string, bool) { return r.Format, r.Format != "" && r.Distance == 0 })
}

// EffectiveLengths returns the effective length in tokens of each model that has records, by its name. See
// [stats.EffectiveLength] for the threshold and the errors.
func (s Summary) EffectiveLengths(threshold stats.Threshold) (map[string]stats.Interval, error) {
	reach := make(map[string]stats.Interval)
	for _, model := range s.Models {
		of := s.Where(func(r *study.Record) bool { return r.Model == model && r.Distance == 0 })
		lengths := of.Lengths()
		if len(lengths) == 0 {
			continue
		}
		scores := make([][]float64, len(lengths))
		for _, r := range of.Records {
			i, _ := slices.BinarySearch(lengths, r.Length)
			scores[i] = append(scores[i], r.Score)
		}
		i, err := stats.EffectiveLength(lengths, scores, threshold, s.Confidence)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", model, err)
		}
		reach[model] = i
	}
	return reach, nil
}

// Lengths returns the lengths of the records outside retention curves, in tokens, ascending.
func (s Summary) Lengths() []int {
	seen := make(map[int]bool)
	last := -1
	for _, r := range s.Records {
		if r.Distance == 0 && r.Length != last {
			seen[r.Length], last = true, r.Length
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// groups are the scores of records by a key, which is mostly that of the record before.
type groups[Key comparable] struct {
	scores map[Key]*[]float64
	last   Key
	at     *[]float64 // of the last key; nil at first
}

func (g *groups[Key]) add(key Key, score float64) {
	if g.at == nil || key != g.last {
		if g.scores == nil {
			g.scores = make(map[Key]*[]float64)
		}
		if g.scores[key] == nil {
			g.scores[key] = new([]float64)
		}
		g.last, g.at = key, g.scores[key]
	}
	*g.at = append(*g.at, score)
}

// of returns the scores of a key.
func (g *groups[Key]) of(key Key) []float64 {
	if scores := g.scores[key]; scores != nil {
		return *scores
	}
	return nil
}

// series groups the records by model and x. at returns a record's x, or false to leave it out.
func (s Summary) series(at func(*study.Record) (x float64, ok bool)) []Series {
	type key struct {
		model string
		x     float64
	}
	var groups groups[key]
	for _, r := range s.Records {
		if x, ok := at(r); ok {
			groups.add(key{r.Model, x}, r.Score)
		}
	}
	xs := make(map[string][]float64)
	for k := range groups.scores {
		xs[k.model] = append(xs[k.model], k.x)
	}
	var list []Series
	for _, model := range s.Models {
		if xs[model] == nil {
			continue
		}
		series := Series{Model: model}
		for _, x := range slices.Sorted(slices.Values(xs[model])) {
			series.Points = append(series.Points, Point{x, stats.Mean(groups.of(key{model, x}), s.Confidence)})
		}
		list = append(list, series)
	}
	return list
}

// A gridKey is a place in a model's grid.
type gridKey[Row cmp.Ordered] struct {
	model  string
	row    Row
	length int
}

// grids groups the records by model, row and length. row returns a record's row, or false to leave it out.
func grids[Row cmp.Ordered](s Summary, row func(*study.Record) (Row, bool)) []Grid[Row] {
	var groups groups[gridKey[Row]]
	for _, r := range s.Records {
		if at, ok := row(r); ok {
			groups.add(gridKey[Row]{r.Model, at, r.Length}, r.Score)
		}
	}
	rows, models := make(map[Row]bool), make(map[string]bool)
	for key := range groups.scores {
		rows[key.row], models[key.model] = true, true
	}
	lengths := s.Lengths()
	var list []Grid[Row]
	for _, model := range s.Models {
		if !models[model] {
			continue
		}
		grid := Grid[Row]{Model: model, Rows: slices.Sorted(maps.Keys(rows)), Lengths: lengths}
		for _, row := range grid.Rows {
			values := make([]stats.Interval, len(lengths))
			for i, length := range lengths {
				values[i] = stats.Mean(groups.of(gridKey[Row]{model, row, length}), s.Confidence)
			}
			grid.Values = append(grid.Values, values)
		}
		list = append(list, grid)
	}
	return list
}
