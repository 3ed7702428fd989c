package models

import (
	"fmt"

	"longseq/data"
	"longseq/data/corpus"
	"longseq/data/recall"
	"longseq/study"
)

// Recall is the task that the tiny models are trained on: key-value needles among the words of an essay.
var Recall = study.TaskKind{
	Name:      "recall",
	Version:   fmt.Sprint(recall.Version),
	Scorer:    study.ExactMatch,
	HasDepth:  true,
	HasFormat: true,
	Make: func(cell study.Cell, text corpus.Corpus) (study.Task, error) {
		format, haystack, err := recallOf(cell, text)
		if err != nil {
			return nil, err
		}
		return recall.NewTask(haystack, recall.Config{Format: format, Length: cell.Length, Depth: cell.Depth, Seed: cell.Seed})
	},
	Readings: func(cell study.Cell, text corpus.Corpus, distances []int) (study.ReadingTask, error) {
		format, haystack, err := recallOf(cell, text)
		if err != nil {
			return nil, err
		}
		return recall.NewRetention(haystack, format, distances, recall.DefaultNeedles, cell.Seed)
	},
}

func recallOf(cell study.Cell, text corpus.Corpus) (data.Format, *recall.Haystack, error) {
	format, err := data.ParseFormat(cell.Format)
	if err != nil {
		return format, nil, err
	}
	haystack, err := recall.Read(text)
	return format, haystack, err
}
