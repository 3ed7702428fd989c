// Package reproduce evaluates models on the paper's tables and sets its scores beside the paper's.
//
//	report, err := reproduce.Paper(ctx, reproduce.Options{Models: []string{"Mamba2", "TPP"}, Tables: []int{1, 7}})
//	result, err := reproduce.Run(ctx, reproduce.Options{Model: "state-spaces/mamba2-2.7b", Table: 4})
//
// Both are three steps: [Prepare] turns the options into one plan, in which each sample is asked once however many tables
// rest on it; the plan runs as [study.Sweep]s, few samples of every cell first; and the records of its store are compared
// with the tables. [Evaluation.Estimate] says beforehand what it takes.
//
// A score of Tables 6 to 18 is the mean over 250 of RULER's own samples of one task and length. A score of
// Table 1 is the mean over the 13 tasks. Table 4 hides one needle in three formats at three depths. A score of
// Tables 2 and 3 is the mean over those three formats, at the training length and at twice that. The paper does
// not say so; it follows from the numbers: where Table 4 has the same model, length and depth, the mean of its
// three scores is that of Table 2 or 3 in every digit, in 17 of 18 cases.
//
// Whether two numbers are of one model, only the digests of its weights files can say: see [Identities]. Whether they agree is
// a statement about two samples, see [stats.AgainstPublished], with the family of all scores of a report controlled.
package reproduce

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/gomlx/gomlx/pkg/core/dtypes"

	"longseq/data/paper"
	"longseq/data/ruler"
	"longseq/internal/nearmiss"
	"longseq/lcmodels"
	"longseq/study"
)

// Options say which models are evaluated on which scores of the paper, and how. The zero value is the whole paper.
type Options struct {
	// Model is a folder in hub form, a .pth file of RWKV, or the name of a model in the hub's cache: the only one that is
	// evaluated. Empty: Models are.
	Model string
	// Models are the paper's, by the names in its tables, such as "M2A"; empty: all eight, as far as their files are there.
	Models []string
	// Weights is a folder with the models' folders or .pth files, named as in the paper's tables or as on the hub; empty: the hub's
	// cache.
	Weights string
	// Table is the number of one of the paper's tables, 1 to 4 or 6 to 18, and Tables are several; none: all.
	Table  int
	Tables []int
	// Lengths in tokens restrict the evaluation to some of the tables'; empty: all.
	Lengths []int
	// Samples per task, length, depth and format; 0: [PaperSamples].
	Samples int
	// As names the model of the paper that Model is set beside, such as "M2A"; empty: the one of Model's name, else the first
	// of its architecture.
	As string
	// Dir is the store's folder; empty: results/eval/MODEL, or results/paper/store. A store that is there grows.
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
	// Confidence of the intervals, and of all statements together; 0: 0.95.
	Confidence float64
	// Identities know the paper's models beside those that are published; nil: none.
	Identities Identities
	// Explain asks the scores that differ again, in each of the ways on which a published number may rest.
	Explain bool
	// Shard is the part of the samples that is asked; the zero value: all.
	Shard study.Shard
	// Estimated is called with the estimate before the first sample is asked; nil: not called.
	Estimated func(Estimate)
	// Progress is called at each step of the sweeps; nil: not called.
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

// Run evaluates a model on one table of the paper or several. Samples that the store has are not asked again, so a run that
// was interrupted is continued by the same call. A wrong option is an [OptionError].
func Run(ctx context.Context, o Options) (Result, error) {
	if o.Model == "" {
		return Result{}, wrong("Model", "it is empty: want a folder, a .pth file or a name on the hub")
	}
	r, err := Paper(ctx, o)
	if err != nil {
		return Result{}, err
	}
	return r.Result(), nil
}

// Paper evaluates the paper's models on its tables. It resumes as [Run] does.
func Paper(ctx context.Context, o Options) (Report, error) {
	e, err := Prepare(o)
	if err != nil {
		return Report{}, err
	}
	return e.Run(ctx)
}

// check returns an error for options that are wrong in themselves.
func (o Options) check() error {
	names := append(ruler.TemplateNames(o.RulerVersion), "")
	switch {
	case o.Samples < 0:
		return wrong("Samples", "%d: want 1 or more", o.Samples)
	case !(0 < o.Confidence && o.Confidence < 1):
		return wrong("Confidence", "%g: want a share between 0 and 1", o.Confidence)
	case o.RulerVersion != ruler.Head && o.RulerVersion != ruler.V2024:
		return wrong("RulerVersion", "%w", nearmiss.Unknown("version of RULER", string(o.RulerVersion), []string{string(ruler.V2024), string(ruler.Head)}))
	case !slices.Contains(names, o.Template):
		return wrong("Template", "%w", nearmiss.Unknown("template", o.Template, names[:len(names)-1]))
	}
	return nil
}

// withDefaults fills in the options that are empty and have a default that does not depend on the model.
func (o Options) withDefaults() Options {
	if o.RulerVersion == "" {
		o.RulerVersion = ruler.V2024
	}
	if o.Confidence == 0 {
		o.Confidence = 0.95
	}
	if o.Table != 0 {
		o.Tables = []int{o.Table}
	}
	if len(o.Tables) == 0 {
		for _, t := range paper.Tables() {
			o.Tables = append(o.Tables, t.Number)
		}
	}
	if o.Dir == "" {
		o.Dir = filepath.Join("results", "paper", "store")
		if o.Model != "" {
			o.Dir = filepath.Join("results", "eval", nameOf(o.Model))
		}
	}
	return o
}
