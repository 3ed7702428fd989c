package study

import (
	"fmt"
	"math"
	"strings"

	"longseq/data"
	"longseq/internal/input"
	"longseq/internal/printable"
	"longseq/internal/strictyaml"
)

// A Plan is a grid: every model is asked every task at every length, depth and format, with every
// seed. A plan file is the same in YAML, see [ReadPlan]. The zero value is invalid.
type Plan struct {
	Name   string   `yaml:"name,omitempty"`
	Models []string `yaml:"models,flow"`
	// TrainSeeds are training seeds of every model, whose trainings are named model-seed=2; seed 1 is known by the model's name alone.
	// Empty: the models as they are named.
	TrainSeeds []int64   `yaml:"train_seeds,flow,omitempty"`
	Tasks      []string  `yaml:"tasks,flow"`             // a synthetic one may have settings: mqar pairs=16
	Lengths    []int     `yaml:"lengths,flow,omitempty"` // tokens of prompt and answer budget
	Depths     []float64 `yaml:"depths,flow,omitempty"`  // percent; default 0, 25, 50, 75, 100
	Formats    []string  `yaml:"formats,flow,omitempty"` // haystack-key-value; default essay-word-word
	Samples    int       `yaml:"samples"`                // a cell
	Seeds      []int64   `yaml:"seeds,flow,omitempty"`   // default 1
	// Corpus is a file with the user's own haystack. Empty means the text built in.
	Corpus string `yaml:"corpus,omitempty"`
	// Distances between needle and question, in tokens, of the retention curve. Empty means no curve.
	Distances []int `yaml:"distances,flow,omitempty"`
	// Batch is the number of samples in a block. A block is answered in one batch, and an interrupted block is
	// answered again as a whole.
	Batch int `yaml:"batch,omitempty"` // default 32
	// Extend are interventions on length, such as dt-scale=0.5, of which each model is asked under each; none is the model as
	// it is. They become names of models: see [Extended]. A plan without them has the digest that it had before there
	// were any.
	Extend []string `yaml:"extend,flow,omitempty" json:",omitempty"`
}

// extendMark stands between the name of a model and an intervention on it.
const extendMark = "@"

// noExtend is the intervention that changes nothing.
const noExtend = "none"

// Extended is the name in plans, cells and records of a model under an intervention: mamba2@dt-scale=0.5.
func Extended(model, extend string) string {
	if extend == noExtend || extend == "" {
		return model
	}
	return model + extendMark + extend
}

// SplitExtended returns the name of the model and the intervention that Extended joins; extend is empty where there is none.
func SplitExtended(name string) (model, extend string) {
	for at := range name {
		if name[at] != extendMark[0] {
			continue
		}
		rest := name[at+1:]
		word := strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz-")
		if len(word) < len(rest) && strings.HasPrefix(word, "=") { // a folder may have the mark in its name
			return name[:at], rest
		}
	}
	return name, ""
}

// The largest numbers that a plan may name, so that a mistyped one is an error and does not fill the memory.
const (
	maxTokens    = 1 << 24 // of a length or a distance
	maxSamples   = 1_000_000_000
	maxBatch     = 1 << 16
	maxCells     = 1_000_000
	maxDistances = 4096
)

// DefaultBatch is the number of samples in a block where the plan does not say.
const DefaultBatch = 32

// maxPlan is the limit of a plan file in bytes.
const maxPlan = 1 << 20

// ReadPlan reads a plan file of at most 1 MiB, YAML or JSON, and validates it. Every error names the file; an
// unknown key or a value of the wrong kind is named with its line and column.
func ReadPlan(path string) (Plan, error) {
	text, err := input.Read(path, maxPlan)
	if err != nil {
		return Plan{}, fmt.Errorf("read plan: %w", err)
	}
	plan, err := ParsePlan(path, text)
	if err != nil {
		return Plan{}, err
	}
	if err := plan.Validate(); err != nil {
		return Plan{}, fmt.Errorf("%s: %w", path, err)
	}
	return plan, nil
}

// ParsePlan decodes a plan from YAML or JSON without validating its values. The name stands for
// the file in messages.
func ParsePlan(name string, text []byte) (Plan, error) {
	var plan Plan
	if err := strictyaml.Decode(name, text, &plan); err != nil {
		return Plan{}, err
	}
	return plan, nil
}

// withDefaults returns the plan with every empty field that has a default filled, formats in
// their full form, and the models with each of their training seeds. The plan must be valid.
func (p Plan) withDefaults() Plan {
	if len(p.Depths) == 0 {
		p.Depths = []float64{0, 25, 50, 75, 100}
	}
	if len(p.Formats) == 0 {
		p.Formats = []string{"essay-word"}
	}
	full := make([]string, len(p.Formats))
	for i, f := range p.Formats {
		format, _ := data.ParseFormat(f)
		full[i] = format.String()
	}
	p.Formats = full
	if len(p.Seeds) == 0 {
		p.Seeds = []int64{1}
	}
	p.Models, p.TrainSeeds, p.Extend = p.Trainings(), nil, nil
	if p.Batch == 0 {
		p.Batch = DefaultBatch
	}
	return p
}

// Trainings are the names of the models with each of their training seeds, under each intervention, in order.
func (p Plan) Trainings() []string {
	seeds, extends := p.TrainSeeds, p.Extend
	if len(seeds) == 0 {
		seeds = []int64{1}
	}
	if len(extends) == 0 {
		extends = []string{noExtend}
	}
	var names []string
	for _, model := range p.Models {
		model, own := SplitExtended(model)
		for _, extend := range extends {
			for _, seed := range seeds {
				name := model
				if seed != 1 {
					name += fmt.Sprintf("-seed=%d", seed)
				}
				names = append(names, Extended(Extended(name, own), extend))
			}
		}
	}
	return names
}

// Validate checks the values of the plan: the error names the field, its value and the rule. Whether
// its models exist and its tasks can be made is checked by [Resolve].
func (p Plan) Validate() error {
	switch {
	case len(p.Models) == 0:
		return fmt.Errorf("plan: models is empty; want at least one")
	case len(p.Tasks) == 0:
		return fmt.Errorf("plan: tasks is empty; want at least one")
	case len(p.Lengths) == 0 && len(p.Distances) == 0:
		return fmt.Errorf("plan: lengths is empty; want at least one, or distances for a retention curve")
	case p.Samples < 1:
		return fmt.Errorf("plan: samples is %d; want at least 1", p.Samples)
	case p.Samples > maxSamples:
		return fmt.Errorf("plan: samples is %d; want at most %d", p.Samples, maxSamples)
	case p.Batch < 0:
		return fmt.Errorf("plan: batch is %d; want at least 1", p.Batch)
	case p.Batch > maxBatch:
		return fmt.Errorf("plan: batch is %d; want at most %d", p.Batch, maxBatch)
	case len(p.Distances) > maxDistances:
		return fmt.Errorf("plan: %d distances; want at most %d", len(p.Distances), maxDistances)
	case printable.Text(p.Name, "") != p.Name:
		return fmt.Errorf("plan: name is %q; want no control characters", p.Name)
	}
	formats := make([]string, len(p.Formats))
	for i, f := range p.Formats {
		full, err := data.ParseFormat(f)
		if err != nil {
			return fmt.Errorf("plan: formats[%d]: %w", i, err)
		}
		formats[i] = full.String()
	}
	for i, model := range p.Models {
		if _, extend := SplitExtended(model); extend != "" && len(p.Extend) > 0 {
			return fmt.Errorf("plan: models[%d] is %s, and there is extend: want the intervention at the models or there", i, model)
		}
	}
	return firstError(
		checkList("models", p.Models, nameRule),
		checkList("extend", p.Extend, nameRule),
		checkList("train_seeds", p.TrainSeeds, seedRule),
		checkList("models with train_seeds", p.Trainings(), nameRule),
		checkList("tasks", p.Tasks, nameRule),
		checkList("lengths", p.Lengths, tokensRule),
		checkList("depths", p.Depths, depthRule),
		checkList("formats", formats, nameRule),
		checkList("seeds", p.Seeds, seedRule),
		checkList("distances", p.Distances, tokensRule),
	)
}

func tokensRule(n int) string {
	switch {
	case n < 1:
		return "want at least 1 token"
	case n > maxTokens:
		return fmt.Sprintf("want at most %d tokens", maxTokens)
	}
	return ""
}

func nameRule(s string) string {
	switch {
	case s == "":
		return "want a name"
	case printable.Text(s, "") != s:
		return "want no control characters"
	}
	return ""
}

func depthRule(d float64) string {
	if !(d >= 0 && d <= 100) {
		return "want a percent, 0 to 100"
	}
	return ""
}

func seedRule(s int64) string {
	if s < 0 || s > math.MaxInt32 {
		return "want 0 to 2147483647"
	}
	return ""
}

// maxShown is the length at which a value is cut in a message, in characters.
const maxShown = 200

// checkList applies rule to each value of a field, and refuses a repeated value.
func checkList[T comparable](field string, values []T, rule func(T) string) error {
	first := make(map[T]int, len(values))
	for i, v := range values {
		shown := printable.Line(fmt.Sprint(v), maxShown)
		if want := rule(v); want != "" {
			return fmt.Errorf("plan: %s[%d] is %s; %s", field, i, shown, want)
		}
		if j, ok := first[v]; ok {
			return fmt.Errorf("plan: %s[%d] is %s; that is %s[%d] already", field, i, shown, field, j)
		}
		first[v] = i
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
