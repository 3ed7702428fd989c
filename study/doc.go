// Package study runs the plans of a study: it asks models the samples of a grid of cells, scores the answers and stores them.
//
//	Plan -> Resolve -> Cells -> Sweep.Run -> Record -> Store
//
// It knows no checkpoint, no task and no figure: models and tasks are interfaces and functions that package models
// implements; package report turns a store into numbers with intervals, tables and figures.
//
// The words, which are the same in plan files, records, figures and messages:
//
//	task      a way to make samples ("recall", "niah_single_2", "mqar pairs=16")
//	sample    one prompt with its reference answers, numbered from 0 in its cell
//	length    tokens of the prompt and of the answer's budget
//	depth     position of the needle in the haystack, percent: 0 first, 100 last
//	format    haystack kind - key kind - value kind: "essay-word-number"
//	distance  tokens between the needle and the question, in a retention curve
//	cell      one (model, task, length, depth, format, seed) of a sweep, or one distance of a
//	          retention curve, with a number of samples
//	block     consecutive sample numbers of a cell that a model answers in one batch
//	record    one scored sample
//	store     a folder of records with the plan that they belong to
//
// Scores are fractions, 0 to 1.
package study
