package models

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/gomlx/gomlx/pkg/core/dtypes"

	"longseq/data/published"
	"longseq/lcmodels"
	"longseq/lcmodels/checkpoint"
	"longseq/lcmodels/extend"
	"longseq/lcmodels/hub"
	"longseq/lcmodels/tokenizer"
	"longseq/study/training"
)

// A Location is where the files of a model and of its tokenizer lie, with how to run the model.
type Location struct {
	Path string // of the model's folder or .pth file
	// Tokenizer is a folder or a file; empty: beside the weights.
	Tokenizer string
	// Stop are tokens, as text, that end an answer, in addition to those that the model's files name.
	Stop []string
	// Quirk reproduces a deviation of a reference implementation; empty: none.
	Quirk lcmodels.Quirk
	// Extend is an intervention by which the model reads further than it was trained, as package extend reads it; empty:
	// none.
	Extend string
	// Dots is the type of products with weights; zero: float32.
	Dots dtypes.DType
}

// Locate finds a model and its tokenizer by its path or by its name on the Hugging Face hub, which must be in the
// hub's cache. A published model without a tokenizer takes that of its tokenizer repository, if it is in the cache.
func Locate(name string) (Location, error) {
	_, err := os.Stat(name)
	if err == nil {
		return Location{Path: name, Tokenizer: tokenizerOf(name)}, nil
	}
	if !errors.Is(err, fs.ErrNotExist) || !hub.IsName(name) {
		return Location{}, fmt.Errorf("model %s: %w", name, err)
	}
	cache := hub.FromEnvironment(os.Getenv)
	path, err := cache.Find(name, hub.Main)
	if errors.Is(err, hub.ErrNotCached) {
		return Location{}, fmt.Errorf("%w; longseq models pull %s fetches it", err, name)
	}
	if err != nil {
		return Location{}, err
	}
	p := Location{Path: path, Tokenizer: path}
	if other := published.TokenizerOf(name); other != name {
		found, err := cache.Find(other, hub.Main)
		switch {
		case err == nil:
			p.Tokenizer = found
		case !errors.Is(err, hub.ErrNotCached):
			return Location{}, err
		}
	}
	return p, nil
}

// tokenizerOf returns the folder in which the tokenizer of the model at path lies.
func tokenizerOf(path string) string {
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return filepath.Dir(path)
	}
	return path
}

// LoadModel opens the model. Its weights stay in their files until they are needed.
func (p Location) LoadModel() (*lcmodels.Model, error) {
	m, err := lcmodels.Load(p.Path)
	if err != nil {
		return nil, err
	}
	m.Dots = p.Dots
	if m.Architecture, err = p.As(m.Architecture); err != nil {
		return nil, fmt.Errorf("model %s: %w", p.Path, err)
	}
	return m, nil
}

// As is the model's architecture with the location's quirk and intervention.
func (p Location) As(a lcmodels.Architecture) (lcmodels.Architecture, error) {
	var err error
	if p.Quirk != "" {
		if a, err = lcmodels.WithQuirk(a, p.Quirk); err != nil {
			return nil, err
		}
	}
	e, err := p.extension()
	if err != nil {
		return nil, err
	}
	return lcmodels.WithExtension(a, e)
}

// extension is the location's intervention, with a calibration's factors in place of its file, and with the length that a tiny
// model was trained at.
func (p Location) extension() (extend.Extension, error) {
	e, err := extend.Parse(p.Extend)
	if err != nil {
		return e, err
	}
	if e.Rope.NeedsLength() && e.Rope.Original == 0 {
		if record, err := training.ReadRecord(p.Path); err == nil {
			e.Rope.Original = record.Recipe.Length
		}
	}
	if e.File == "" {
		return e, nil
	}
	file, err := checkpoint.Open(p.Path)
	if err != nil {
		return e, err
	}
	defer file.Close()
	return e.Resolved(file.Digest())
}

// LoadTokenizer reads the tokenizer and checks that it fits the model. The error is tokenizer.ErrNone where there is
// no tokenizer.
func (p Location) LoadTokenizer(m *lcmodels.Model) (*tokenizer.Tokenizer, error) {
	tok, err := tokenizer.Load(p.Tokenizer)
	if err != nil {
		return nil, err
	}
	if n, rows := tok.VocabSize(), m.Architecture.Vocab(); n > rows {
		return nil, fmt.Errorf("tokenizer %s has %d tokens and model %s embeds %d: they do not belong together", p.Tokenizer, n, p.Path, rows)
	}
	return tok, nil
}

// Load opens the model and its tokenizer.
func (p Location) Load() (*lcmodels.Model, *tokenizer.Tokenizer, error) {
	m, err := p.LoadModel()
	if err != nil {
		return nil, nil, err
	}
	tok, err := p.LoadTokenizer(m)
	if errors.Is(err, tokenizer.ErrNone) {
		err = fmt.Errorf("model %s: there is no tokenizer beside it: put its tokenizer.json or vocabulary there", p.Path)
	}
	return m, tok, err
}

// StopTokens returns the tokens that end an answer: the model's own, and those of the pieces that the tokenizer knows.
// A word-level tokenizer without an end of text has none, so that the answers of the tiny models use their whole
// budget. tok may be nil.
func StopTokens(m *lcmodels.Model, tok *tokenizer.Tokenizer, pieces []string) []int32 {
	if tok == nil {
		return m.StopTokens(tokenizer.None)
	}
	var stop []int32
	if len(m.EOS) > 0 || tok.EOS != tokenizer.None || tok.Kind != tokenizer.WordLevel {
		stop = slices.Clone(m.StopTokens(tok.EOS))
	}
	for _, piece := range pieces {
		if id := tok.ID(piece); id != tokenizer.None {
			stop = append(stop, id)
		}
	}
	return stop
}
