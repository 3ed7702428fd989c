package hub

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"longseq/internal/durable"
	"longseq/internal/input"
)

// Progress is the progress of a download: the file, and how many of its bytes are there.
type Progress struct {
	File        string
	Done, Bytes int64
}

// Pull downloads the files that a model needs at a revision (configuration, weights in one format, tokenizer) and
// returns its snapshot in the cache. Files in the cache are not downloaded again. A download that was interrupted or
// cancelled is continued. If report is not nil, it is called with the progress of each file.
func (c *Client) Pull(ctx context.Context, name, revision string, report func(Progress)) (string, error) {
	return c.pull(ctx, name, revision, modelFiles, report)
}

// PullTokenizer downloads the tokenizer of a model only. Otherwise it is like Pull.
func (c *Client) PullTokenizer(ctx context.Context, name, revision string, report func(Progress)) (string, error) {
	return c.pull(ctx, name, revision, tokenizerFiles, report)
}

func (c *Client) pull(ctx context.Context, name, revision string, choose func([]string) ([]string, error), report func(Progress)) (string, error) {
	if err := c.check(name, revision); err != nil {
		return "", err
	}
	if c.Offline {
		return "", fmt.Errorf("model %s cannot be downloaded: HF_HUB_OFFLINE is set; the cache is %s", name, c.Cache)
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
		if err := durable.MkdirAll(filepath.Join(folder, sub), 0o755); err != nil {
			return "", fmt.Errorf("create the model's folder in the hub's cache: %w", err)
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
		err := durable.MkdirAll(filepath.Dir(ref), 0o755)
		if err == nil {
			err = durable.WriteFile(ref, []byte(l.Commit), 0o644)
		}
		if err != nil {
			return "", fmt.Errorf("record the commit of %s: %w", name, err)
		}
	}
	return snapshot, nil
}

// file downloads a file of a commit to a blob, if it is not in the cache, and links the snapshot to it.
func (c *Client) file(ctx context.Context, name, commit, file string, report func(Progress)) error {
	m, err := c.head(ctx, name, commit, file)
	if err != nil {
		return err
	}
	blob := filepath.Join(c.folder(name), "blobs", m.etag)
	unlock, err := c.lock(ctx, name, m.etag)
	if err != nil {
		return fmt.Errorf("download %s of %s: %w", file, name, err)
	}
	defer unlock()
	done := func(bytes int64) {
		if report != nil {
			report(Progress{File: file, Done: bytes, Bytes: m.size})
		}
	}
	if cached(blob, m) {
		done(m.size)
	} else if err := c.download(ctx, file+" of "+name, m, blob, done); err != nil {
		return err
	}
	if err := link(filepath.Join(c.folder(name), "snapshots", commit, filepath.FromSlash(file)), blob); err != nil {
		return fmt.Errorf("link %s of %s in the hub's cache: %w", file, name, err)
	}
	return nil
}

// cached reports whether a blob is in the cache, with the size and the digest that the server announces.
func cached(blob string, m metadata) bool {
	f, err := input.Regular(blob)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	return err == nil && info.Size() == m.size && verify(f, m) == nil
}

// tokenizerNames are patterns of the files of a tokenizer.
var tokenizerNames = []string{"tokenizer.json", "tokenizer.model", "tokenizer_config.json", "rwkv_vocab_*.txt"}

// weightForms are patterns of the files of weights, in order of preference. Of sharded weights the index comes first.
var weightForms = [][]string{
	{"model.safetensors"},
	{"model.safetensors.index.json", "model-*-of-*.safetensors"},
	{"pytorch_model.bin"},
	{"pytorch_model.bin.index.json", "pytorch_model-*-of-*.bin"},
	{"*.pth"},
}

// modelFiles chooses the files that a model needs.
func modelFiles(all []string) ([]string, error) {
	weights := slices.IndexFunc(weightForms, func(form []string) bool { return len(matching(all, form[:1])) > 0 })
	if weights < 0 {
		return nil, fmt.Errorf("none of its %d files are weights: want safetensors, pytorch_model.bin or .pth", len(all))
	}
	found := matching(all, weightForms[weights])
	if weightForms[weights][0] == "*.pth" && len(found) > 1 {
		return nil, fmt.Errorf("it has %d .pth files, such as %s: download one and give its path as the model", len(found), found[0])
	}
	return append(matching(all, append([]string{"config.json", "generation_config.json"}, tokenizerNames...)), found...), nil
}

// tokenizerFiles chooses the files of the tokenizer.
func tokenizerFiles(all []string) ([]string, error) {
	found := matching(all, tokenizerNames)
	if len(found) == 0 {
		return nil, errors.New("it has no tokenizer: want " + strings.Join(tokenizerNames, ", "))
	}
	return found, nil
}

// matching returns the files that match a pattern, in the order of the patterns.
func matching(all, patterns []string) []string {
	var found []string
	for _, pattern := range patterns {
		for _, file := range all {
			if ok, _ := path.Match(pattern, file); ok { // a * does not match a slash
				found = append(found, file)
			}
		}
	}
	return found
}
