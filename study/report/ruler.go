package report

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"longseq/data"
	"longseq/data/ruler"
	"longseq/data/ruler/scoring"
	"longseq/study"
)

// RulerTables returns all tables in the paper's layout for which there are records: the aggregate if there are
// several tasks, a table for each task, one needle by depth at the models' training length and at twice that,
// one needle by format, and the failures at each length.
func (s Summary) RulerTables() []Table {
	var tables []Table
	tasks := s.ruler().rulerTasks()
	if len(tasks) > 1 {
		tables = append(tables, s.RulerTable())
	}
	for _, task := range tasks {
		tables = append(tables, s.RulerTaskTable(task))
	}
	for _, table := range []Table{s.RulerDepthTable(s.TrainingLength(1)), s.RulerDepthTable(s.TrainingLength(2)), s.RulerFormatTable()} {
		if len(table.Rows) > 0 {
			tables = append(tables, table)
		}
	}
	for _, length := range s.rulerAndNeedle().Lengths() {
		tables = append(tables, s.RulerFailureTable(length))
	}
	return tables
}

// RulerTable returns the aggregate in the layout of the paper's Table 1: models by length, and the average of each
// row. A value is the plain mean of the scores in those of RULER's 13 tasks that the summary has records of; it is
// missing where the model has no score in one of them.
func (s Summary) RulerTable() Table {
	s = s.ruler()
	tasks := s.rulerTasks()
	t := Table{Caption: fmt.Sprintf("RULER by length: mean over %d of its %d tasks, percent", len(tasks), len(ruler.TaskNames())), Columns: []string{"model"}}
	lengths := s.Lengths()
	for _, g := range s.groups() {
		row := TableRow{Name: g.name}
		for _, length := range lengths {
			at := func(r *study.Record) bool { return g.has(r) && r.Length == length }
			value, center := s.value(at), 0.0
			for _, task := range tasks {
				of := s.rulerScore(func(r *study.Record) bool { return at(r) && r.Task == task })
				if of.N == 0 {
					value = noValue()
				}
				center += of.Center
			}
			row.Values = append(row.Values, TableValue{Value: centred(value, center/float64(len(tasks)))})
		}
		t.Rows = append(t.Rows, row)
	}
	t.Columns = append(t.Columns, numbers(lengths)...)
	t.Note = s.warned(fmt.Sprintf("%s. %.3g%% intervals: Gaffke and MOVER; tasks: %s.", s.rulerNote(), 100*s.Confidence, strings.Join(tasks, ", ")))
	return s.withAverage(t)
}

// RulerTaskTable returns one task's scores in the layout of the paper's Tables 6 to 18: models by length, and the
// average of each row.
func (s Summary) RulerTaskTable(task string) Table {
	s = s.ruler().Where(func(r *study.Record) bool { return r.Task == task }).withRecords()
	t := s.tableOfLengths()
	t.Caption = task + " by length, percent"
	t.Note = s.rulerNote() + ". " + t.Note
	return s.withAverage(t.rounded())
}

// ruler returns the summary of RULER's 13 tasks, without ablations of depth and format, and the models that have
// records of them.
func (s Summary) ruler() Summary {
	names := ruler.TaskNames()
	return s.Where(func(r *study.Record) bool {
		return slices.Contains(names, r.Task) && r.Depth == data.AnyDepth && r.Format == "" && r.Distance == 0
	}).withRecords()
}

// rulerAndNeedle returns the summary of RULER's 13 tasks and [ruler.SingleNeedle].
func (s Summary) rulerAndNeedle() Summary {
	names := append(ruler.TaskNames(), ruler.SingleNeedle)
	return s.Where(func(r *study.Record) bool { return slices.Contains(names, r.Task) && r.Distance == 0 })
}

// rulerTasks returns the names of those of RULER's tasks that have records, in RULER's order.
func (s Summary) rulerTasks() []string {
	return slices.DeleteFunc(ruler.TaskNames(), func(task string) bool {
		return !slices.ContainsFunc(s.Records, func(r *study.Record) bool { return r.Task == task })
	})
}

// withRecords returns the summary without the models that have no records.
func (s Summary) withRecords() Summary {
	s.Models = slices.DeleteFunc(slices.Clone(s.Models), func(model string) bool {
		return !slices.ContainsFunc(s.Records, func(r *study.Record) bool { return r.Model == model })
	})
	return s
}

// rulerScore returns the score of the records of one model for which in is true, rounded as evaluate.py prints it.
func (s Summary) rulerScore(in func(*study.Record) bool) Value { return hundredths(s.value(in)) }

// hundredths returns the value with its centre rounded to hundredths of a percent.
func hundredths(v Value) Value { return centred(v, scoring.Round(100*v.Center)/100) }

// centred returns the value with another centre, which rounding gives it, within its interval.
func centred(v Value, center float64) Value {
	if v.N > 0 {
		v.Center = center
		v.Low, v.High = min(v.Low, center), max(v.High, center)
	}
	return v
}

// rulerNote returns the first words of a table's note: the number of samples, and of those that RULER's scripts do
// not make.
func (s Summary) rulerNote() string {
	others := 0
	tasks := map[string]bool{}
	for _, r := range s.Records {
		if r.SampleVariant != "" {
			others++
			tasks[fmt.Sprintf("%s at %d", r.Task, r.Length)] = true
		}
	}
	note := fmt.Sprintf("samples: %d", len(s.Records))
	if others == 0 {
		return note
	}
	return fmt.Sprintf("%s, of which not RULER's own: %d (%s)", note, others, strings.Join(slices.Sorted(maps.Keys(tasks)), ", "))
}

// numbers returns the numbers as text.
func numbers(list []int) []string {
	texts := make([]string, len(list))
	for i, n := range list {
		texts[i] = strconv.Itoa(n)
	}
	return texts
}

// rounded rounds all values as evaluate.py prints them, in place.
func (t Table) rounded() Table {
	for _, row := range t.Rows {
		for i := range row.Values {
			row.Values[i].Value = hundredths(row.Values[i].Value)
		}
	}
	return t
}

// withAverage returns the table with a last column that has the plain mean of each row, or nothing where one of its values is missing.
// Its interval is that of all that the row pools.
func (s Summary) withAverage(t Table) Table {
	t.Columns = append(t.Columns, "average")
	for i, g := range s.groups() {
		value := s.value(g.has)
		center := 0.0
		for _, v := range t.Rows[i].Values {
			if v.N == 0 {
				value = noValue()
			}
			center += v.Center
		}
		t.Rows[i].Values = append(t.Rows[i].Values, TableValue{Value: centred(value, center/float64(len(t.Rows[i].Values)))})
	}
	return t
}
