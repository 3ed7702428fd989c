package report

import (
	"context"
	"errors"
	"fmt"

	"longseq/data/ruler"
	"longseq/data/ruler/texts"
	"longseq/study/stats"
)

// RulerFillTable returns the share of each length that the first n samples of each task take: tasks by length, the
// mean and in parentheses the least and the most. Lengths are in tokens of the tokenizer. The samples are made from
// the built-in texts. If filled is true, each is filled as far as the length allows; if not, they are as RULER
// makes them, and a value is missing where RULER makes none.
func RulerFillTable(tokenizer ruler.Tokenizer, lengths []int, n int, filled bool) (Table, error) {
	t := Table{Caption: "How much of the length RULER's samples take, percent", Columns: append([]string{"task"}, numbers(lengths)...),
		Note: fmt.Sprintf("%d samples a value: the mean, and in parentheses the least and the most.", n)}
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
			value := stats.NoSamples(rangeOf)
			if err == nil {
				value = fillOf(samples)
			}
			row.Values = append(row.Values, TableValue{Value: Value{Interval: value, Seeds: 1}})
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// rangeOf is the method of a value whose bounds are the least and the most, and no interval.
const rangeOf = "range"

// fillOf returns the mean share of the length that the samples take, with the least and the most as its interval.
func fillOf(samples []ruler.Sample) stats.Interval {
	i := stats.Interval{Low: 1, Confidence: 1, N: len(samples), Method: rangeOf}
	for _, s := range samples {
		fill := float64(s.Length) / float64(s.Target())
		i.Center += fill / float64(len(samples))
		i.Low, i.High = min(i.Low, fill), max(i.High, fill)
	}
	return i
}
