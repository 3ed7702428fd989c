package report

import (
	"cmp"
	"maps"
	"slices"

	"longseq/study"
	"longseq/study/compare"
	"longseq/study/stats"
)

// A Summary holds records of a store, which it does not change, and groups them into values with intervals. A value pools all records of its group,
// whatever their other properties, with equal weights: a value by length has the samples of all tasks, depths, formats and seeds.
type Summary struct {
	Records    []*study.Record
	Models     []string // in the order in which they are shown
	Confidence float64  // of the intervals: 0.95, say

	plan     study.Resolved // the store's plan; empty where it has none
	store    string         // the digest of the store's records
	warnings []string       // of the store: see [study.Store.Warnings]
	indexes  *indexes       // of the records; nil: made anew whenever they are needed
}

// A Value is a model's mean score with its interval, at the scope that its number of training seeds allows: see package compare. N counts
// questions.
type Value struct {
	stats.Interval
	Seeds  int                 // trainings
	Each   []compare.SeedScore // of each training
	Pooled compare.Pooled
}

// Scope says what the value is one of: [compare.Checkpoint] or [compare.Architecture].
func (v Value) Scope() string {
	if v.Seeds > 1 {
		return compare.Architecture
	}
	return compare.Checkpoint
}

// A Point is the value at a length (tokens), depth (percent) or distance (tokens).
type Point struct {
	X float64
	Value
}

// A Series holds the values of one model, all of its training seeds together.
type Series struct {
	Model  string  // without the training seed
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
	Rows    []Row     // depths in percent, or formats; ascending
	Lengths []int     // of the columns, in tokens; ascending
	Values  [][]Value // [row][length]; N is 0 for what was not run
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
	summary := Summary{Records: records, Confidence: confidence, store: s.Digest(), warnings: s.Warnings(), indexes: new(indexes)}
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
	s.Records, s.indexes = kept, new(indexes)
	return s
}

// ByLength returns each model's values against length.
func (s Summary) ByLength() []Series {
	return s.series(s.index().Scores([]string{"length"}, s.Confidence), func(c compare.Cell) float64 { return float64(*c.Length) })
}

// ByDepth returns each model's values against depth, separately for every length that has any.
func (s Summary) ByDepth() []LengthPanel {
	at := make(map[int][]compare.Score)
	for _, score := range s.index().Scores([]string{"length", "depth"}, s.Confidence) {
		if score.Depth != nil {
			at[*score.Length] = append(at[*score.Length], score)
		}
	}
	var panels []LengthPanel
	for _, length := range slices.Sorted(maps.Keys(at)) {
		panels = append(panels, LengthPanel{length, s.series(at[length], func(c compare.Cell) float64 { return *c.Depth })})
	}
	return panels
}

// ByDistance returns each model's retention curve: its values against the number of tokens between needle and
// question.
func (s Summary) ByDistance() []Series {
	return s.series(s.retention().Scores([]string{"length"}, s.Confidence), func(c compare.Cell) float64 { return float64(*c.Length) })
}

// ByDepthAndLength returns each model's values by depth and length.
func (s Summary) ByDepthAndLength() []Grid[float64] {
	return grids(s, "depth", func(c compare.Cell) *float64 { return c.Depth })
}

// ByFormatAndLength returns each model's values by format and length.
func (s Summary) ByFormatAndLength() []Grid[string] {
	return grids(s, "format", func(c compare.Cell) *string { return c.Format })
}

// EffectiveLengths returns the effective length of each model, all else pooled. See [compare.Index.EffectiveLengths].
func (s Summary) EffectiveLengths(o compare.Options) ([]compare.Effective, error) {
	o.Confidence = s.Confidence
	return s.index().EffectiveLengths(o)
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

// valueOf is a score as a value.
func valueOf(s compare.Score) Value {
	return Value{Interval: stats.Interval{Center: s.Score, Low: s.Low, High: s.High, Confidence: s.Confidence, N: s.N, Method: s.Method},
		Seeds: s.Seeds, Each: s.Each, Pooled: s.Pooled}
}

// noValue is the value where nothing was asked.
func noValue() Value { return Value{Interval: stats.NoSamples("")} }

// series arranges scores, which differ in one key, by model and x.
func (s Summary) series(scores []compare.Score, x func(compare.Cell) float64) []Series {
	points := make(map[string][]Point)
	for _, score := range scores {
		points[score.Model] = append(points[score.Model], Point{x(score.Cell), valueOf(score)})
	}
	var list []Series
	for _, g := range s.groups() {
		if of := points[g.name]; of != nil {
			slices.SortFunc(of, func(a, b Point) int { return cmp.Compare(a.X, b.X) })
			list = append(list, Series{Model: g.name, Points: of})
		}
	}
	return list
}

// grids arranges the scores by length and another key by model, row and length. row returns a cell's row, or nil where it has none.
func grids[Row cmp.Ordered](s Summary, key string, row func(compare.Cell) *Row) []Grid[Row] {
	rows := make(map[Row]bool)
	scores := make(map[string][]compare.Score)
	for _, score := range s.index().Scores([]string{"length", key}, s.Confidence) {
		if at := row(score.Cell); at != nil {
			rows[*at] = true
			scores[score.Model] = append(scores[score.Model], score)
		}
	}
	lengths := s.Lengths()
	var list []Grid[Row]
	for _, g := range s.groups() {
		if scores[g.name] == nil {
			continue
		}
		grid := Grid[Row]{Model: g.name, Rows: slices.Sorted(maps.Keys(rows)), Lengths: lengths}
		for range grid.Rows {
			grid.Values = append(grid.Values, slices.Repeat([]Value{noValue()}, len(lengths)))
		}
		for _, score := range scores[g.name] {
			i, _ := slices.BinarySearch(grid.Rows, *row(score.Cell))
			j, _ := slices.BinarySearch(lengths, *score.Length)
			grid.Values[i][j] = valueOf(score)
		}
		list = append(list, grid)
	}
	return list
}
