package hub

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
)

// Progress is what a pull is doing.
type Progress struct {
	File string
	// Done of Bytes of that file are there.
	Done, Bytes int64
}

// Pull fetches what a model needs to run (configuration, weights in one form, tokenizer) at a revision and
// returns its folder in the cache. What is there already is not fetched again; what was begun is gone on
// with. A cancelled pull keeps what has come.
func (c *Client) Pull(ctx context.Context, name, revision string, report func(Progress)) (string, error) {
	return c.pull(ctx, name, revision, modelFiles, report)
}

// PullTokenizer fetches a model's tokenizer alone.
func (c *Client) PullTokenizer(ctx context.Context, name, revision string, report func(Progress)) (string, error) {
	return c.pull(ctx, name, revision, tokenizerFiles, report)
}

func (c *Client) pull(ctx context.Context, name, revision string, choose func([]string) ([]string, error), report func(Progress)) (string, error) {
	if err := c.check(name, revision); err != nil {
		return "", err
	}
	if c.Offline {
		return "", fmt.Errorf("model %s cannot be fetched: HF_HUB_OFFLINE is set; the cache is %s", name, c.Cache)
	}
	l, err := c.list(ctx, name, revision)
	if err != nil {
		return "", err
	}
	var all []string
	for _, f := range l.Files {
		all = append(all, f.Name)
	}
	files, err := choose(all)
	if err != nil {
		return "", fmt.Errorf("model %s: %w", name, err)
	}
	folder := c.folder(name)
	for _, sub := range []string{"blobs", "refs", "snapshots"} {
		if err := os.MkdirAll(filepath.Join(folder, sub), 0o755); err != nil {
			return "", fmt.Errorf("make room in the hub's cache: %w", err)
		}
	}
	snapshot := filepath.Join(folder, "snapshots", l.Commit)
	for _, file := range files {
		if err := c.file(ctx, name, l.Commit, file, report); err != nil {
			return "", err
		}
	}
	if revision != l.Commit {
		ref := filepath.Join(folder, "refs", filepath.FromSlash(revision))
		err := os.MkdirAll(filepath.Dir(ref), 0o755)
		if err == nil {
			err = renameio.WriteFile(ref, []byte(l.Commit), 0o644)
		}
		if err != nil {
			return "", fmt.Errorf("note the commit of %s: %w", name, err)
		}
	}
	return snapshot, nil
}

// file brings one file of a commit into the cache.
func (c *Client) file(ctx context.Context, name, commit, file string, report func(Progress)) error {
	m, err := c.head(ctx, name, commit, file)
	if err != nil {
		return err
	}
	blob := filepath.Join(c.folder(name), "blobs", m.etag)
	unlock, err := c.lock(ctx, name, m.etag)
	if err != nil {
		return fmt.Errorf("fetch %s of %s: %w", file, name, err)
	}
	defer unlock()
	done := func(bytes int64) {
		if report != nil {
			report(Progress{File: file, Done: bytes, Bytes: m.size})
		}
	}
	if info, err := os.Stat(blob); err == nil && info.Size() == m.size {
		done(m.size)
	} else if err := c.fetch(ctx, file+" of "+name, m, blob, done); err != nil {
		return err
	}
	if err := link(filepath.Join(c.folder(name), "snapshots", commit, filepath.FromSlash(file)), blob); err != nil {
		return fmt.Errorf("put %s of %s in its place: %w", file, name, err)
	}
	return nil
}

// tokenizerNames are files of a tokenizer.
var tokenizerNames = []string{"tokenizer.json", "tokenizer.model", "tokenizer_config.json", "rwkv_vocab_*.txt"}

// weightForms are the forms of weights, the preferred first: a single file, then shards.
var weightForms = [][]string{
	{"model.safetensors"},
	{"model.safetensors.index.json", "model-*-of-*.safetensors"},
	{"pytorch_model.bin"},
	{"pytorch_model.bin.index.json", "pytorch_model-*-of-*.bin"},
	{"*.pth"},
}

// modelFiles chooses what a model needs to run.
func modelFiles(all []string) ([]string, error) {
	weights := slices.IndexFunc(weightForms, func(form []string) bool { return len(matching(all, form[:1])) > 0 })
	if weights < 0 {
		return nil, fmt.Errorf("there are no weights among its %d files: want safetensors, pytorch_model.bin or .pth", len(all))
	}
	found := matching(all, weightForms[weights])
	if weightForms[weights][0] == "*.pth" && len(found) > 1 {
		return nil, fmt.Errorf("there are %d .pth files, such as %s: fetch the one you want and name it by its path", len(found), found[0])
	}
	return append(matching(all, append([]string{"config.json", "generation_config.json"}, tokenizerNames...)), found...), nil
}

// tokenizerFiles chooses a tokenizer's files.
func tokenizerFiles(all []string) ([]string, error) {
	found := matching(all, tokenizerNames)
	if len(found) == 0 {
		return nil, errors.New("it has no tokenizer: want " + strings.Join(tokenizerNames, ", "))
	}
	return found, nil
}

// matching returns the files that a pattern matches, in the order of the patterns.
func matching(all, patterns []string) []string {
	var found []string
	for _, pattern := range patterns {
		for _, file := range all {
			if ok, _ := path.Match(pattern, file); ok { // * does not match a slash
				found = append(found, file)
			}
		}
	}
	return found
}
