// Package models opens models from files for a study, and makes the tasks that a plan can name.
//
//	Checkpoints  models by the names that plans use, each answering in this process
//	Processes    the same models, each in a process of its own on its share of the cores
//	Location     where the files of a model and of its tokenizer lie
//	Inspection   what a model has of one prompt: attention of the last token, and decay
//
// A program that imports this package answers for sweeps when it is started as a worker: see package worker.
package models
