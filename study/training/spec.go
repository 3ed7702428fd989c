package training

import (
	"cmp"
	"encoding/json"
	"fmt"

	"longseq/data/recall"
	"longseq/data/synthetic"
	"longseq/internal/jsonfield"
	"longseq/lcmodels"
	"longseq/lcmodels/train"
)

// A Spec determines a tiny model's weights to the bit, on one kind of processor.
type Spec struct {
	Architecture string       `json:"architecture"`
	Recipe       train.Recipe `json:"recipe"`
	Formats      []string     `json:"formats"` // haystack-value
	Task         string       `json:"task"`    // version of the rows
	Corpus       string       `json:"corpus"`  // SHA-256
	// Synthetic is the synthetic task with its settings, such as "mqar pairs=16"; empty: recall.
	Synthetic string `json:"synthetic,omitempty"`
	// Lengths of the sequences of a synthetic task.
	Lengths synthetic.Mix `json:"lengths,omitempty"`
	// Config is the model's config.json; empty: the architecture's tiny model.
	Config json.RawMessage `json:"config,omitempty"`
	// Needles in a row; 0: [recall.DefaultNeedles].
	Needles int `json:"needles,omitempty"`
	// Curriculum is nil for [recall.DefaultCurriculum].
	Curriculum *recall.Curriculum `json:"curriculum,omitempty"`
}

// same reports whether both train the same model.
func (p Spec) same(o Spec) bool { return p.difference(o) == "" }

// difference names the first thing in which a specification differs from another one, or is empty: "recipe.steps is 1800
// there, 900 here", where there is the other.
func (p Spec) difference(other Spec) string {
	here, there := p.fields(), other.fields()
	for i := range min(len(here), len(there)) {
		if here[i] != there[i] {
			return fmt.Sprintf("%s is %.60s there, %.60s here", here[i][0], there[i][1], here[i][1])
		}
	}
	return ""
}

// fields are the names and values of all that a specification says.
func (p Spec) fields() [][2]string {
	list := [][2]string{{"architecture", p.Architecture}}
	for _, f := range jsonfield.Of(p.Recipe) {
		list = append(list, [2]string{"recipe." + f.Path, fmt.Sprint(f.Value)})
	}
	curriculum := recall.DefaultCurriculum
	if p.Curriculum != nil {
		curriculum = *p.Curriculum
	}
	list = append(list, [2]string{"formats", fmt.Sprint(p.Formats)}, [2]string{"needles", fmt.Sprint(cmp.Or(p.Needles, recall.DefaultNeedles))},
		[2]string{"curriculum", fmt.Sprint(curriculum)}, [2]string{"the version of the rows", p.Task}, [2]string{"the corpus", p.Corpus},
		[2]string{"the task", cmp.Or(p.Synthetic, "recall")}, [2]string{"lengths", p.Lengths.String()})
	return append(list, configFields(p.Config)...)
}

// configFields are the names and values of a config.json, and whether it is that of a tiny model.
func configFields(config json.RawMessage) [][2]string {
	if len(config) == 0 {
		return [][2]string{{"the config", "the tiny model's"}}
	}
	list := [][2]string{{"the config", "another"}}
	a, err := lcmodels.ParseConfig(config)
	if err != nil { // of an architecture that this program does not know
		return append(list, [2]string{"the config's text", string(config)})
	}
	for _, f := range jsonfield.Of(a) {
		list = append(list, [2]string{"config." + f.Path, fmt.Sprint(f.Value)})
	}
	return list
}

// An Origin says which variant of a plan a model is. The zero value is a model of no plan.
type Origin struct {
	Base    string `json:"base,omitempty"`    // the architecture's name, or that of a folder
	Variant string `json:"variant,omitempty"` // its name; empty: the base as it is
	// Settings are what the variant changes.
	Settings []Setting `json:"settings,omitempty"`
	// Match says what the width was chosen for; nil: it was not.
	Match *Match `json:"match,omitempty"`
	// Search says how the learning rate was chosen; nil: it was given.
	Search *Search `json:"lr_search,omitempty"`
}

// A Setting is a key of a plan, such as config.ssm_cfg.d_state, with its value as JSON.
type Setting struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

// A Match says how near a variant is to what its width was chosen for.
type Match struct {
	By        string  `json:"by"` // "parameters", or "bytes of state at 64 tokens"
	Target    int64   `json:"target"`
	Deviation float64 `json:"deviation"` // a fraction of the target
}

// A Search is a search of the learning rate: a training for each rate with a seed of its own, compared by the loss on rows
// that are neither trained on nor tested with.
type Search struct {
	Seed  uint64 `json:"seed"`
	Rates []Rate `json:"rates"`
}

// A Rate is a learning rate that was tried.
type Rate struct {
	LR float64 `json:"lr"`
	Validation
	Diverged bool `json:"diverged,omitempty"`
}

// A Validation is a result on the rows of the validation split.
type Validation struct {
	Loss     float64 `json:"loss"`     // nats an answer token
	Accuracy float64 `json:"accuracy"` // of answer tokens, 0 to 1
}
