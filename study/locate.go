package study

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"longseq/lcmodels/hub"
	"longseq/lcmodels/tokenizer"
)

// Locate returns where a model and its tokenizer lie: the path that it is called by, or its folder in the hub's
// cache. A published model without a tokenizer has that of another repository, where that is in the cache.
func Locate(name string) (Place, error) {
	_, err := os.Stat(name)
	if err == nil {
		return Place{Path: name, Tokenizer: tokenizerOf(name)}, nil
	}
	if !errors.Is(err, fs.ErrNotExist) || !hub.IsName(name) {
		return Place{}, fmt.Errorf("model %s: %w", name, err)
	}
	cache := hub.FromEnvironment(os.Getenv)
	path, err := cache.Find(name, hub.Main)
	if errors.Is(err, hub.ErrNotCached) {
		return Place{}, fmt.Errorf("%w; longseq models pull %s fetches it", err, name)
	}
	if err != nil {
		return Place{}, err
	}
	p := Place{Path: path, Tokenizer: path}
	if other := tokenizer.RepositoryOf(name); other != name {
		found, err := cache.Find(other, hub.Main)
		switch {
		case err == nil:
			p.Tokenizer = found
		case !errors.Is(err, hub.ErrNotCached):
			return Place{}, err
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
