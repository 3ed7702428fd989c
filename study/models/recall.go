package models

import (
	"fmt"
	"strconv"
	"strings"

	"longseq/data"
	"longseq/data/corpus"
	"longseq/data/recall"
	"longseq/internal/printable"
	"longseq/study"
)

// Recall is the task that the tiny models are trained on: key-value needles among the words of an essay. Behind its name a plan may
// have the number of needles: "recall needles=2".
var Recall = recallOf(recall.DefaultNeedles)

// recallOf is recall with a number of needles.
func recallOf(needles int) study.TaskKind {
	name := "recall"
	if needles != recall.DefaultNeedles {
		name += fmt.Sprintf(" needles=%d", needles)
	}
	return study.TaskKind{
		Name:      name,
		Version:   fmt.Sprint(recall.Version),
		Scorer:    study.ExactMatch,
		HasDepth:  true,
		HasFormat: true,
		Make: func(cell study.Cell, text corpus.Corpus) (study.Task, error) {
			format, haystack, err := readHaystack(cell, text)
			if err != nil {
				return nil, err
			}
			return recall.NewTask(haystack, recall.Config{Format: format, Length: cell.Length, Depth: cell.Depth, Needles: needles, Seed: cell.Seed})
		},
		Readings: func(cell study.Cell, text corpus.Corpus, distances []int) (study.ReadingTask, error) {
			format, haystack, err := readHaystack(cell, text)
			if err != nil {
				return nil, err
			}
			return recall.NewRetention(haystack, format, distances, needles, cell.Seed)
		},
		With: func(settings string) (study.TaskKind, error) {
			text, ok := strings.CutPrefix(strings.TrimSpace(settings), "needles=")
			needles, err := strconv.Atoi(text)
			if !ok || err != nil || needles < 1 {
				return study.TaskKind{}, fmt.Errorf("recall %s; want needles=NUMBER, 1 or more", printable.Line(settings, 40))
			}
			return recallOf(needles), nil
		},
	}
}

func readHaystack(cell study.Cell, text corpus.Corpus) (data.Format, *recall.Haystack, error) {
	format, err := data.ParseFormat(cell.Format)
	if err != nil {
		return format, nil, err
	}
	haystack, err := recall.Read(text)
	return format, haystack, err
}
