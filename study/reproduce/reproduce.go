// Package reproduce evaluates a model on a table of the paper and sets its scores beside the paper's.
//
//	result, err := reproduce.Run(ctx, reproduce.Options{Model: "state-spaces/mamba2-2.7b", Table: 4})
//	fmt.Print(result.Text())
//
// [Run] is three steps: [Prepare] turns the options into a plan, the plan runs as a [study.Sweep], and the
// records of its store are compared with the table. [Evaluation.Estimate] says beforehand what it takes.
//
// A score of Tables 6 to 18 is the mean over 250 of RULER's own samples of one task and length. A score of
// Table 1 is the mean over the 13 tasks. Table 4 hides one needle in three formats at three depths. A score of
// Tables 2 and 3 is the mean over those three formats, at the training length and at twice that. The paper does
// not say so; it follows from the numbers: where Table 4 has the same model, length and depth, the mean of its
// three scores is that of Table 2 or 3 in every digit, in 17 of 18 cases.
package reproduce

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/gomlx/gomlx/pkg/core/dtypes"

	"longseq/data/published"
	"longseq/data/ruler"
	"longseq/internal/nearmiss"
	"longseq/lcmodels"
	"longseq/lcmodels/tokenizer"
	"longseq/study"
	"longseq/study/models"
)

// Options say which model is evaluated on which scores of the paper, and how. Model and Table are required.
type Options struct {
	// Model is a folder in hub form, a .pth file of RWKV, or the name of a model in the hub's cache.
	Model string
	// Table is the number of the paper's table: 1 to 4 or 6 to 18.
	Table int
	// Lengths in tokens restrict the evaluation to some of the table's; empty: all.
	Lengths []int
	// Samples per task, length, depth and format; 0: [PaperSamples].
	Samples int
	// As names the model of the paper to compare with, such as "M2A"; empty: the one of Model's name, else the
	// first of its architecture. Only a model that is the paper's by As or by name has comparable scores.
	As string
	// Dir is the store's folder; empty: results/eval/MODEL/table-N, with Samples and Lengths in its name.
	Dir string
	// Data is a folder with RULER's own texts; empty: the texts built in, whose scores are not comparable.
	Data string
	// Tokenizer is a folder or file; empty: the one beside the weights.
	Tokenizer string
	// Template names RULER's chat template; empty: that of the published model, else "base".
	Template string
	// RulerVersion is the version of RULER; empty: [ruler.V2024], as in the paper.
	RulerVersion ruler.Version
	// Quirk is a reference implementation's departure from the architecture; empty: none.
	Quirk lcmodels.Quirk
	// Extend is an intervention by which the model reads further than it was trained, as package extend reads it; empty: none.
	Extend string
	// Dots is the type of products with weights; zero: float32.
	Dots dtypes.DType
	// Backend is as in package backend; empty: the best found.
	Backend string
	// Confidence of the intervals; 0: 0.95.
	Confidence float64
	// Shard is the part of the samples that [Evaluation.Ask] asks; the zero value: all.
	Shard study.Shard
	// Estimated is called with the estimate before the first sample is asked; nil: not called.
	Estimated func(Estimate)
	// Progress is called at each step of the sweep; nil: not called.
	Progress func(study.Progress)
}

// An OptionError is an option that cannot be used: its value is out of range, or the paper has no such score.
type OptionError struct {
	Option string // the field of [Options]
	Err    error
}

// Error names the option and says what is wrong.
func (e OptionError) Error() string { return e.Option + ": " + e.Err.Error() }

// Unwrap returns what is wrong.
func (e OptionError) Unwrap() error { return e.Err }

// wrong returns an OptionError.
func wrong(option, format string, args ...any) error {
	return OptionError{option, fmt.Errorf(format, args...)}
}

// Run evaluates a model on a table of the paper. Samples that the store has are not asked again, so a run that
// was interrupted is continued by the same call. A wrong option is an [OptionError].
func Run(ctx context.Context, o Options) (Result, error) {
	e, err := Prepare(o)
	if err != nil {
		return Result{}, err
	}
	return e.Run(ctx)
}

// check returns an error for options that are wrong in themselves.
func (o Options) check() error {
	names := ruler.TemplateNames(o.RulerVersion)
	switch {
	case o.Samples < 0:
		return wrong("Samples", "%d: want 1 or more", o.Samples)
	case !(0 < o.Confidence && o.Confidence < 1):
		return wrong("Confidence", "%g: want a share between 0 and 1", o.Confidence)
	case o.RulerVersion != ruler.Head && o.RulerVersion != ruler.V2024:
		return wrong("RulerVersion", "%w", nearmiss.Unknown("version of RULER", string(o.RulerVersion), []string{string(ruler.V2024), string(ruler.Head)}))
	case !slices.Contains(names, o.Template):
		return wrong("Template", "%w", nearmiss.Unknown("template", o.Template, names))
	}
	return nil
}

// withDefaults fills in the options that are empty and have a default.
func (o Options) withDefaults() Options {
	if o.RulerVersion == "" {
		o.RulerVersion = ruler.V2024
	}
	if o.Confidence == 0 {
		o.Confidence = 0.95
	}
	if o.Template == "" {
		o.Template = tokenizer.Base.Name
		if own := tokenizer.TemplateOf(o.Model).Name; slices.Contains(ruler.TemplateNames(ruler.V2024), own) {
			o.Template = own
		}
	}
	if o.Dir == "" {
		folder := fmt.Sprintf("table-%d", o.Table)
		if o.Samples > 0 {
			folder += fmt.Sprintf("-limit-%d", o.Samples)
		}
		for _, length := range o.Lengths {
			folder += fmt.Sprintf("-%d", length)
		}
		o.Dir = filepath.Join("results", "eval", o.name(), folder)
	}
	return o
}

// name is what plan and records call the model.
func (o Options) name() string {
	return study.Extended(filepath.Base(filepath.Clean(o.Model)), o.Extend)
}

// location returns where the model's files lie, with the options that decide how it is read.
func (o Options) location() (models.Location, error) {
	l, err := models.Locate(o.Model)
	if err != nil {
		return l, err
	}
	if o.Tokenizer != "" {
		l.Tokenizer = o.Tokenizer
	}
	if o.Template == tokenizer.GemmaTurns.Name {
		l.Stop = tokenizer.GemmaTurns.Stop
	}
	l.Quirk, l.Dots, l.Extend = o.Quirk, o.Dots, o.Extend
	return l, nil
}

// architecture reads the architecture of the model at a location.
func (o Options) architecture(l models.Location) (lcmodels.Architecture, error) {
	a, err := lcmodels.Describe(l.Path)
	if err != nil {
		return nil, err
	}
	if l.Quirk != "" {
		if _, err := lcmodels.ParseQuirk(string(l.Quirk)); err != nil {
			return nil, OptionError{"Quirk", err}
		}
		if _, err := lcmodels.WithQuirk(a, l.Quirk); err != nil {
			return nil, wrong("Quirk", "model %s: %w", o.Model, err)
		}
	}
	if a, err = l.As(a); err != nil {
		return nil, wrong("Extend", "model %s: %w", o.Model, err)
	}
	return a, nil
}

// paperModel returns the model of the paper to compare with, and whether the weights are taken to be its own.
func (o Options) paperModel(architecture string) (m published.Model, own bool, err error) {
	if o.As != "" {
		if m, err = published.Find(o.As); err != nil {
			return m, false, OptionError{"As", err}
		}
		return m, true, nil
	}
	for _, candidate := range published.Models() {
		if o.Model == candidate.Hub || filepath.Base(filepath.Clean(o.Model)) == filepath.Base(candidate.Hub) {
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
