// Package study turns a plan into records and records into numbers with intervals.
//
//	Plan ── Cells ── Sweep.Run ── Record ──> Store ── Summary ── Interval ──> Table
//
// The words, which are the same in plan files, records, figures and messages:
//
//	task      a way to make samples ("recall", "niah_single_2")
//	sample    one prompt with its reference answers; its number counts from 0 in its cell
//	length    tokens of the prompt and the answer's budget
//	depth     percent of the haystack before the needle: 0 first, 100 last
//	format    haystack kind - key kind - value kind: "essay-word-number"
//	distance  tokens between the needle and the question, in a retention curve
//	cell      one (model, task, length, depth, format, seed) of a sweep, or one distance of a
//	          retention curve, with a number of samples
//	block     consecutive sample numbers of a cell that a model answers in one batch
//	record    one scored sample
//	store     a folder of records, with the plan that they belong to
//
// Scores are fractions, 0 to 1. Every number that leaves this package is an [Interval].
package study
