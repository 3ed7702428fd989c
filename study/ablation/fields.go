package ablation

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"longseq/data"
	"longseq/data/recall"
	"longseq/internal/jsonfield"
	"longseq/internal/nearmiss"
	"longseq/lcmodels/train"
	"longseq/lcmodels/variant"
	"longseq/study/training"
)

// The prefixes of keys: the file or the part of a plan that has them.
const (
	configPrefix = "config."
	trainPrefix  = "train."
	taskPrefix   = "task."
)

// trainFields are what train.PATH may be, as in training.json. The seed is not: train_seeds says it.
type trainFields struct {
	train.Recipe
	Curriculum recall.Curriculum `json:"curriculum"`
}

// taskFields are what task.PATH may be: the rows that a model is trained on.
type taskFields struct {
	Length   int      `json:"length"`
	Needles  int      `json:"needles"`
	Formats  []string `json:"formats"`
	Haystack string   `json:"haystack"`
	Value    string   `json:"value"`
}

// A Field is a key that a plan may vary.
type Field struct {
	Key     string `json:"key"`
	Type    string `json:"type"`
	Default any    `json:"default"`
	Meaning string `json:"meaning"`
	Task    string `json:"task,omitempty"` // that has the key; empty: any, or recall
}

// meanings of train.PATH and task.PATH.
var meanings = map[string]string{
	"train.steps":                 "training steps",
	"train.rows":                  "sequences a step",
	"train.length":                "tokens of a sequence; the same as task.length",
	"train.lr":                    "peak learning rate; the default is the base's own",
	"train.warmup":                "steps in which the rate rises",
	"train.final_lr":              "rate of the last step, as a fraction of the peak",
	"train.beta1":                 "AdamW: decay of the first moment",
	"train.beta2":                 "AdamW: decay of the second moment",
	"train.epsilon":               "AdamW: added to the root of the second moment",
	"train.weight_decay":          "AdamW: decay of weights that are not norms, biases and decays",
	"train.clip":                  "largest global norm of the gradient",
	"train.initial_state":         "state that sequences begin with: zero, noise, pass (that of the step before), tbptt (a segment of a longer row)",
	"train.state_std":             "standard deviation of initial states, with noise",
	"train.segments":              "segments of train.length tokens that a row has, with tbptt",
	"train.curriculum.hold_until": "fraction of the steps with the shortest haystacks only",
	"train.curriculum.grow_until": "fraction of the steps after which haystacks are of any length",
	"task.length":                 "tokens of a training row",
	"task.needles":                "needles in a row, each with its own key",
	"task.formats":                "haystack-value formats of which a row's is drawn",
	"task.haystack":               "haystack of all formats: essay, noise or needles; default: as task.formats says",
	"task.value":                  "kind of value of all formats: word or number; default: as task.formats says",
}

// Fields lists the keys that variants of a base may set, with the base's values.
func Fields(base string) ([]Field, error) {
	d, err := newDraft(base, "")
	if err != nil {
		return nil, err
	}
	var all []Field
	for _, f := range variant.Fields(d.config) {
		all = append(all, Field{Key: configPrefix + f.Path, Type: f.Type, Default: f.Value, Meaning: f.Meaning})
	}
	for _, f := range jsonfield.Of(trainFields{d.recipe, d.curriculum}) {
		if f.Path != "seed" {
			all = append(all, Field{Key: trainPrefix + f.Path, Type: f.Type, Default: f.Value, Meaning: meanings[trainPrefix+f.Path]})
		}
	}
	for _, f := range jsonfield.Of(taskFields{Length: d.recipe.Length, Needles: d.needles, Formats: d.formats}) {
		all = append(all, Field{Key: taskPrefix + f.Path, Type: f.Type, Default: f.Value, Meaning: meanings[taskPrefix+f.Path]})
	}
	return append(all, syntheticFields()...), nil
}

// trainKeys are the keys that train has for all variants: those of train.PATH, then those of task.PATH.
func (t task) trainKeys() []string {
	var keys []string
	for _, f := range jsonfield.Of(trainFields{}) {
		if f.Path != "seed" {
			keys = append(keys, f.Path)
		}
	}
	if t.synthetic() {
		return append(keys, t.keys()...)
	}
	for _, f := range jsonfield.Of(taskFields{}) {
		keys = append(keys, f.Path)
	}
	return keys
}

// trainKey returns the whole key of one that train has, or "".
func (t task) trainKey(short string) string {
	ofTrain := len(jsonfield.Of(trainFields{})) - 1 // without the seed
	switch i := slices.Index(t.trainKeys(), short); {
	case i < 0:
		return ""
	case i < ofTrain:
		return trainPrefix + short
	}
	return taskPrefix + short
}

// set changes the draft by a setting.
func (d *draft) set(s training.Setting) error {
	switch {
	case strings.HasPrefix(s.Key, configPrefix):
		path := strings.TrimPrefix(s.Key, configPrefix)
		config, err := variant.Set(d.config, path, s.Value)
		if err != nil {
			return err
		}
		d.config, d.fixed = config, append(d.fixed, path)
		return nil
	case s.Key == trainPrefix+"seed":
		return fmt.Errorf("%s cannot be varied: train_seeds lists the seeds", s.Key)
	case strings.HasPrefix(s.Key, trainPrefix):
		if d.task.synthetic() && strings.HasPrefix(s.Key, trainPrefix+"curriculum.") {
			return fmt.Errorf("%s is for recall; task.lengths: grow is the curriculum of %s", s.Key, d.task.name())
		}
		fields := trainFields{d.recipe, d.curriculum}
		if err := jsonfield.Set("train key", &fields, strings.TrimPrefix(s.Key, trainPrefix), s.Value); err != nil {
			return err
		}
		d.recipe, d.curriculum = fields.Recipe, fields.Curriculum
		d.ownRate = d.ownRate || s.Key == trainPrefix+"lr"
		return nil
	case strings.HasPrefix(s.Key, taskPrefix):
		return d.setTask(strings.TrimPrefix(s.Key, taskPrefix), s.Value)
	}
	known := []string{configPrefix + "PATH", trainPrefix + "PATH", taskPrefix + "PATH"}
	for _, f := range variant.Fields(d.config) {
		known = append(known, configPrefix+f.Path)
	}
	for key := range meanings {
		known = append(known, key)
	}
	for _, key := range d.task.keys() {
		known = append(known, taskPrefix+key)
	}
	if near := nearest(s.Key, known); near != "" {
		return fmt.Errorf("unknown key %q; did you mean %q?", s.Key, near)
	}
	return fmt.Errorf("unknown key %q; want config.PATH, train.PATH or task.PATH: longseq ablate --fields lists them", s.Key)
}

// nearest returns the known key that is spelled most alike, also where the prefix is missing.
func nearest(key string, known []string) string {
	for _, k := range known {
		if strings.HasSuffix(k, "."+key) {
			return k
		}
	}
	return nearmiss.Nearest(key, known)
}

// setTask changes the rows.
func (d *draft) setTask(path string, value json.RawMessage) (err error) {
	if d.task.synthetic() && path != "length" {
		d.task, err = d.task.set(path, value)
		return err
	}
	fields := taskFields{Length: d.recipe.Length, Needles: d.needles, Formats: d.formats}
	if err := jsonfield.Set("task key", &fields, path, value); err != nil {
		return err
	}
	d.recipe.Length, d.needles = fields.Length, fields.Needles
	if path == "needles" && d.needles < 1 {
		return fmt.Errorf("task.needles is %d; want at least 1", d.needles)
	}
	if len(fields.Formats) == 0 {
		return fmt.Errorf("task.formats is empty; want at least one, such as essay-word")
	}
	var formats []string
	seen := map[string]bool{}
	for _, text := range fields.Formats {
		f, err := data.ParseFormat(text)
		if err != nil {
			return err
		}
		if path == "haystack" {
			f.Haystack = fields.Haystack
		}
		if path == "value" {
			f.Value = fields.Value
		}
		if err := recall.CheckFormat(f); err != nil {
			return err
		}
		if path == "haystack" || path == "value" {
			text = f.Haystack + "-" + f.Value
		}
		if !seen[text] {
			seen[text] = true
			formats = append(formats, text)
		}
	}
	d.formats = formats
	return nil
}
