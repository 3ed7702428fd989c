package ablation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"longseq/data/corpus"
	"longseq/data/recall"
	"longseq/lcmodels"
	"longseq/lcmodels/train"
	"longseq/lcmodels/variant"
	"longseq/study/training"
)

// A draft is a base that a variant's settings change.
type draft struct {
	base       string // its name
	tiny       lcmodels.Architecture
	config     lcmodels.Architecture
	recipe     train.Recipe
	curriculum recall.Curriculum
	formats    []string
	needles    int
	task       task
	path       string   // of the corpus
	fixed      []string // paths of config.json that were set
	ownRate    bool     // whether the variant sets its learning rate
}

// newDraft returns a base as it is: a tiny model by name, or a folder with a config.json.
func newDraft(base, path string) (*draft, error) {
	d := &draft{base: base, recipe: train.DefaultRecipe(), curriculum: recall.DefaultCurriculum, formats: training.DefaultFormats,
		needles: recall.DefaultNeedles, path: path}
	text, err := corpus.Open(path)
	if err != nil {
		return nil, err
	}
	haystack, err := recall.Read(text)
	if err != nil {
		return nil, err
	}
	tiny, err := train.FindTiny(base)
	if err == nil {
		d.recipe.LR = tiny.LR
		if d.tiny, err = tiny.Config(haystack.Vocabulary().Size()); err != nil {
			return nil, fmt.Errorf("base %s: %w", base, err)
		}
		d.config = d.tiny
		return d, nil
	}
	unknown := err
	file := filepath.Join(base, "config.json")
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) && !strings.ContainsRune(base, '/') {
		return nil, fmt.Errorf("base: %w; or a folder with a config.json", unknown)
	}
	if err != nil {
		return nil, fmt.Errorf("base: %w", err)
	}
	if d.config, err = lcmodels.ParseConfig(raw); err != nil {
		return nil, fmt.Errorf("base %s: %w", base, err)
	}
	absolute, err := filepath.Abs(base)
	if err != nil {
		return nil, fmt.Errorf("base %s: %w", base, err)
	}
	d.base = safe(filepath.Base(absolute))
	if tiny, err := train.FindTiny(d.config.Name()); err == nil {
		d.recipe.LR = tiny.LR
	}
	return d, nil
}

// match gives the configuration the width that the plan's matching asks for, and returns how near it is to the target.
func (d *draft) match(by Matching, target int64) (*training.Match, error) {
	m := d.measure(by)
	if by == NoMatch {
		return nil, d.config.Validate()
	}
	off := m.Deviation(d.config, target)
	if len(d.fixed) > 0 || off > variant.MaxDeviation || off < -variant.MaxDeviation {
		config, err := variant.Match(d.config, m, target, d.fixed)
		if err != nil {
			return nil, err
		}
		d.config = config
	}
	return &training.Match{By: m.Name, Target: target, Deviation: m.Deviation(d.config, target)}, nil
}

// measure is what the models of a plan are matched in.
func (d *draft) measure(by Matching) variant.Measure {
	if by == MatchState {
		return variant.State(d.recipe.Length)
	}
	return variant.Params
}

// fit gives the draft's configurations the words of its task.
func (d *draft) fit() (err error) {
	if !d.task.synthetic() {
		return nil
	}
	if d.tiny != nil {
		if d.tiny, err = d.task.withWords(d.tiny); err != nil {
			return err
		}
	}
	if !slices.Contains(d.fixed, "vocab_size") { // one that was set is an error if it is too small
		d.config, err = d.task.withWords(d.config)
	}
	return err
}

// spec returns the specification of the draft with a seed. What is as in a tiny model by default is left out.
func (d *draft) spec(seed int64) (training.Spec, error) {
	s := training.Spec{Architecture: d.config.Name(), Recipe: d.recipe, Formats: d.formats}
	s.Recipe.Seed = uint64(seed)
	if d.task.synthetic() {
		s.Formats, s.Synthetic, s.Lengths = nil, d.task.kind.Text(d.task.settings), d.task.lengths
	}
	if d.needles != recall.DefaultNeedles {
		s.Needles = d.needles
	}
	if d.curriculum != recall.DefaultCurriculum {
		s.Curriculum = &d.curriculum
	}
	if d.tiny != nil && d.tiny.Name() == d.config.Name() {
		if same, err := sameConfig(d.tiny, d.config); err != nil || same {
			return s, err
		}
	}
	text, err := lcmodels.FormatConfig(d.config)
	if err != nil {
		return s, err
	}
	var compact bytes.Buffer
	err = json.Compact(&compact, text)
	s.Config = compact.Bytes()
	return s, err
}

// sameConfig reports whether two architectures have the same config.json.
func sameConfig(a, b lcmodels.Architecture) (bool, error) {
	one, err := lcmodels.FormatConfig(a)
	if err != nil {
		return false, err
	}
	two, err := lcmodels.FormatConfig(b)
	return bytes.Equal(one, two), err
}
