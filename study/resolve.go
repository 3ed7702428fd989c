package study

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"

	"longseq/data/corpus"
	"longseq/internal/identity"
)

// ResolvedFile is the name of the resolved plan in a store's folder.
const ResolvedFile = "plan.resolved.yaml"

// A Resolved plan is a plan with its defaults filled in and the digests and versions of the models, tasks
// and corpus that it names. It determines every record, and is stored beside the records.
type Resolved struct {
	Digest string        `yaml:"digest"` // of the other fields
	Plan   Plan          `yaml:"plan"`
	Models []PinnedModel `yaml:"models"`
	Tasks  []PinnedTask  `yaml:"tasks"`
	Corpus string        `yaml:"corpus"` // SHA-256 of the haystack

	haystack corpus.Corpus // what Corpus is the digest of; empty in a plan read from a store
}

// Pinned is the name of a model or task with its exact version: a model's digest, or the versions of a task and of
// its scorer.
type Pinned struct {
	Name    string `yaml:"name"`
	Version string `yaml:"is"`
}

// PinnedTask also has the chance level after each of the plan's lengths, if it is known: the score, 0 to 1, of the best answer
// that does not look at what is asked.
type PinnedTask struct {
	Pinned `yaml:",inline"`
	Chance []float64 `yaml:"chance,flow,omitempty" json:",omitempty"`
}

// pinTask pins a kind of task. Chance levels are rounded, so that a plan has one digest on all processors.
func pinTask(kind TaskKind, lengths []int) PinnedTask {
	t := PinnedTask{Pinned: Pinned{kind.Name, "samples " + kind.Version + ", " + kind.Scorer.Name + " " + kind.Scorer.Version}}
	if kind.Chance != nil {
		for _, length := range lengths {
			t.Chance = append(t.Chance, math.Round(1e4*kind.Chance(length))/1e4)
		}
	}
	return t
}

// PinnedModel also has what figures need to know of a model, so that they can be drawn from the store alone.
type PinnedModel struct {
	Pinned       `yaml:",inline"`
	Architecture string  `yaml:"architecture,omitempty"`
	Label        string  `yaml:"label,omitempty"`
	Trained      int     `yaml:"trained,omitempty"` // tokens
	Params       int64   `yaml:"params,omitempty"`
	StateBytes   []int64 `yaml:"state_bytes,flow,omitempty"` // after each of the plan's lengths
	// FLOPs of reading each of the plan's lengths, of a model of an ablation. A model of none has the digest that it had
	// before there were ablations.
	FLOPs   []int64  `yaml:"flops,flow,omitempty" json:",omitempty"`
	Ablated *Ablated `yaml:"ablated,omitempty" json:",omitempty"` // nil: of none
	Extend  string   `yaml:"extend,omitempty" json:",omitempty"`  // what is done to it so that it reads further
}

func pin(name string, d Description, lengths []int) PinnedModel {
	m := PinnedModel{Pinned: Pinned{name, d.Digest}, Architecture: d.Architecture, Label: d.Label, Trained: d.Trained, Params: d.Params}
	if d.StateBytes != nil {
		for _, length := range lengths {
			m.StateBytes = append(m.StateBytes, d.StateBytes(length))
		}
	}
	if d.Ablated.Base != "" {
		m.Ablated, m.Extend = &d.Ablated, d.Extend
		if d.FLOPs == nil {
			return m
		}
		for _, length := range lengths {
			m.FLOPs = append(m.FLOPs, d.FLOPs(length))
		}
	}
	return m
}

// Resolve fills in the plan's defaults and looks up the versions and digests of what it names. It
// finds every mistake that can be found without opening a model: unknown names, lengths too short
// for the needles, a corpus that is empty or not text.
func Resolve(plan Plan, models Models, tasks Tasks) (Resolved, error) {
	if err := plan.Validate(); err != nil {
		return Resolved{}, err
	}
	r := Resolved{Plan: plan.withDefaults()}
	var err error
	if r.haystack, err = corpus.Open(plan.Corpus); err != nil {
		return Resolved{}, fmt.Errorf("plan: %w", err)
	}
	r.Corpus = r.haystack.Digest
	retention := false
	r.Plan.Tasks = slices.Clone(plan.Tasks)
	var kinds []TaskKind
	for i, name := range plan.Tasks {
		kind, err := tasks.Find(name)
		if err != nil {
			return Resolved{}, fmt.Errorf("plan: %w", err)
		}
		retention = retention || kind.Readings != nil
		r.Plan.Tasks[i] = kind.Name // settings in their one form
		r.Tasks = append(r.Tasks, pinTask(kind, r.Plan.Lengths))
		kinds = append(kinds, kind)
	}
	if err := checkList("tasks", r.Plan.Tasks, nameRule); err != nil {
		return Resolved{}, err
	}
	if len(plan.Distances) > 0 && !retention {
		return Resolved{}, fmt.Errorf("plan: distances are given, but no task of %v has a retention curve", plan.Tasks)
	}
	extended := map[string]bool{} // models that are asked under an intervention
	for _, name := range r.Plan.Models {
		if model, extend := SplitExtended(name); extend != "" {
			extended[model] = true
		}
	}
	for _, name := range r.Plan.Models {
		about, err := models.Describe(name)
		if err != nil {
			return Resolved{}, fmt.Errorf("plan: %w", err)
		}
		if extended[name] && about.Ablated.Base == "" {
			about.Ablated.Base = name
		}
		r.Models = append(r.Models, pin(name, about, r.Plan.Lengths))
		for _, kind := range kinds {
			if kind.Fits == nil {
				continue
			}
			if err := kind.Fits(name); err != nil {
				return Resolved{}, fmt.Errorf("plan: model %s cannot be asked %s: %w", name, kind.Name, err)
			}
		}
	}
	r.Digest = r.digest()
	cells, err := r.Cells(tasks)
	if err != nil {
		return Resolved{}, err
	}
	return r, r.check(cells, tasks)
}

// check makes the task of every cell of the first model; the error names the first cell whose task cannot be made.
func (r Resolved) check(cells []Cell, tasks Tasks) error {
	for _, cell := range cells {
		if cell.Model != r.Plan.Models[0] {
			continue
		}
		kind, err := tasks.Find(cell.Task)
		if err == nil && cell.Distance > 0 {
			_, err = kind.Readings(cell, r.haystack, r.Plan.Distances)
		} else if err == nil {
			_, err = kind.Make(cell, r.haystack)
		}
		if err != nil {
			return fmt.Errorf("plan: %s: %w", cell.question(), err)
		}
	}
	return nil
}

// Cells returns the cells of the plan in their fixed order, each with its identity.
func (r Resolved) Cells(tasks Tasks) ([]Cell, error) {
	cells, err := r.Plan.cells(tasks)
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	models, kinds := r.digests(), byName(r.Tasks)
	for i, c := range cells {
		cells[i].ID = r.identity(c, models[c.Model], kinds[c.Task])
	}
	return cells, nil
}

// identity returns the identity of a cell whose model and kind of task have these versions.
func (r Resolved) identity(c Cell, model, kind string) string {
	parts := []string{c.Model, model, c.Task, kind, r.Corpus,
		strconv.Itoa(c.Length), strconv.FormatFloat(c.Depth, 'g', -1, 64), c.Format,
		strconv.FormatInt(c.Seed, 10), strconv.Itoa(c.Distance)}
	if c.Distance > 0 { // the filler may depend on the largest distance
		parts = append(parts, fmt.Sprint(r.Plan.Distances))
	}
	return identity.Of(parts...)
}

// digests returns the models' digests by their names.
func (r Resolved) digests() map[string]string {
	m := make(map[string]string, len(r.Models))
	for _, model := range r.Models {
		m[model.Name] = model.Version
	}
	return m
}

// ablated says which run of an ablation a model of the plan is, and what is done to it so that it reads further.
func (r Resolved) ablated(name string) (Ablated, string) {
	for _, m := range r.Models {
		if m.Name == name && m.Ablated != nil {
			return *m.Ablated, m.Extend
		}
	}
	return Ablated{}, ""
}

func byName(pins []PinnedTask) map[string]string {
	m := make(map[string]string, len(pins))
	for _, p := range pins {
		m[p.Name] = p.Version
	}
	return m
}

// digest is that of the other fields, or empty for a depth that is no finite number, which no valid plan has. A list
// without values counts as one that is not there, since the file has neither.
func (r Resolved) digest() string {
	r.Digest = ""
	r.Plan.Lengths, r.Plan.Distances = orNil(r.Plan.Lengths), orNil(r.Plan.Distances)
	r.Plan.Depths, r.Plan.Formats, r.Plan.Seeds = orNil(r.Plan.Depths), orNil(r.Plan.Formats), orNil(r.Plan.Seeds)
	r.Models, r.Tasks = orNil(slices.Clone(r.Models)), orNil(r.Tasks)
	for i := range r.Models {
		r.Models[i].StateBytes = orNil(r.Models[i].StateBytes)
	}
	text, err := json.Marshal(r)
	if err != nil {
		return ""
	}
	return identity.Of(string(text))
}

// orNil is the list, or nil for an empty one.
func orNil[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

// difference names the first thing in which two resolved plans differ. Up to the lists of models
// and tasks, whose lengths differ only where the plans do, the fields are the same.
func difference(there, here Resolved) string {
	a, b := there.fields(), here.fields()
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("%s is %s there, %s here", a[i].Name, a[i].Version, b[i].Version)
		}
	}
	return "it was written by another version"
}

func (r Resolved) fields() []Pinned {
	p := r.Plan
	list := []Pinned{
		{"name", strconv.Quote(p.Name)}, {"models", fmt.Sprint(p.Models)}, {"tasks", fmt.Sprint(p.Tasks)},
		{"lengths", fmt.Sprint(p.Lengths)}, {"depths", fmt.Sprint(p.Depths)}, {"formats", fmt.Sprint(p.Formats)},
		{"samples", fmt.Sprint(p.Samples)}, {"seeds", fmt.Sprint(p.Seeds)}, {"corpus", strconv.Quote(p.Corpus)},
		{"distances", fmt.Sprint(p.Distances)}, {"batch", fmt.Sprint(p.Batch)}, {"corpus digest", r.Corpus},
	}
	for _, m := range r.Models {
		list = append(list, Pinned{"model " + m.Name, m.Version})
	}
	for _, t := range r.Tasks {
		list = append(list, Pinned{"task " + t.Name, t.Version})
	}
	return list
}
