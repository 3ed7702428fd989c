// Package report turns the records of a study into numbers with intervals, tables and figures.
//
// [Of] makes a [Summary] of a store, [ReadRuler] one of files with RULER's predictions. A summary is filtered
// with [Summary.Where] and [Summary.In], grouped by length, depth, distance or format, and shown:
//
//	s := report.Of(store, 0.95)
//	s.TableByLength().Text()                            // a table for a terminal
//	s.In("essay-word").LengthFigure(figure.Options{})   // a figure, for package figure to render
//
// The words are those of package study, and these:
//
//	score     what a sample got, a fraction from 0 to 1; tables and figures show percent
//	value     the mean score of a group of samples with its interval, as package stats computes it
//	series    one model's values over one axis: length, depth or distance
//	grid      one model's values over length and another axis: depth or format
//	table     models (rows) by length, depth, format or kind of failure (columns)
//	pairing   two models are compared on the samples of the same task, format, length, depth, distance,
//	          seed and number
//	retention accuracy against the tokens between needle and question, in records of their own, which the
//	          values by length, depth and format leave out
//	aggregate the plain mean of a model's scores in several RULER tasks, as in the paper's Table 1
//
// The tables in the paper's layout (RulerTable and its like) round scores as RULER's evaluate.py does, to
// hundredths of a percent, and average the rounded ones. A table renders itself as text, Markdown, HTML, CSV,
// LaTeX and JSON, and [Table.Save] writes them to files.
package report
