package study

import (
	"maps"
	"slices"
	"strings"

	"longseq/data"
	"longseq/data/corpus"
	"longseq/internal/nearmiss"
)

// A Task makes the samples of one cell. The same number always gives the same sample.
type Task interface {
	Sample(number int) (data.Sample, error)
}

// A TaskKind makes the tasks of a name, of any length, depth and format.
type TaskKind struct {
	Name string
	// Version changes whenever any sample changes; it is part of each cell's identity.
	Version string
	Scorer  Scorer
	// HasDepth and HasFormat say which axes of a plan apply to the task. Without one of them the
	// task's cells are made once, with [data.AnyDepth] or the empty format.
	HasDepth, HasFormat bool
	// Make makes the task of a cell from its Length, Depth, Format and Seed, and the haystack. It
	// is called for every cell before any model is opened, to find mistakes early. So it should
	// be quick and leave the work to Sample.
	Make func(cell Cell, haystack corpus.Corpus) (Task, error)
	// Failure classifies a wrong prediction; empty for a right one. nil: this kind has no classes.
	Failure func(sample data.Sample, prediction string) string
	// Readings makes the haystacks of the retention curve, from Format and Seed. nil: this kind has no curve.
	Readings func(cell Cell, haystack corpus.Corpus, distances []int) (ReadingTask, error)
}

// A Scorer compares a prediction with the reference answers: 0 wrong to 1 right.
type Scorer struct {
	Name    string
	Version string // changes whenever any score changes; part of each cell's identity
	Score   func(prediction string, answers []string) float64
}

// ExactMatch scores 1 where the prediction is the answers, one after the other, but for spaces,
// and 0 elsewhere.
var ExactMatch = Scorer{
	Name:    "exact match",
	Version: "1",
	Score: func(prediction string, answers []string) float64 {
		if slices.Equal(strings.Fields(prediction), strings.Fields(strings.Join(answers, " "))) {
			return 1
		}
		return 0
	},
}

// Tasks are the known kinds of task, by name.
type Tasks map[string]TaskKind

// NewTasks returns the kinds by their names.
func NewTasks(kinds ...TaskKind) Tasks {
	tasks := make(Tasks, len(kinds))
	for _, k := range kinds {
		tasks[k.Name] = k
	}
	return tasks
}

// Names returns the known names in alphabetical order.
func (t Tasks) Names() []string { return slices.Sorted(maps.Keys(t)) }

// Find returns the kind called name, or an error with the near miss.
func (t Tasks) Find(name string) (TaskKind, error) {
	if kind, ok := t[name]; ok {
		return kind, nil
	}
	return TaskKind{}, nearmiss.Unknown("task", name, t.Names())
}
