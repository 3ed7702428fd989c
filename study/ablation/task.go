package ablation

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"longseq/data/recall"
	"longseq/data/synthetic"
	"longseq/internal/nearmiss"
	"longseq/lcmodels"
	"longseq/study/training"
)

// recallTask is the name of the task that models are trained on where a plan says nothing else.
const recallTask = "recall"

// A task is a synthetic task that models are trained on. The zero value is recall.
type task struct {
	kind     synthetic.Kind
	settings synthetic.Settings
	lengths  synthetic.Mix
}

// parseTask reads what train.task says: recall, or a synthetic task, which may have settings.
func parseTask(text string) (task, error) {
	if text == "" || text == recallTask {
		return task{}, nil
	}
	name, _, _ := strings.Cut(text, " ")
	if _, err := synthetic.Find(name); err != nil {
		return task{}, nearmiss.Unknown("task", name, taskNames())
	}
	kind, settings, err := synthetic.Parse(text)
	return task{kind: kind, settings: settings}, err
}

// taskNames are what train.task may be.
func taskNames() []string {
	names := []string{recallTask}
	for _, k := range synthetic.Kinds() {
		names = append(names, k.Name)
	}
	return names
}

// synthetic reports whether the task is one.
func (t task) synthetic() bool { return t.kind.Name != "" }

// name is that of the kind.
func (t task) name() string {
	if !t.synthetic() {
		return recallTask
	}
	return t.kind.Name
}

// keys are what task.PATH may be.
func (t task) keys() []string {
	keys := []string{"length", "lengths"}
	for _, a := range t.kind.Axes {
		keys = append(keys, a.Name)
	}
	return keys
}

// set returns the task with a setting: task.lengths, or an axis of the kind.
func (t task) set(path string, value json.RawMessage) (task, error) {
	if path == "lengths" {
		var name string
		err := json.Unmarshal(value, &name)
		if err == nil {
			t.lengths, err = synthetic.ParseMix(name)
		} else {
			err = fmt.Errorf("task.lengths is %.60s; want full, mixed or grow", value)
		}
		return t, err
	}
	if !slices.Contains(t.keys(), path) {
		return t, nearmiss.Unknown("task key of "+t.kind.Name, path, t.keys())
	}
	var number int
	if err := json.Unmarshal(value, &number); err != nil {
		return t, fmt.Errorf("task.%s is %.60s; want a whole number", path, value)
	}
	t.settings = maps.Clone(t.settings)
	if t.settings == nil {
		t.settings = synthetic.Settings{}
	}
	t.settings[path] = number
	return t, t.kind.Check(t.settings)
}

// withWords returns an architecture whose vocabulary has the task's words.
func (t task) withWords(a lcmodels.Architecture) (lcmodels.Architecture, error) {
	made, err := synthetic.New(t.kind, t.settings)
	if err != nil {
		return nil, err
	}
	return training.WithWords(a, len(made.Words()))
}

// fields are the keys of all synthetic tasks, with their defaults.
func syntheticFields() []Field {
	all := []Field{{Key: taskPrefix + "lengths", Type: "text", Default: synthetic.Full.String(),
		Meaning: "synthetic tasks: sequences of a row's length (full), of any (mixed), of any that grows with the steps (grow)"}}
	for _, k := range synthetic.Kinds() {
		for _, a := range k.Axes {
			all = append(all, Field{Key: taskPrefix + a.Name, Type: "whole number", Default: a.Default, Meaning: a.Meaning, Task: k.Name})
		}
	}
	return all
}

// asked returns what the models are asked: a task that is that of the training has the training's settings, but for those that
// the plan writes behind its name.
func (p Plan) asked() ([]string, error) {
	d, err := p.task()
	if err != nil {
		return nil, err
	}
	asked := p.withNeedles(p.Ask.Tasks)
	for i, text := range asked {
		name, _, _ := strings.Cut(text, " ")
		if _, err := synthetic.Find(name); err != nil && (!d.synthetic() || name != recallTask) {
			continue // of another kind, which a sweep knows
		}
		if name != d.name() {
			return nil, fmt.Errorf("ask: task %s: the models are trained on %s", text, d.name())
		}
		if !d.synthetic() {
			continue // recall, see needles
		}
		kind, settings, err := synthetic.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("ask: %w", err)
		}
		all := maps.Clone(d.settings)
		if all == nil {
			all = synthetic.Settings{}
		}
		maps.Copy(all, settings)
		if _, err := synthetic.New(kind, all); err != nil {
			return nil, fmt.Errorf("ask: %w", err)
		}
		asked[i] = kind.Text(all)
	}
	return asked, nil
}

// withNeedles gives recall the number of needles that all models are trained with, where the plan does not write another behind its name.
func (p Plan) withNeedles(tasks []string) []string {
	tasks = slices.Clone(tasks)
	for _, s := range p.Train.Settings {
		if s.Key != "task.needles" {
			continue
		}
		for i, text := range tasks {
			if text == recallTask && string(s.Value) != strconv.Itoa(recall.DefaultNeedles) {
				tasks[i] += " needles=" + string(s.Value)
			}
		}
	}
	return tasks
}

// task is what the plan says of the task of all variants.
func (p Plan) task() (task, error) {
	t, err := parseTask(p.Train.Task)
	if err != nil || !t.synthetic() {
		return t, err
	}
	for _, s := range p.Train.Settings {
		if path, ok := strings.CutPrefix(s.Key, taskPrefix); ok && path != "length" {
			if t, err = t.set(path, s.Value); err != nil {
				return t, err
			}
		}
	}
	return t, nil
}
