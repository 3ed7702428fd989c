package models

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/pkg/core/dtypes"

	"longseq/data/ruler"
	"longseq/internal/identity"
	"longseq/internal/nearmiss"
	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
	"longseq/lcmodels/checkpoint"
	"longseq/lcmodels/extend"
	"longseq/lcmodels/generate"
	"longseq/lcmodels/tokenizer"
	"longseq/study"
	"longseq/study/training"
)

// Checkpoints implements [study.Models] with models from files: folders in the Hugging Face layout with a
// tokenizer, or .pth files of RWKV.
type Checkpoints struct {
	// Folders are searched, in order, for the names of a plan. A name with a slash is a path, or a name on the
	// Hugging Face hub.
	Folders []string
	// Backend as in --backend; empty: the best that was found.
	Backend string
	// Chunk is the number of tokens of a prefill step; 0: a tiny model's training length, else
	// [generate.DefaultChunk].
	Chunk int
	// Locations are models outside the folders, by the names that plans use.
	Locations map[string]Location
}

// answersVersion changes whenever the same weights would give other answers.
const answersVersion = "1"

// location finds the files of the model of that name and of its tokenizer. The name may have an intervention: see
// [study.Extended].
func (c Checkpoints) location(name string) (Location, error) {
	p, ok := c.Locations[name]
	model, extension := study.SplitExtended(name)
	switch {
	case ok:
	case extension != "":
		p, err := c.location(model)
		if err != nil {
			return Location{}, err
		}
		if _, err := extend.Parse(extension); err != nil {
			return Location{}, fmt.Errorf("model %s: %w", name, err)
		}
		p.Extend = extension
		return p, nil
	case strings.ContainsRune(name, '/'):
		return Locate(name)
	default:
		path, err := c.path(name)
		if err != nil {
			return Location{}, err
		}
		p.Path = path
	}
	if p.Tokenizer == "" {
		p.Tokenizer = tokenizerOf(p.Path)
	}
	return p, nil
}

// path returns the path of the model of that name in the folders.
func (c Checkpoints) path(name string) (string, error) {
	for _, folder := range c.Folders {
		for _, path := range []string{filepath.Join(folder, name), filepath.Join(folder, name+".pth")} {
			if _, err := os.Stat(path); err == nil {
				return path, nil
			}
		}
	}
	known := c.Names()
	if len(known) == 0 {
		return "", fmt.Errorf("unknown model %q: no models in %s; train some, or name a folder as a path", name, strings.Join(c.Folders, ", "))
	}
	return "", nearmiss.Unknown("model", name, known)
}

// Names returns the names of the models in the folders.
func (c Checkpoints) Names() []string {
	var names []string
	for _, folder := range c.Folders {
		entries, _ := os.ReadDir(folder) // a folder that is not there has no models
		for _, e := range entries {
			_, err := os.Stat(filepath.Join(folder, e.Name(), "config.json"))
			name, file := strings.CutSuffix(e.Name(), ".pth")
			hidden := strings.HasPrefix(name, ".") // unfinished, or set aside
			if (err == nil || file) && !hidden && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// Describe reads a model's configuration and digests its files. The label and the training length of a tiny
// model are those of its training record.
func (c Checkpoints) Describe(name string) (study.Description, error) {
	location, err := c.location(name)
	if err != nil {
		return study.Description{}, err
	}
	path := location.Path
	digest, err := digestOf(location)
	if err != nil {
		return study.Description{}, err
	}
	a, err := lcmodels.Describe(path)
	if err != nil {
		return study.Description{}, err
	}
	if a, err = location.As(a); err != nil {
		return study.Description{}, fmt.Errorf("model %s: %w", name, err)
	}
	d := study.Description{Digest: digest, Architecture: a.Name(), Params: lcmodels.Params(a), Extend: location.Extend,
		StateBytes: func(length int) int64 { return lcmodels.StateBytes(a, length) },
		FLOPs:      func(length int) int64 { return lcmodels.FLOPs(a, length) }}
	if record, err := training.ReadRecord(path); err == nil {
		d.Label, d.Trained = record.Note, record.Recipe.Length
		if record.Base != "" {
			d.Ablated = ablated(record)
		}
	}
	if d.Extend != "" {
		d.Ablated = underIntervention(name, d)
	}
	if r, err := lcmodels.FindRegistration(a.Name()); err == nil && d.Label == "" {
		d.Label = r.Label
	}
	return d, nil
}

// underIntervention is the place of an extended model among the variants of the one that it was made of.
func underIntervention(name string, d study.Description) study.Ablated {
	a := d.Ablated
	if a.Base == "" {
		a.Base, _ = study.SplitExtended(name)
	}
	a.Variant = strings.TrimPrefix(a.Variant+" "+d.Extend, " ")
	if a.Settings = maps.Clone(a.Settings); a.Settings == nil {
		a.Settings = map[string]string{}
	}
	a.Settings["extend"] = d.Extend
	return a
}

// ablated says which run of an ablation a model is.
func ablated(r training.Record) study.Ablated {
	a := study.Ablated{Base: r.Base, Variant: r.Variant, TrainSeed: int64(r.Recipe.Seed)}
	for _, s := range r.Settings {
		if a.Settings == nil {
			a.Settings = map[string]string{}
		}
		a.Settings[s.Key] = string(s.Value)
	}
	return a
}

// digestOf identifies the weights, the configuration, the tokenizer and whatever else determines the answers.
func digestOf(p Location) (string, error) {
	file, err := checkpoint.Open(p.Path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	config, err := file.Config()
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // a .pth file has none
		return "", err
	}
	tok, err := tokenizer.Load(p.Tokenizer)
	if err != nil {
		return "", err
	}
	parts := []string{answersVersion, file.Digest(), string(config), tok.Digest}
	rounded := p.Dots == dtypes.BFloat16
	if len(p.Stop) > 0 || p.Quirk != "" || rounded {
		parts = append(parts, strings.Join(p.Stop, " "), string(p.Quirk), fmt.Sprint(rounded))
	}
	if e, err := p.extension(); err != nil {
		return "", err
	} else if !e.IsZero() {
		parts = append(parts, "extend", e.String())
	}
	return identity.Of(parts...), nil
}

// Tasks returns the tasks that a plan may name: recall, the synthetic ones, and RULER's, whose lengths are counted by each
// model's own tokenizer.
func (c Checkpoints) Tasks(options RulerOptions) (study.Tasks, error) {
	load := func(model string) (*tokenizer.Tokenizer, error) {
		location, err := c.location(model)
		if err != nil {
			return nil, err
		}
		return tokenizer.Load(location.Tokenizer)
	}
	kinds, err := RulerKinds(func(model string) (ruler.Tokenizer, error) { return load(model) }, options)
	if err != nil {
		return nil, err
	}
	words, err := WordKinds(load)
	if err != nil {
		return nil, err
	}
	return study.NewTasks(append(kinds, words...)...), nil
}

// Open loads the model.
func (c Checkpoints) Open(_ context.Context, name string) (study.Answerer, error) {
	m, err := c.open(name, nil)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// errOtherShape says that an open model's programs do not compute the one to open.
var errOtherShape = errors.New("the open model has another shape")

// open loads a model. If another one is open, it takes that one's place and is computed by the same programs; if its shape
// is another, the error is errOtherShape and the open one stays.
func (c Checkpoints) open(name string, before *local) (*local, error) {
	location, err := c.location(name)
	if err != nil {
		return nil, err
	}
	digest, err := digestOf(location)
	if err != nil {
		return nil, err
	}
	model, tok, err := location.Load()
	if err != nil {
		return nil, err
	}
	opened := &local{digest: digest, tok: tok, stop: StopTokens(model, tok, location.Stop)}
	chunk := c.chunk(location.Path)
	if before != nil {
		if before.reads.Chunk() != chunk || !before.reads.Fits(model) {
			return nil, errOtherShape
		}
		opened.reads, opened.backend = before.reads, before.backend
		return opened, opened.reads.Change(model)
	}
	if opened.backend, err = backend.Open(c.Backend); err != nil {
		return nil, err
	}
	if opened.reads, err = generate.NewReader(opened.backend, model, chunk); err != nil {
		opened.backend.Finalize()
		return nil, err
	}
	return opened, nil
}

func (c Checkpoints) chunk(path string) int {
	if c.Chunk > 0 {
		return c.Chunk
	}
	if record, err := training.ReadRecord(path); err == nil {
		return record.Recipe.Length
	}
	return generate.DefaultChunk
}
