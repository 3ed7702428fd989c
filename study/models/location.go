package models

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/gomlx/gomlx/pkg/core/dtypes"

	"longseq/lcmodels"
	"longseq/lcmodels/hub"
	"longseq/lcmodels/published"
	"longseq/lcmodels/tokenizer"
)

// A Place is where a model's files lie.
type Location struct {
	Path string // of its folder or .pth file
	// Tokenizer is a folder or a file; empty: beside the weights.
	Tokenizer string
	// Stop are pieces that end an answer, beside what the model's files say.
	Stop []string
	// Quirk is a reference's departure from the architecture; empty: none.
	Quirk lcmodels.Quirk
	// Dots is the type of products with weights; zero: float32.
	Dots dtypes.DType
}

// Locate returns where a model and its tokenizer lie: the path that it is called by, or its folder in the hub's
// cache. A published model without a tokenizer has that of another repository, where that is in the cache.
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

// LoadModel opens the model, whose weights stay in their files until they are needed.
func (p Location) LoadModel() (*lcmodels.Model, error) {
	m, err := lcmodels.Load(p.Path)
	if err != nil {
		return nil, err
	}
	m.Dots = p.Dots
	if p.Quirk != "" {
		if m.Architecture, err = lcmodels.WithQuirk(m.Architecture, p.Quirk); err != nil {
			return nil, fmt.Errorf("model %s: %w", p.Path, err)
		}
	}
	return m, nil
}

// LoadTokenizer reads the tokenizer, which must fit the model: tokenizer.ErrNone where there is none.
func (p Location) LoadTokenizer(m *lcmodels.Model) (*tokenizer.Tokenizer, error) {
	words, err := tokenizer.Load(p.Tokenizer)
	if err != nil {
		return nil, err
	}
	if n, rows := words.VocabSize(), m.Architecture.Vocab(); n > rows {
		return nil, fmt.Errorf("tokenizer %s has %d tokens and model %s embeds %d: they do not belong together", p.Tokenizer, n, p.Path, rows)
	}
	return words, nil
}

// Load opens the model and its tokenizer.
func (p Location) Load() (*lcmodels.Model, *tokenizer.Tokenizer, error) {
	m, err := p.LoadModel()
	if err != nil {
		return nil, nil, err
	}
	words, err := p.LoadTokenizer(m)
	if errors.Is(err, tokenizer.ErrNone) {
		err = fmt.Errorf("model %s: there is no tokenizer beside it: put its tokenizer.json or vocabulary there", p.Path)
	}
	return m, words, err
}

// Ends returns the tokens that end an answer, and the pieces that do among them. A model whose words are all its
// tokenizer has answers as long as they may be.
func StopTokens(m *lcmodels.Model, words *tokenizer.Tokenizer, pieces []string) []int32 {
	if words == nil {
		return m.Ends(tokenizer.None)
	}
	var ends []int32
	if len(m.EOS) > 0 || words.EOS != tokenizer.None || words.Kind != tokenizer.WordLevel {
		ends = slices.Clone(m.Ends(words.EOS))
	}
	for _, piece := range pieces {
		if id := words.ID(piece); id != tokenizer.None {
			ends = append(ends, id)
		}
	}
	return ends
}
