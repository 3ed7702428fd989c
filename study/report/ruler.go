package report

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"longseq/data"
	"longseq/data/ruler"
	"longseq/data/ruler/scoring"
	"longseq/data/ruler/texts"
	"longseq/study"
	"longseq/study/stats"
)

// Tables in the paper's layout. Scores are those of RULER's evaluate.py: a task's score is rounded to
// hundredths of a percent, and what is averaged are these.

// RulerTables returns all tables in the paper's layout that there are records for: the aggregate where
// there are several tasks, each task, the needle by depth at the models' training length and twice that,
// by format, and what was wrong with the answers at each length.
func (s Summary) RulerTables() []Table {
	var tables []Table
	tasks := s.ruler().rulerTasks()
	if len(tasks) > 1 {
		tables = append(tables, s.RulerTable())
	}
	for _, task := range tasks {
		tables = append(tables, s.RulerTaskTable(task))
	}
	for _, table := range []Table{s.RulerDepthTable(s.Trained(1)), s.RulerDepthTable(s.Trained(2)), s.RulerFormatTable()} {
		if len(table.Rows) > 0 {
			tables = append(tables, table)
		}
	}
	for _, length := range s.rulerAny().Lengths() {
		tables = append(tables, s.RulerFailureTable(length))
	}
	return tables
}

// RulerTable returns the layout of the paper's Table 1: models by length, and each row's average. A value
// is the plain mean over the summary's tasks of RULER; it is missing where a task is.
func (s Summary) RulerTable() Table {
	s = s.ruler()
	tasks := s.rulerTasks()
	t := Table{Caption: fmt.Sprintf("RULER by length: mean over %d of its %d tasks, percent", len(tasks), len(ruler.TaskNames())), Columns: []string{"model"}}
	lengths := s.Lengths()
	for _, model := range s.Models {
		row := TableRow{Name: model}
		for _, length := range lengths {
			scores := make([]stats.Interval, len(tasks))
			for i, task := range tasks {
				scores[i] = s.rulerScore(func(r study.Record) bool { return r.Model == model && r.Task == task && r.Length == length })
			}
			row.Values = append(row.Values, TableValue{Interval: stats.MeanOf(scores)})
		}
		t.Rows = append(t.Rows, row)
	}
	t.Columns = append(t.Columns, numbers(lengths)...)
	t.Note = fmt.Sprintf("%s. %.3g%% intervals: MOVER from the tasks' own; tasks: %s.", s.rulerNote(), 100*s.Confidence, strings.Join(tasks, ", "))
	return t.withAverage()
}

// RulerTaskTable returns the layout of the paper's Tables 6 to 18: one task's scores, models by length,
// and each row's average.
func (s Summary) RulerTaskTable(task string) Table {
	s = s.ruler().Where(func(r study.Record) bool { return r.Task == task }).known()
	t := s.TableByLength()
	t.Caption = task + " by length, percent"
	t.Note = s.rulerNote() + ". " + t.Note
	return t.rounded().withAverage()
}

// RulerDepthTable returns the layout of the paper's Tables 2 and 3: scores of [ruler.SingleNeedle], models by
// depth, and each row's average. Each model is shown at the length given for it; those that have no
// records there are left out.
func (s Summary) RulerDepthTable(length func(model string) int) Table {
	s = s.Where(func(r study.Record) bool {
		return r.Task == ruler.SingleNeedle && r.Depth != data.AnyDepth && r.Length == length(r.Model)
	}).known()
	column := func(r study.Record) string { return strconv.FormatFloat(r.Depth, 'g', -1, 64) }
	t := s.table("depth", column, s.columns(func(a, b study.Record) int { return cmp.Compare(a.Depth, b.Depth) }, column))
	t.Caption = "One needle by depth, percent"
	for i, model := range s.Models {
		t.Rows[i].Name = fmt.Sprintf("%s at %d", model, length(model))
	}
	t.Note = s.rulerNote() + ". " + t.Note
	return t.rounded().withAverage()
}

// Trained returns the length that each model was trained at, as the store's plan knows it, times a
// number: what [Summary.RulerDepthTable] takes for the paper's Table 2 (1) and Table 3 (2).
func (s Summary) Trained(times int) func(model string) int {
	return func(model string) int { return times * s.about(model).Trained }
}

// RulerFormatTable returns the layout of the paper's Table 4: scores of [ruler.SingleNeedle], models and
// lengths by format and depth.
func (s Summary) RulerFormatTable() Table {
	s = s.Where(func(r study.Record) bool { return r.Task == ruler.SingleNeedle && r.Depth != data.AnyDepth }).known()
	column := func(r study.Record) string { return fmt.Sprintf("%s %v", r.Format, r.Depth) }
	columns := s.columns(func(a, b study.Record) int {
		if a.Format != b.Format {
			return strings.Compare(a.Format, b.Format)
		}
		return cmp.Compare(a.Depth, b.Depth)
	}, column)
	t := Table{Caption: "One needle by length, format and depth, percent", Columns: append([]string{"model and length"}, columns...)}
	for _, model := range s.Models {
		of := s.Where(func(r study.Record) bool { return r.Model == model })
		for _, length := range of.Lengths() {
			row := TableRow{Name: fmt.Sprintf("%s %d", model, length)}
			for _, name := range columns {
				row.Values = append(row.Values, TableValue{Interval: of.rulerScore(func(r study.Record) bool { return r.Length == length && column(r) == name })})
			}
			t.Rows = append(t.Rows, row)
		}
	}
	t.Note = fmt.Sprintf("%s; %.3g%% intervals: Wilson for 0/1 scores, else bootstrap.", s.rulerNote(), 100*s.Confidence)
	return t
}

// RulerFailureTable returns what was wrong with the answers of one length: the share of samples of each
// class, models by class. The first column has the empty answers, which RULER counts.
func (s Summary) RulerFailureTable(length int) Table {
	s = s.rulerAny().Where(func(r study.Record) bool { return r.Length == length }).known()
	t := Table{Caption: fmt.Sprintf("Wrong answers at %d tokens, percent of the samples", length), Columns: []string{"model", "empty"}}
	classes := slices.DeleteFunc(slices.Clone(scoring.Failures), func(f scoring.Failure) bool { return f == scoring.Nothing })
	for _, class := range classes {
		t.Columns = append(t.Columns, string(class))
	}
	for _, model := range s.Models {
		of := s.Where(func(r study.Record) bool { return r.Model == model })
		row := TableRow{Name: model, Values: []TableValue{{Interval: of.share(func(r study.Record) bool { return scoring.Postprocess(r.Prediction) == "" })}}}
		for _, class := range classes {
			row.Values = append(row.Values, TableValue{Interval: of.share(func(r study.Record) bool { return r.Failure == string(class) })})
		}
		t.Rows = append(t.Rows, row)
	}
	t.Note = fmt.Sprintf("%s; %.3g%% intervals: Wilson.", s.rulerNote(), 100*s.Confidence)
	return t
}

// ruler keeps RULER's own samples: the 13 tasks without a depth or format given.
func (s Summary) ruler() Summary {
	names := ruler.TaskNames()
	return s.Where(func(r study.Record) bool {
		return slices.Contains(names, r.Task) && r.Depth == data.AnyDepth && r.Format == "" && r.Distance == 0
	}).known()
}

// rulerAny keeps the 13 tasks and [ruler.SingleNeedle].
func (s Summary) rulerAny() Summary {
	names := append(ruler.TaskNames(), ruler.SingleNeedle)
	return s.Where(func(r study.Record) bool { return slices.Contains(names, r.Task) && r.Distance == 0 })
}

// rulerTasks returns the tasks there are records of, in RULER's order.
func (s Summary) rulerTasks() []string {
	return slices.DeleteFunc(ruler.TaskNames(), func(task string) bool {
		return !slices.ContainsFunc(s.Records, func(r study.Record) bool { return r.Task == task })
	})
}

// known leaves out the models that there are no records of.
func (s Summary) known() Summary {
	s.Models = slices.DeleteFunc(slices.Clone(s.Models), func(model string) bool {
		return !slices.ContainsFunc(s.Records, func(r study.Record) bool { return r.Model == model })
	})
	return s
}

// rulerScore is the score of the records that of accepts, rounded as evaluate.py prints it.
func (s Summary) rulerScore(of func(study.Record) bool) stats.Interval {
	var scores []float64
	for _, r := range s.Records {
		if of(r) {
			scores = append(scores, r.Score)
		}
	}
	return hundredths(stats.Mean(scores, s.Confidence))
}

// hundredths rounds the interval's centre to hundredths of a percent.
func hundredths(i stats.Interval) stats.Interval {
	if i.N > 0 {
		i.Center = scoring.Round(100*i.Center) / 100
		i.Low, i.High = min(i.Low, i.Center), max(i.High, i.Center)
	}
	return i
}

func (s Summary) share(is func(study.Record) bool) stats.Interval {
	n := 0
	for _, r := range s.Records {
		if is(r) {
			n++
		}
	}
	return stats.Wilson(n, len(s.Records), s.Confidence)
}

// columns returns the distinct names of the records' columns, in the records' order.
func (s Summary) columns(order func(a, b study.Record) int, name func(study.Record) string) []string {
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

// rulerNote says how many samples a table has, and how many of them are not RULER's.
func (s Summary) rulerNote() string {
	others := 0
	tasks := map[string]bool{}
	for _, r := range s.Records {
		if r.Variant != "" {
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

func numbers(list []int) []string {
	texts := make([]string, len(list))
	for i, n := range list {
		texts[i] = strconv.Itoa(n)
	}
	return texts
}

// rounded rounds all values as evaluate.py prints them.
func (t Table) rounded() Table {
	for _, row := range t.Rows {
		for i := range row.Values {
			row.Values[i].Interval = hundredths(row.Values[i].Interval)
		}
	}
	return t
}

// withAverage adds the plain mean of each row; it is missing where a value is.
func (t Table) withAverage() Table {
	t.Columns = append(t.Columns, "average")
	for i, row := range t.Rows {
		parts := make([]stats.Interval, len(row.Values))
		for j, v := range row.Values {
			parts[j] = v.Interval
		}
		t.Rows[i].Values = append(row.Values, TableValue{Interval: stats.MeanOf(parts)})
	}
	return t
}

// RulerFillTable says how much of the length the first n samples of each task take: the mean, and in
// brackets the least and the most, tasks by length. The samples are made from the texts built in; filled
// says whether each is filled as far as fits. Where it is not, what RULER cannot make is left out.
func RulerFillTable(tokenizer ruler.Tokenizer, lengths []int, n int, filled bool) (Table, error) {
	t := Table{Caption: "How much of the length RULER's samples take, percent", Columns: append([]string{"task"}, numbers(lengths)...),
		Note: fmt.Sprintf("%d samples a value: the mean, and in brackets the least and the most.", n)}
	if filled {
		t.Caption = "How much of the length filled samples take, percent"
	}
	sources, err := texts.Open("", "")
	if err != nil {
		return t, err
	}
	for _, task := range ruler.Tasks() {
		row := TableRow{Name: task.Name}
		for _, length := range lengths {
			opts := ruler.Default(task, length)
			opts.Samples, opts.Fill = n, filled
			samples, err := ruler.Generate(context.Background(), opts, tokenizer, sources)
			var stuck *ruler.StuckError
			if err != nil && !errors.As(err, &stuck) {
				return t, err
			}
			value := stats.NoSamples("range")
			if err == nil {
				value = fillOf(samples)
			}
			row.Values = append(row.Values, TableValue{Interval: value})
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// fillOf returns the mean, the least and the most of the length that samples take.
func fillOf(samples []ruler.Sample) stats.Interval {
	i := stats.Interval{Low: 1, Confidence: 1, N: len(samples), Method: "range"}
	for _, s := range samples {
		fill := float64(s.Length) / float64(s.Target())
		i.Center += fill / float64(len(samples))
		i.Low, i.High = min(i.Low, fill), max(i.High, fill)
	}
	return i
}
