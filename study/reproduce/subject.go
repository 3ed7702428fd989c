package reproduce

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/pkg/core/dtypes"

	"longseq/data/published"
	"longseq/data/ruler"
	"longseq/lcmodels"
	"longseq/lcmodels/hub"
	"longseq/lcmodels/tokenizer"
	"longseq/study"
	"longseq/study/models"
)

// A subject is a model that is evaluated.
type subject struct {
	name  string // in the plan and its records
	model string // as it was given: a path, or a name on the hub
	paper published.Model
	// manner is how it is asked, in the plan and its records.
	manner       study.Manner
	location     models.Location
	architecture lcmodels.Architecture
}

// nameOf is what plan and records call a model: its name on the hub, or its folder's or file's.
func nameOf(model string) string {
	return strings.TrimSuffix(filepath.Base(filepath.Clean(model)), ".pth")
}

// subjects finds the models that are evaluated, and returns those of the paper that were not found, with why.
func (o Options) subjects() (found []subject, missing []string, err error) {
	if o.Model != "" {
		s, err := o.subject(o.Model, "")
		return []subject{s}, nil, err
	}
	wanted := published.Models()
	if len(o.Models) > 0 {
		wanted = nil
		for _, name := range o.Models {
			m, err := published.Find(name)
			if err != nil {
				return nil, nil, OptionError{"Models", err}
			}
			if !slices.ContainsFunc(wanted, func(other published.Model) bool { return other.Name == m.Name }) {
				wanted = append(wanted, m)
			}
		}
	}
	for _, m := range wanted {
		path, err := o.find(m)
		if err == nil {
			var s subject
			if s, err = o.subject(path, m.Name); err == nil {
				found = append(found, s)
				continue
			}
		}
		if len(o.Models) > 0 || (OptionError{}) != asOption(err) {
			return nil, nil, err
		}
		missing = append(missing, fmt.Sprintf("%s: %v", m.Name, err))
	}
	if len(found) == 0 {
		return nil, nil, fmt.Errorf("none of the paper's models is there; first %s", missing[0])
	}
	for i, s := range found {
		if j := slices.IndexFunc(found, func(other subject) bool { return other.name == s.name }); j != i {
			return nil, nil, fmt.Errorf("models %s and %s are both called %s: rename a folder", found[j].model, s.model, s.name)
		}
	}
	return found, missing, nil
}

func asOption(err error) OptionError {
	var o OptionError
	errors.As(err, &o)
	return o
}

// find returns the path or the name on the hub of a model of the paper.
func (o Options) find(m published.Model) (string, error) {
	if o.Weights == "" {
		return m.Hub, nil
	}
	var tried []string
	for _, name := range []string{m.Name, filepath.Base(m.Hub), m.Hub} {
		for _, ending := range []string{"", ".pth"} {
			path := filepath.Join(o.Weights, name+ending)
			if _, err := os.Stat(path); err == nil {
				return path, nil
			} else if !errors.Is(err, fs.ErrNotExist) {
				return "", err
			}
		}
		tried = append(tried, name)
	}
	return "", fmt.Errorf("no %s in %s: want a folder of one of these names, or a .pth file", strings.Join(tried, " or "), o.Weights)
}

// subject describes the model at a path or of a name on the hub, as the named model of the paper; empty: see [Options].
func (o Options) subject(model, as string) (s subject, err error) {
	s = subject{name: nameOf(model), model: model}
	defer func() { s.name = study.Extended(s.name, o.Extend) }()
	if s.location, err = models.Locate(model); err != nil {
		return s, err
	}
	if _, err := os.Stat(model); err != nil && hub.IsName(model) {
		s.name = model
	}
	if o.Tokenizer != "" {
		s.location.Tokenizer = o.Tokenizer
	}
	s.location.Extend = o.Extend
	if s.architecture, err = o.architecture(model, s.location); err != nil {
		return s, err
	}
	var named bool
	if s.paper, named, err = o.paperModel(model, as, s.architecture.Name()); err != nil {
		return s, err
	}
	s.manner.Quirk = string(o.Quirk)
	if o.Dots == dtypes.BFloat16 {
		s.manner.Dots = "bf16"
	}
	if s.manner.Template = o.Template; o.Template == "" && named && slices.Contains(ruler.TemplateNames(ruler.V2024), s.paper.Template) {
		s.manner.Template = s.paper.Template
	}
	if s.manner.Template == tokenizer.Base.Name {
		s.manner.Template = ""
	}
	return s, nil
}

// architecture reads the architecture of the model at a location.
func (o Options) architecture(model string, l models.Location) (lcmodels.Architecture, error) {
	a, err := lcmodels.Describe(l.Path)
	if err != nil {
		return nil, err
	}
	if o.Quirk != "" {
		if _, err := lcmodels.ParseQuirk(string(o.Quirk)); err != nil {
			return nil, OptionError{"Quirk", err}
		}
		if _, err := lcmodels.WithQuirk(a, o.Quirk); err != nil {
			return nil, wrong("Quirk", "model %s: %w", model, err)
		}
	}
	if a, err = l.As(a); err != nil {
		return nil, wrong("Extend", "model %s: %w", model, err)
	}
	return a, nil
}

// paperModel returns the model of the paper beside which a model is set, and whether it was named so. A name says nothing of what
// the weights are.
func (o Options) paperModel(model, as, architecture string) (m published.Model, named bool, err error) {
	if o.As != "" {
		as = o.As
	}
	if as != "" {
		if m, err = published.Find(as); err != nil {
			return m, false, OptionError{"As", err}
		}
		return m, true, nil
	}
	for _, candidate := range published.Models() {
		if model == candidate.Hub || nameOf(model) == filepath.Base(candidate.Hub) {
			return candidate, true, nil
		}
		if m.Name == "" && candidate.Architecture == architecture {
			m = candidate
		}
	}
	if m.Name == "" {
		return m, false, OptionError{"As", fmt.Errorf("none of the paper's models is a %s: name one to compare with", architecture)}
	}
	return m, false, nil
}
