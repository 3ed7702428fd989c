package report

import (
	"fmt"
	"slices"

	"longseq/data/ruler/scoring"
	"longseq/study"
	"longseq/study/stats"
)

// RulerFailureTable returns the wrong answers at a length in tokens: models by class of failure, each value a share
// of the samples. The first column has the empty answers, which RULER's evaluate.py counts, too.
func (s Summary) RulerFailureTable(length int) Table {
	s = s.rulerAndNeedle().Where(func(r *study.Record) bool { return r.Length == length }).withRecords()
	t := Table{Caption: fmt.Sprintf("Wrong answers at %d tokens, percent of the samples", length), Columns: []string{"model", "empty"}}
	classes := slices.DeleteFunc(slices.Clone(scoring.Failures), func(f scoring.Failure) bool { return f == scoring.Nothing })
	for _, class := range classes {
		t.Columns = append(t.Columns, string(class))
	}
	for _, g := range s.groups() {
		of := s.Where(g.has)
		row := TableRow{Name: g.name, Values: []TableValue{{Value: of.share(func(r *study.Record) bool { return scoring.Postprocess(r.Prediction) == "" })}}}
		for _, class := range classes {
			row.Values = append(row.Values, TableValue{Value: of.share(func(r *study.Record) bool { return r.Failure == string(class) })})
		}
		t.Rows = append(t.Rows, row)
	}
	t.Note = s.warned(fmt.Sprintf("%s; %.3g%% intervals: Wilson.", s.rulerNote(), 100*s.Confidence))
	return t
}

// share returns the share of the records for which ok is true, with Wilson's interval.
func (s Summary) share(ok func(*study.Record) bool) Value {
	n := 0
	for _, r := range s.Records {
		if ok(r) {
			n++
		}
	}
	return Value{Interval: stats.Wilson(n, len(s.Records), s.Confidence), Seeds: 1}
}
