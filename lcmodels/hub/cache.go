package hub

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"longseq/internal/input"
)

// Main is the default revision.
const Main = "main"

var (
	nameForm   = regexp.MustCompile(`^[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*$`)
	commitForm = regexp.MustCompile(`^[0-9a-f]{40}$`)
	refForm    = regexp.MustCompile(`^[A-Za-z0-9][\w./-]*$`)
)

// IsName reports whether a word has the form of a model's name on the hub, ORG/NAME.
func IsName(word string) bool { return nameForm.MatchString(word) && !strings.Contains(word, "..") }

// ErrNotCached is the error that Find wraps for a model that is not in the cache.
var ErrNotCached = errors.New("not in the cache")

// folder returns the folder of a model in the cache.
func (e Environment) folder(name string) string {
	return filepath.Join(e.Cache, "models--"+strings.ReplaceAll(name, "/", "--"))
}

// Find returns the folder of a model's snapshot in the cache, for a branch, a tag or a commit. The error names the
// path that does not exist.
func (e Environment) Find(name, revision string) (string, error) {
	if err := e.check(name, revision); err != nil {
		return "", err
	}
	commit, err := e.commitOf(name, revision)
	if err != nil {
		return "", err
	}
	snapshot := filepath.Join(e.folder(name), "snapshots", commit)
	info, err := os.Stat(snapshot)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("model %s is %w: no %s", name, ErrNotCached, snapshot)
	case err != nil:
		return "", fmt.Errorf("look for model %s: %w", name, err)
	case !info.IsDir():
		return "", fmt.Errorf("look for model %s: %s is not a folder", name, snapshot)
	}
	return snapshot, nil
}

// Names returns the names of the models in the cache, complete or not, in alphabetical order.
func (e Environment) Names() []string {
	entries, _ := os.ReadDir(e.Cache) // a cache that does not exist is empty
	var names []string
	for _, entry := range entries {
		if name, ok := strings.CutPrefix(entry.Name(), "models--"); ok {
			if name = strings.Replace(name, "--", "/", 1); IsName(name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// check returns an error for an invalid name or revision, either of which becomes part of a path.
func (e Environment) check(name, revision string) error {
	switch {
	case !IsName(name):
		return fmt.Errorf("%q is not a name on the hub: want ORG/NAME", name)
	case !refForm.MatchString(revision) || strings.Contains(revision, ".."):
		return fmt.Errorf("%q is not a revision: want a branch, a tag or a commit", revision)
	case e.Cache == "":
		return errors.New("no home folder is set for the hub's cache: set HF_HUB_CACHE")
	}
	return nil
}

// commitOf returns the commit of a revision, as the cache has it.
func (e Environment) commitOf(name, revision string) (string, error) {
	if commitForm.MatchString(revision) {
		return revision, nil
	}
	path := filepath.Join(e.folder(name), "refs", filepath.FromSlash(revision))
	const maxBytes = 1000 // a commit has 40
	raw, err := input.Read(path, maxBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("model %s is %w: no %s", name, ErrNotCached, path)
	}
	if err != nil {
		return "", fmt.Errorf("look for model %s: %w", name, err)
	}
	commit := strings.TrimSpace(string(raw))
	if !commitForm.MatchString(commit) {
		return "", fmt.Errorf("look for model %s: %s holds %.50q, which is not a commit", name, path, commit)
	}
	return commit, nil
}
