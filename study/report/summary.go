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
	var kept []*study.Record
	for _, r := range s.Records {
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

// Compare compares the models a and b on the samples that both were asked. See [stats.Compare].
func (s Summary) Compare(a, b string) (stats.Comparison, error) {
	scores := make(map[pairKey]float64)
	for _, r := range s.Records {
		if r.Model == a {
			scores[pairOf(r)] = r.Score
		}
	}
	var inA, inB []float64
	for _, r := range s.Records {
		if score, ok := scores[pairOf(r)]; ok && r.Model == b {
			inA, inB = append(inA, score), append(inB, r.Score)
		}
	}
	return stats.Compare(inA, inB, s.Confidence)
}

// A pairKey identifies a sample over models. It has no text: where the models' tokenizers differ, the prompts of
// one sample differ, too.
type pairKey struct {
	task, format     string
	length, distance int
	depth            float64
	seed             int64
	sample           int
}

func pairOf(r *study.Record) pairKey {
	return pairKey{r.Task, r.Format, r.Length, r.Distance, r.Depth, r.Seed, r.Sample}
}

// Lengths returns the lengths of the records outside retention curves, in tokens, ascending.
func (s Summary) Lengths() []int {
	seen := make(map[int]bool)
	for _, r := range s.Records {
		if r.Distance == 0 {
			seen[r.Length] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// series groups the records by model and x. at returns a record's x, or false to leave it out.
func (s Summary) series(at func(*study.Record) (x float64, ok bool)) []Series {
	scores := make(map[string]map[float64][]float64)
	for _, r := range s.Records {
		x, ok := at(r)
		if !ok {
			continue
		}
		if scores[r.Model] == nil {
			scores[r.Model] = make(map[float64][]float64)
		}
		scores[r.Model][x] = append(scores[r.Model][x], r.Score)
	}
	var list []Series
	for _, model := range s.Models {
		if scores[model] == nil {
			continue
		}
		series := Series{Model: model}
		for _, x := range slices.Sorted(maps.Keys(scores[model])) {
			series.Points = append(series.Points, Point{x, stats.Mean(scores[model][x], s.Confidence)})
		}
		list = append(list, series)
	}
	return list
}

// grids groups the records by model, row and length. row returns a record's row, or false to leave it out.
func grids[Row cmp.Ordered](s Summary, row func(*study.Record) (Row, bool)) []Grid[Row] {
	rows := make(map[Row]bool)
	for _, r := range s.Records {
		if key, ok := row(r); ok {
			rows[key] = true
		}
	}
	var list []Grid[Row]
	for _, model := range s.Models {
		grid := Grid[Row]{Model: model, Rows: slices.Sorted(maps.Keys(rows)), Lengths: s.Lengths()}
		scores := make(map[Row]map[int][]float64)
		for _, r := range s.Records {
			if key, ok := row(r); ok && r.Model == model {
				if scores[key] == nil {
					scores[key] = make(map[int][]float64)
				}
				scores[key][r.Length] = append(scores[key][r.Length], r.Score)
			}
		}
		if len(scores) == 0 {
			continue
		}
		for _, key := range grid.Rows {
			values := make([]stats.Interval, len(grid.Lengths))
			for i, length := range grid.Lengths {
				values[i] = stats.Mean(scores[key][length], s.Confidence)
			}
			grid.Values = append(grid.Values, values)
		}
		list = append(list, grid)
	}
	return list
}
