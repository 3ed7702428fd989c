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
)

// RulerDepthTable returns the scores of [ruler.SingleNeedle] in the layout of the paper's Tables 2 and 3: models
// by depth, and the average of each row. length returns the length at which a model is shown, in tokens; a model
// without records of that length is left out.
func (s Summary) RulerDepthTable(length func(model string) int) Table {
	s = s.Where(func(r *study.Record) bool {
		return r.Task == ruler.SingleNeedle && r.Depth != data.AnyDepth && r.Length == length(r.Model)
	}).withRecords()
	column := func(r *study.Record) string { return strconv.FormatFloat(r.Depth, 'g', -1, 64) }
	t := s.table("depth", column, s.columns(func(a, b *study.Record) int { return cmp.Compare(a.Depth, b.Depth) }, column))
	t.Caption = "One needle by depth, percent"
	for i, model := range s.Models {
		t.Rows[i].Name = fmt.Sprintf("%s at %d", model, length(model))
	}
	t.Note = s.rulerNote() + ". " + t.Note
	return t.rounded().withAverage()
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
	for _, model := range s.Models {
		of := s.Where(func(r *study.Record) bool { return r.Model == model })
		for _, length := range of.Lengths() {
			row := TableRow{Name: fmt.Sprintf("%s %d", model, length)}
			for _, name := range columns {
				row.Values = append(row.Values, TableValue{Interval: of.rulerScore(func(r *study.Record) bool { return r.Length == length && column(r) == name })})
			}
			t.Rows = append(t.Rows, row)
		}
	}
	t.Note = s.warned(fmt.Sprintf("%s; %.3g%% intervals: Wilson for 0/1 scores, else bootstrap.", s.rulerNote(), 100*s.Confidence))
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
