package study

import (
	"fmt"
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
	// Chance is the score, at a length, of the best answer that does not look at what is asked, 0 to 1. nil: not known.
	Chance func(length int) float64
	// With returns the kind with the settings that a plan writes behind its name: "mqar pairs=16". The name of equal settings
	// is the same, however they are written. nil: this kind has no settings.
	With func(settings string) (TaskKind, error)
	// Fits returns an error for a model that cannot be asked. nil: all can be.
	Fits func(model string) error
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

// Find returns the kind called name, or an error with the near miss. Behind the name there may be settings, if the kind has
// any: its name is then that of the kind with them.
func (t Tasks) Find(name string) (TaskKind, error) {
	if kind, ok := t[name]; ok {
		return kind, nil
	}
	first, settings, _ := strings.Cut(strings.TrimSpace(name), " ")
	kind, ok := t[first]
	switch {
	case !ok:
		return TaskKind{}, nearmiss.Unknown("task", first, t.Names())
	case kind.With == nil:
		return TaskKind{}, fmt.Errorf("task %q: %s has no settings", name, first)
	}
	return kind.With(settings)
}
