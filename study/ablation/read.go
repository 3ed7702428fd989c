package ablation

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"longseq/internal/input"
	"longseq/internal/strictyaml"
	"longseq/study"
	"longseq/study/training"
)

// maxPlan is the limit of a plan file in bytes.
const maxPlan = 1 << 20

// Read reads a plan file of at most 1 MiB, in YAML or JSON. A mistake in a key or a value is named with its line and
// column.
func Read(path string) (Plan, error) {
	text, err := input.Read(path, maxPlan)
	if err != nil {
		return Plan{}, fmt.Errorf("read plan: %w", err)
	}
	p, err := Parse(path, text)
	if err == nil && p.Name == "" {
		p.Name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	return p, err
}

// IsPlan reports whether the plan of a file is an ablation, and not one of a sweep: it has a base or variants.
func IsPlan(path string) bool {
	text, err := input.Read(path, maxPlan)
	if err != nil {
		return false
	}
	v, err := strictyaml.Parse(path, text)
	if err != nil {
		return false
	}
	entries, err := v.Map("plan")
	for _, e := range entries {
		if e.Key == "base" || e.Key == "variants" {
			return true
		}
	}
	return false && err == nil
}

// keys of a plan.
var planKeys = []string{"name", "base", "vary", "variants", "train_seeds", "match", "train", "ask"}

// Parse decodes a plan. The name stands for the file in messages.
func Parse(name string, text []byte) (Plan, error) {
	v, err := strictyaml.Parse(name, text)
	if err != nil {
		return Plan{}, err
	}
	entries, err := v.Map("plan")
	if err != nil {
		return Plan{}, err
	}
	p := Plan{Match: NoMatch, name: name}
	for _, e := range entries {
		switch e.Key {
		case "name":
			err = e.Value.Into(&p.Name, "text")
		case "base":
			for _, item := range e.Value.List() {
				var base string
				if err = item.Into(&base, "the name of a tiny model, or a folder"); err != nil {
					return Plan{}, err
				}
				p.Bases = append(p.Bases, base)
			}
		case "vary":
			p.Axes, err = axes(e.Value)
		case "variants":
			p.Bundles, err = bundles(e.Value)
		case "train_seeds":
			err = e.Value.Into(&p.TrainSeeds, "a list of whole numbers")
		case "match":
			err = e.Value.Into(&p.Match, "params, state or none")
		case "train":
			p.Train, err = trainOf(e.Value)
		case "ask":
			p.Ask, err = askOf(e.Value)
		default:
			err = e.Unknown(planKeys)
		}
		if err != nil {
			return Plan{}, err
		}
	}
	if err := p.check(); err != nil {
		return Plan{}, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// axes reads vary: keys with lists of values.
func axes(v strictyaml.Value) ([]Axis, error) {
	entries, err := v.Map("vary")
	if err != nil {
		return nil, err
	}
	var all []Axis
	for _, e := range entries {
		a := Axis{Key: e.Key, at: e}
		if !e.Value.IsList() {
			return nil, e.Errorf("%s: want a list of values", e.Key)
		}
		seen := map[string]bool{}
		for _, item := range e.Value.List() {
			raw, err := item.JSON()
			if err != nil {
				return nil, err
			}
			if seen[string(raw)] {
				return nil, item.Errorf("%s has %s twice", e.Key, raw)
			}
			seen[string(raw)] = true
			a.Values = append(a.Values, raw)
		}
		all = append(all, a)
	}
	return all, nil
}

// bundles reads variants: names with a base and settings.
func bundles(v strictyaml.Value) ([]Bundle, error) {
	entries, err := v.Map("variants")
	if err != nil {
		return nil, err
	}
	var all []Bundle
	for _, e := range entries {
		if safe(e.Key) != e.Key || e.Key == "" {
			return nil, e.Errorf("variant %q; want letters, digits and any of . _ + = -", e.Key)
		}
		b := Bundle{Name: e.Key}
		settings, err := e.Value.Map("variant " + e.Key)
		if err != nil {
			return nil, err
		}
		for _, s := range settings {
			if s.Key == "base" {
				if err := s.Value.Into(&b.Base, "the name of a tiny model, or a folder"); err != nil {
					return nil, err
				}
				continue
			}
			raw, err := s.Value.JSON()
			if err != nil {
				return nil, err
			}
			b.Settings = append(b.Settings, training.Setting{Key: s.Key, Value: raw})
			b.at = append(b.at, s)
		}
		all = append(all, b)
	}
	return all, nil
}

// trainOf reads train. Its keys are task, lr, corpus, and those of train.PATH and task.PATH without the prefix.
func trainOf(v strictyaml.Value) (Train, error) {
	entries, err := v.Map("train")
	if err != nil {
		return Train{}, err
	}
	var t Train
	var on task
	for _, e := range entries { // the other keys are those of the task
		if e.Key != "task" {
			continue
		}
		if err := e.Value.Into(&t.Task, "recall or a synthetic task"); err != nil {
			return t, err
		}
		if on, err = parseTask(t.Task); err != nil {
			return t, e.Value.Errorf("%w", err)
		}
	}
	for _, e := range entries {
		switch e.Key {
		case "task":
			continue
		case "lr":
			if raw, err := e.Value.JSON(); err == nil && string(raw) == `"own"` {
				continue
			}
			for _, item := range e.Value.List() {
				var lr float64
				if err := item.Into(&lr, "own, a learning rate, or a list of them"); err != nil {
					return t, err
				}
				t.Rates = append(t.Rates, lr)
			}
			continue
		case "corpus":
			if err := e.Value.Into(&t.Corpus, "a text file"); err != nil {
				return t, err
			}
			if on.synthetic() {
				return t, e.Errorf("corpus: %s has no haystack", on.name())
			}
			continue
		}
		raw, err := e.Value.JSON()
		if err != nil {
			return t, err
		}
		key := on.trainKey(e.Key)
		if key == "" {
			return t, e.Unknown(append(on.trainKeys(), "task", "lr", "corpus"))
		}
		t.Settings = append(t.Settings, training.Setting{Key: key, Value: raw})
		t.at = append(t.at, e)
	}
	return t, nil
}

// ask is a sweep's plan without models.
type ask struct {
	Tasks     []string  `yaml:"tasks"`
	Lengths   []int     `yaml:"lengths"`
	Depths    []float64 `yaml:"depths"`
	Formats   []string  `yaml:"formats"`
	Samples   int       `yaml:"samples"`
	Seeds     []int64   `yaml:"seeds"`
	Corpus    string    `yaml:"corpus"`
	Distances []int     `yaml:"distances"`
	Batch     int       `yaml:"batch"`
	Extend    []string  `yaml:"extend"`
}

func askOf(v strictyaml.Value) (*study.Plan, error) {
	var a ask
	if err := v.Struct("ask", &a); err != nil {
		return nil, err
	}
	p := study.Plan{Models: []string{"model"}, Tasks: a.Tasks, Lengths: a.Lengths, Depths: a.Depths, Formats: a.Formats, Samples: a.Samples,
		Seeds: a.Seeds, Corpus: a.Corpus, Distances: a.Distances, Batch: a.Batch, Extend: a.Extend}
	if err := p.Validate(); err != nil {
		return nil, v.Errorf("ask: %w", err)
	}
	p.Models = nil
	return &p, nil
}

// text is a setting's value without quotes and spaces: 8, essay, 0+1.
func valueText(raw json.RawMessage) string {
	return strings.NewReplacer(`"`, "", " ", "", ",", "+", "[", "", "]", "").Replace(string(raw))
}
