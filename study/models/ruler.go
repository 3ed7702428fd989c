package models

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"

	"longseq/data"
	"longseq/data/corpus"
	"longseq/data/ruler"
	"longseq/data/ruler/texts"
	"longseq/study"
)

// RulerOptions are the parameters of RULER's samples that a cell does not have.
type RulerOptions struct {
	// Base holds RULER's own options. Its Task, Length, Samples, Seed and Depth are ignored: the
	// cells have them. The zero value means [ruler.Default].
	Base ruler.Options
	// Data is a folder with RULER's own texts, see [texts.Open]; empty: the texts built in. A
	// plan's corpus takes the essay's place.
	Data string
	// FillStuck fills the samples of a cell from the first one at which RULER's search would never end; without
	// it that is an error.
	FillStuck bool
	// OwnTemplates gives each model's samples the template of its manner, in place of Base's.
	OwnTemplates bool
	// Tasks are further tasks, with parameters of their own. Those with needles know depth and format.
	Tasks []ruler.Task

	template func(model string) string // of its manner; nil: Base's for all
}

// RulerOptions returns the options for a plan's samples: with a version of RULER, those of [study.Plan]'s Ruler.
func (c Checkpoints) RulerOptions(plan study.Plan, data string) RulerOptions {
	o := RulerOptions{Data: data}
	if plan.Ruler == "" {
		return o
	}
	o.Base = ruler.Default(ruler.Task{}, 0)
	o.Base.Version, o.FillStuck, o.OwnTemplates = ruler.Version(plan.Ruler), true, true
	return o
}

// RulerKinds returns RULER's 13 tasks, [ruler.SingleNeedle], and the further tasks of the options. Lengths are
// counted with the tokenizer of the cell's model, which the model's digest must name.
//
// The 13 have neither depth nor format: they are RULER's own samples, byte for byte, from the cell's
// seed, for which RULER takes 42. The others draw as RULER does, but for where the needles stand that
// are asked for. Samples with the same seed and another depth differ in that only.
func RulerKinds(tokenizers func(model string) (ruler.Tokenizer, error), options RulerOptions) ([]study.TaskKind, error) {
	sources, err := texts.Open(options.Data, "")
	if err != nil {
		return nil, err
	}
	if options.Base == (ruler.Options{}) {
		options.Base = ruler.Default(ruler.Task{}, 0)
	}
	m := &rulerMaker{options: options, sources: sources, tokenizers: tokenizers, loaded: map[string]ruler.Tokenizer{}}
	var kinds []study.TaskKind
	for _, task := range ruler.Tasks() {
		kind, err := m.kind(task, false)
		if err != nil {
			return nil, err
		}
		kinds = append(kinds, kind)
	}
	for _, task := range append([]ruler.Task{ruler.SingleNeedleTask()}, options.Tasks...) {
		if slices.ContainsFunc(kinds, func(k study.TaskKind) bool { return k.Name == task.Name }) {
			return nil, fmt.Errorf("task %s: there is one of that name", task.Name)
		}
		kind, err := m.kind(task, task.Kind == ruler.Needles)
		if err != nil {
			return nil, err
		}
		kinds = append(kinds, kind)
	}
	return kinds, nil
}

// rulerMaker makes the tasks of cells and caches their samples.
type rulerMaker struct {
	options    RulerOptions
	sources    *texts.Sources
	tokenizers func(model string) (ruler.Tokenizer, error)

	mu     sync.Mutex
	loaded map[string]ruler.Tokenizer // by model
	recent []rulerCell                // the sets last asked for, the latest first
}

// rulerCell is a cell with its samples.
type rulerCell struct {
	cell study.Cell
	set  *ruler.Set
}

// maxRulerSets is the number of cached cells. A cell's blocks continue one random stream, so its set is kept between
// them. A set takes some 10 MB, and a sweep asks as many at once as it has workers.
const maxRulerSets = 16

func (m *rulerMaker) kind(task ruler.Task, axes bool) (study.TaskKind, error) {
	version, err := m.version(task, axes)
	if err != nil {
		return study.TaskKind{}, err
	}
	return study.TaskKind{
		Name:      task.Name,
		Version:   version,
		Scorer:    study.Scorer{Name: string(task.Metric), Version: "1", Score: task.Metric.Score},
		HasDepth:  axes,
		HasFormat: axes,
		Make: func(cell study.Cell, haystack corpus.Corpus) (study.Task, error) {
			return m.make(task, axes, cell, haystack)
		},
		Failure: func(sample data.Sample, prediction string) string {
			return string(task.Metric.Classify(sample.Prompt, prediction, sample.Answers))
		},
	}, nil
}

// OwnTemplate is what a task's version says where each model has a template of its own, which is in its digest.
const OwnTemplate = "template of the model"

// version lists, as text, everything that determines the samples apart from the cell.
func (m *rulerMaker) version(task ruler.Task, axes bool) (string, error) {
	base := m.options.Base
	template := "template " + base.Template
	if m.options.template != nil {
		template = OwnTemplate
	}
	parts := []string{ruler.SamplesVersion, "ruler " + string(base.Version), template, "wonderwords " + base.Wonderwords}
	for _, option := range []struct {
		name string
		on   bool
	}{
		{"remove-newline-tab", base.RemoveNewlineTab}, {"prepare-for-ns", base.PrepareForNS},
		{"fill", base.Fill}, {"fill-stuck", m.options.FillStuck && !base.Fill},
	} {
		if option.on {
			parts = append(parts, option.name)
		}
	}
	parameters, err := json.Marshal(task)
	if err != nil {
		return "", fmt.Errorf("task %s: %w", task.Name, err)
	}
	if axes { // any format may be asked for
		task.Haystack = ruler.Essay
	}
	digests, err := m.sources.Digests(ruler.Needs(task), base.Wonderwords)
	if err != nil {
		return "", err
	}
	for _, name := range slices.Sorted(maps.Keys(digests)) {
		parts = append(parts, name+" "+digests[name])
	}
	return strings.Join(append(parts, string(parameters)), ", "), nil
}

func (m *rulerMaker) make(task ruler.Task, axes bool, cell study.Cell, haystack corpus.Corpus) (study.Task, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := slices.IndexFunc(m.recent, func(c rulerCell) bool { return c.cell == cell }); i >= 0 {
		found := m.recent[i]
		m.recent = slices.Insert(slices.Delete(m.recent, i, i+1), 0, found)
		return found.set, nil
	}
	opts := m.options.Base
	opts.Task, opts.Length, opts.Seed, opts.Depth = task, cell.Length, cell.Seed, nil
	opts.Samples = math.MaxInt32 // as many as are asked for
	if m.options.template != nil {
		if own := m.options.template(cell.Model); own != "" {
			opts.Template = own
		}
	}
	if opts.Version == ruler.V2024 && cell.Seed != ruler.Seed2024 {
		return nil, fmt.Errorf("seed %d: RULER of 2024 draws from %d whatever it is: want seeds: [%d]", cell.Seed, ruler.Seed2024, ruler.Seed2024)
	}
	if axes {
		format, err := data.ParseFormat(cell.Format)
		if err != nil {
			return nil, err
		}
		if opts.Task, err = task.WithFormat(format); err != nil {
			return nil, err
		}
		if cell.Depth != data.AnyDepth {
			opts.Depth = &cell.Depth
		}
	}
	sources := m.sources
	if haystack.Digest != corpus.Opticks().Digest {
		sources = sources.WithHaystack(haystack)
	}
	if err := sources.Check(ruler.Needs(opts.Task), opts.Wonderwords); err != nil {
		return nil, err
	}
	counts, err := m.tokenizer(cell.Model)
	if err != nil {
		return nil, err
	}
	set, err := ruler.NewSet(opts, counts, sources)
	if err != nil {
		return nil, err
	}
	set.FillStuck = m.options.FillStuck
	m.recent = slices.Insert(m.recent[:min(len(m.recent), maxRulerSets-1)], 0, rulerCell{cell, set})
	return set, nil
}

// tokenizer returns the model's tokenizer, loaded once.
func (m *rulerMaker) tokenizer(model string) (ruler.Tokenizer, error) {
	if t, ok := m.loaded[model]; ok {
		return t, nil
	}
	t, err := m.tokenizers(model)
	if err != nil {
		return nil, fmt.Errorf("tokenizer of %s: %w", model, err)
	}
	m.loaded[model] = t
	return t, nil
}
