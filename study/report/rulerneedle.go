package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"longseq/data"
	"longseq/data/ruler"
	"longseq/study"
	"longseq/study/compare"
)

// RulerDepthTable returns the scores of [ruler.SingleNeedle] in the layout of the paper's Tables 2 and 3: models
// by depth, and the average of each row. length returns the length at which a model is shown, in tokens; a model
// without records of that length is left out.
func (s Summary) RulerDepthTable(length func(model string) int) Table {
	s = s.Where(func(r *study.Record) bool {
		return r.Task == ruler.SingleNeedle && r.Depth != data.AnyDepth && r.Length == length(r.Model)
	}).withRecords()
	column := func(depth float64) string { return strconv.FormatFloat(depth, 'g', -1, 64) }
	t := s.table("depth", []string{"depth"}, s.columns(func(a, b *study.Record) int { return cmp.Compare(a.Depth, b.Depth) },
		func(r *study.Record) string { return column(r.Depth) }), func(c compare.Cell) string { return column(*c.Depth) })
	t.Caption = "One needle by depth, percent"
	averaged := s.withAverage(t.rounded())
	for i, g := range s.groups() {
		averaged.Rows[i].Name = fmt.Sprintf("%s at %d", g.name, length(g.models[0]))
	}
	averaged.Note = s.rulerNote() + ". " + averaged.Note
	return averaged
}

// TrainingLength returns a function for [Summary.RulerDepthTable]: a model's training length in tokens, as the
// store's plan has it, times the given number, which is 1 in the paper's Table 2 and 2 in its Table 3.
func (s Summary) TrainingLength(times int) func(model string) int {
	return func(model string) int { return times * s.pinned(model).Trained }
}

// RulerFormatTable returns the scores of [ruler.SingleNeedle] in the layout of the paper's Table 4: models and
// lengths by format and depth.
func (s Summary) RulerFormatTable() Table {
	s = s.Where(func(r *study.Record) bool { return r.Task == ruler.SingleNeedle && r.Depth != data.AnyDepth }).withRecords()
	column := func(r *study.Record) string { return fmt.Sprintf("%s %v", r.Format, r.Depth) }
	columns := s.columns(func(a, b *study.Record) int {
		if a.Format != b.Format {
			return strings.Compare(a.Format, b.Format)
		}
		return cmp.Compare(a.Depth, b.Depth)
	}, column)
	t := Table{Caption: "One needle by length, format and depth, percent", Columns: append([]string{"model and length"}, columns...)}
	for _, g := range s.groups() {
		of := s.Where(g.has)
		for _, length := range of.Lengths() {
			row := TableRow{Name: fmt.Sprintf("%s %d", g.name, length)}
			for _, name := range columns {
				row.Values = append(row.Values, TableValue{Value: of.rulerScore(func(r *study.Record) bool { return r.Length == length && column(r) == name })})
			}
			t.Rows = append(t.Rows, row)
		}
	}
	t.Note = s.warned(fmt.Sprintf("%s; %.3g%% intervals: Gaffke.", s.rulerNote(), 100*s.Confidence))
	return t
}

// columns returns the distinct names of the records' columns, in the given order of records.
func (s Summary) columns(order func(a, b *study.Record) int, name func(*study.Record) string) []string {
	records := slices.Clone(s.Records)
	slices.SortStableFunc(records, order)
	var names []string
	for _, r := range records {
		if n := name(r); len(names) == 0 || names[len(names)-1] != n {
			names = append(names, n)
		}
	}
	return names
}
