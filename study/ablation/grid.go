package ablation

import (
	"errors"
	"fmt"
	"strings"

	"longseq/internal/strictyaml"
	"longseq/lcmodels"
	"longseq/study/training"
)

// A Variant is a base with settings.
type Variant struct {
	Base     string             `json:"base"`
	Name     string             `json:"variant,omitempty"` // empty: the base as it is
	Settings []training.Setting `json:"settings,omitempty"`
	// Architecture is the registered name: that of another one than the base's where a hybrid was made of it.
	Architecture string `json:"architecture"`
	Params       int64  `json:"params"`
	// StateBytes after as many tokens as a training row has.
	StateBytes int64           `json:"state_bytes"`
	Match      *training.Match `json:"match,omitempty"`

	draft *draft
}

// Title is the variant's name for the reader: "mamba2 d_state=8".
func (v Variant) Title() string { return strings.TrimSpace(v.Base + " " + v.Name) }

// Variants returns the plan's variants in order, each with the width that the matching gives it. The error names every
// variant that cannot be.
func (p Plan) Variants() ([]Variant, error) {
	points, err := p.points()
	if err != nil {
		return nil, err
	}
	var target int64
	var impossible []string
	var all []Variant
	seen := map[string]bool{}
	for i, v := range points {
		if i == 0 {
			first, err := p.draft(p.firstBase())
			if err != nil {
				return nil, err
			}
			if err := first.fit(); err != nil && p.Match != NoMatch {
				return nil, p.errorf("%w", err)
			} else if err == nil {
				target = first.measure(p.Match).Of(first.config)
			}
		}
		if seen[v.Title()] {
			return nil, p.errorf("two variants are called %s", v.Title())
		}
		seen[v.Title()] = true
		if err = v.draft.fit(); err == nil {
			v.Match, err = v.draft.match(p.Match, target)
		}
		if err == nil {
			err = v.possible(p.Train.Corpus)
		}
		if err != nil {
			impossible = append(impossible, fmt.Sprintf("%s: %v", v.Title(), err))
			continue
		}
		c := v.draft.config
		v.Architecture, v.Params, v.StateBytes = c.Name(), lcmodels.Params(c), lcmodels.StateBytes(c, v.draft.recipe.Length)
		all = append(all, v)
	}
	if len(impossible) > 0 {
		return nil, p.errorf("%d of %d variants cannot be: %s", len(impossible), len(points), strings.Join(impossible, "; "))
	}
	return all, nil
}

// possible returns an error if the variant cannot be trained. Seeds and folders make no difference to that.
func (v Variant) possible(path string) error {
	spec, err := v.draft.spec(1)
	if err != nil {
		return err
	}
	_, err = training.NewJob(training.Job{Spec: spec, Name: v.Title(), Path: path})
	var job *training.JobError
	if errors.As(err, &job) { // the name is said already
		return job.Err
	}
	return err
}

// firstBase is the base that variants are matched with: the plan's first, or that of its first variant.
func (p Plan) firstBase() string {
	if len(p.Bundles) > 0 && p.Bundles[0].Base != "" {
		return p.Bundles[0].Base
	}
	return p.Bases[0]
}

// points returns the variants before their widths are matched.
func (p Plan) points() ([]Variant, error) {
	if len(p.Bundles) > 0 {
		return p.bundled()
	}
	var all []Variant
	for _, base := range p.Bases {
		grid := []Variant{{}}
		for _, a := range p.Axes {
			var next []Variant
			for _, v := range grid {
				for _, value := range a.Values {
					s := append(v.Settings[:len(v.Settings):len(v.Settings)], training.Setting{Key: a.Key, Value: value})
					next = append(next, Variant{Settings: s})
				}
			}
			grid = next
		}
		for _, v := range grid {
			v.Name = p.nameOf(v.Settings)
			if err := p.apply(&v, base, p.keysOfAxes()); err != nil {
				return nil, err
			}
			all = append(all, v)
		}
	}
	return all, nil
}

// bundled returns the variants that are given one by one.
func (p Plan) bundled() ([]Variant, error) {
	var all []Variant
	for _, b := range p.Bundles {
		base := b.Base
		switch {
		case base == "" && len(p.Bases) == 1:
			base = p.Bases[0]
		case base == "":
			return nil, p.errorf("variant %s has no base, and the plan does not have just one", b.Name)
		}
		v := Variant{Name: b.Name, Settings: b.Settings}
		if err := p.apply(&v, base, b.at); err != nil {
			return nil, err
		}
		if len(v.Settings) == 0 && v.Name == v.Base {
			v.Name = ""
		}
		all = append(all, v)
	}
	return all, nil
}

// apply makes the variant's draft from its base. at has the keys of its settings in the file.
func (p Plan) apply(v *Variant, base string, at []strictyaml.Entry) error {
	d, err := p.draft(base)
	if err != nil {
		return err
	}
	if err := d.setAll(v.Settings, at); err != nil {
		return err
	}
	v.Base, v.draft = d.base, d
	return nil
}

// draft returns a base with what the plan says of all variants.
func (p Plan) draft(base string) (*draft, error) {
	d, err := newDraft(base, p.Train.Corpus)
	if err != nil {
		return nil, p.errorf("%w", err)
	}
	if d.task, err = parseTask(p.Train.Task); err != nil {
		return nil, p.errorf("%w", err)
	}
	if len(p.Train.Rates) == 1 {
		d.recipe.LR = p.Train.Rates[0]
	}
	if err := d.setAll(p.Train.Settings, p.Train.at); err != nil {
		return nil, err
	}
	d.ownRate = false
	return d, nil
}

// setAll applies settings. at has their keys in the file; it is empty for a plan that was not read from one.
func (d *draft) setAll(settings []training.Setting, at []strictyaml.Entry) error {
	for i, s := range settings {
		err := d.set(s)
		switch {
		case err == nil:
		case i < len(at):
			return at[i].Errorf("%w", err)
		default:
			return fmt.Errorf("plan: %w", err)
		}
	}
	return nil
}

func (p Plan) keysOfAxes() []strictyaml.Entry {
	var at []strictyaml.Entry
	for _, a := range p.Axes {
		at = append(at, a.at)
	}
	return at
}
