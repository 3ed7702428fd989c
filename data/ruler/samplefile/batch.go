package samplefile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"longseq/data/ruler"
	"longseq/data/ruler/texts"
	"longseq/internal/crash"
	"longseq/internal/durable"
	"longseq/internal/flock"
	"longseq/internal/input"
	"longseq/internal/output"
)

// ManifestName is the name of the manifest in a batch's folder.
const ManifestName = "manifest.json"

// maxManifest is the limit of a manifest in bytes. A file takes some 300.
const maxManifest = 64 << 20

// Batch makes many tasks at many lengths. Each has its own file in Dir, named as RULER names it:
// LENGTH/TASK/validation.jsonl.
type Batch struct {
	Dir     string
	Tasks   []ruler.Task
	Lengths []int
	// Base holds all other options. Its Task and Length are ignored.
	Base ruler.Options
	// FillStuck fills the samples of a file where RULER would never end, instead of an error.
	FillStuck bool
	// Workers is how many files are made at once. It changes no byte of them.
	Workers int
	// Inputs are the digests of what the samples depend on beside the options: tokenizer, essay, ...
	Inputs map[string]string
	// Part restricts the batch to the files whose indices, counted by length and then by task, it says. Other processes, on other
	// machines too, may make other parts in the same folder at the same time: each has a manifest of its own, named by
	// PartName. A batch without a part takes all of them over.
	Part     func(index int) bool
	PartName string
	// Done is called after each file with how many files are done. It may be nil.
	Done func(done, total int)
}

// Manifest lists the files of a batch.
type Manifest struct {
	Base      ruler.Options     `json:"options"`
	FillStuck bool              `json:"fill_stuck,omitempty"`
	Tasks     []ruler.Task      `json:"tasks"` // with their parameters
	Inputs    map[string]string `json:"inputs"`
	Files     []BatchFile       `json:"files"`
}

// BatchFile is one file of a batch.
type BatchFile struct {
	Path   string `json:"path"` // relative to the folder, with slashes
	Task   string `json:"task"`
	Length int    `json:"length"`
	RULER  bool   `json:"ruler"` // whether RULER's own scripts make these bytes
	Written
	Error string `json:"error,omitempty"` // why there is no file
}

// Manifest is the name of the batch's manifest.
func (b Batch) Manifest() string {
	if b.Part == nil {
		return ManifestName
	}
	return "manifest-" + b.PartName + ".json"
}

// Make writes the files that are missing, and the manifest after each of them, and returns the manifest.
// A file that cannot be made has its error in the manifest and does not stop the others. Files that earlier
// runs with the same options made stay in the manifest.
func (b Batch) Make(ctx context.Context, tokenizer ruler.Tokenizer, sources *texts.Sources) (Manifest, error) {
	release, err := b.lock()
	if err != nil {
		return Manifest{}, err
	}
	defer release()
	manifest := Manifest{Base: b.Base, FillStuck: b.FillStuck, Tasks: b.Tasks, Inputs: b.Inputs}
	manifest.Base.Task, manifest.Base.Length = ruler.Task{}, 0
	kept, err := b.kept(manifest)
	if err != nil {
		return manifest, err
	}
	var todo []int // indices of manifest.Files
	tasks := map[string]ruler.Task{}
	for l, length := range b.Lengths {
		for t, task := range b.Tasks {
			if b.Part != nil && !b.Part(l*len(b.Tasks)+t) {
				continue
			}
			tasks[task.Name] = task
			file := BatchFile{Path: strconv.Itoa(length) + "/" + task.Name + "/validation.jsonl", Task: task.Name, Length: length}
			if old, ok := kept[file.Path]; ok {
				file = old
				delete(kept, file.Path)
			} else {
				todo = append(todo, len(manifest.Files))
			}
			manifest.Files = append(manifest.Files, file)
		}
	}
	beside := slices.SortedFunc(maps.Values(kept), func(a, b BatchFile) int { return strings.Compare(a.Path, b.Path) })
	total := len(manifest.Files)
	if b.Done != nil {
		b.Done(total-len(todo), total)
	}
	unmade := make(map[int]bool, len(todo))
	for _, i := range todo {
		unmade[i] = true
	}
	var mu sync.Mutex
	record := func(i int, file BatchFile) error {
		mu.Lock()
		defer mu.Unlock()
		manifest.Files[i] = file
		delete(unmade, i)
		if b.Done != nil {
			b.Done(total-len(unmade), total)
		}
		written := manifest
		written.Files = nil
		for i, file := range manifest.Files {
			if !unmade[i] {
				written.Files = append(written.Files, file)
			}
		}
		written.Files = append(written.Files, beside...)
		return b.save(written)
	}
	if _, err := os.Lstat(filepath.Join(b.Dir, b.Manifest())); len(todo) == 0 && errors.Is(err, os.ErrNotExist) {
		whole := manifest // others have made all of it
		whole.Files = append(slices.Clone(manifest.Files), beside...)
		if err := b.save(whole); err != nil {
			return manifest, err
		}
	}
	group, running := errgroup.WithContext(ctx)
	group.SetLimit(max(1, b.Workers))
	for _, i := range todo {
		if running.Err() != nil {
			break
		}
		group.Go(func() error {
			return crash.Guard(func() error {
				file, err := b.make(running, manifest.Files[i], tasks[manifest.Files[i].Task], tokenizer, sources)
				if err != nil {
					return err
				}
				return record(i, file)
			})
		})
	}
	if err := group.Wait(); err != nil {
		return manifest, err
	}
	return manifest, ctx.Err()
}

// make writes one file. It returns an error only for what would stop every other file too, such as a full
// disk.
func (b Batch) make(ctx context.Context, file BatchFile, task ruler.Task, tokenizer ruler.Tokenizer, sources *texts.Sources) (BatchFile, error) {
	opts := b.Base
	opts.Task, opts.Length = task, file.Length
	path := filepath.Join(b.Dir, filepath.FromSlash(file.Path))
	if b.Part == nil { // of a part another process may be at work on the same file
		if err := removeUnfinished(path); err != nil {
			return file, err
		}
	}
	written, err := writeFile(ctx, path, opts, tokenizer, sources)
	if b.FillStuck && ruler.IsStuck(err) {
		opts.Fill = true
		written, err = writeFile(ctx, path, opts, tokenizer, sources)
	}
	var system *os.PathError
	if ctx.Err() != nil || errors.As(err, &system) {
		return file, errors.Join(ctx.Err(), err)
	}
	if err != nil {
		file.Error = err.Error()
		return file, nil
	}
	file.Written, file.RULER = written, opts.Authentic()
	return file, nil
}

// lock makes the folder and locks it, so that no other process makes samples in it, unless this is a part. release unlocks
// it, and removes it if it was made and is empty.
func (b Batch) lock() (release func(), err error) {
	undo, err := output.Folder(b.Dir)
	if err != nil {
		return nil, fmt.Errorf("write samples: %w", err)
	}
	if b.Part != nil {
		return undo, nil
	}
	folder, err := os.Open(b.Dir)
	if err != nil {
		undo()
		return nil, fmt.Errorf("write samples: %w", err)
	}
	err = flock.Lock(folder, false)
	if errors.Is(err, flock.ErrHeld) {
		folder.Close()
		return nil, fmt.Errorf("write samples: another process makes samples in %s: wait for it, or choose another folder", b.Dir)
	}
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		folder.Close()
		return nil, fmt.Errorf("lock %s: %w", b.Dir, err)
	}
	return func() { folder.Close(); undo() }, nil
}

// kept returns the files of earlier runs with the same options that have not changed since: of a part its own, else all.
func (b Batch) kept(now Manifest) (map[string]BatchFile, error) {
	names := []string{b.Manifest()}
	if b.Part == nil {
		parts, err := filepath.Glob(filepath.Join(b.Dir, "manifest-*.json"))
		if err != nil {
			return nil, fmt.Errorf("read manifests: %w", err)
		}
		for _, part := range parts {
			names = append(names, filepath.Base(part))
		}
	}
	kept := map[string]BatchFile{}
	for _, name := range names {
		path := filepath.Join(b.Dir, name)
		text, err := input.Read(path, maxManifest)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read manifest: %w", err)
		}
		var before Manifest
		if err := json.Unmarshal(text, &before); err != nil {
			return nil, fmt.Errorf("read manifest %s: %w", path, err)
		}
		if !sameJSON(before.Base, now.Base) || !sameJSON(before.Inputs, now.Inputs) || before.FillStuck != now.FillStuck || !sameTasks(before.Tasks, now.Tasks) {
			return nil, fmt.Errorf("%s holds samples of other options: choose another folder", b.Dir)
		}
		for _, file := range before.Files {
			if file.Error == "" && digestOf(filepath.Join(b.Dir, filepath.FromSlash(file.Path))) == file.SHA256 {
				kept[file.Path] = file
			}
		}
	}
	return kept, nil
}

// sameTasks reports whether tasks of the same name are equal in both lists.
func sameTasks(before, now []ruler.Task) bool {
	return !slices.ContainsFunc(before, func(a ruler.Task) bool {
		return slices.ContainsFunc(now, func(b ruler.Task) bool { return a.Name == b.Name && a != b })
	})
}

func sameJSON(a, b any) bool {
	left, _ := json.Marshal(a)
	right, _ := json.Marshal(b)
	return string(left) == string(right)
}

// digestOf returns a file's SHA-256, or "" if it cannot be read.
func digestOf(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return ""
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// save writes the manifest.
func (b Batch) save(manifest Manifest) error {
	text, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	if err := durable.MkdirAll(b.Dir, 0o777); err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	path := filepath.Join(b.Dir, b.Manifest())
	if b.Part == nil {
		if err := removeUnfinished(path); err != nil {
			return err
		}
	}
	if err := output.Write(path, append(text, '\n'), 0o666); err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	return nil
}
