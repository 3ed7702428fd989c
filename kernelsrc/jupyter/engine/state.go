package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// state returns a digest of everything that a binary depends on except the program's source: modules, flags,
// environment variables, and the files of the given local folders. Packages of the standard library and of the module
// cache do not change.
func (b *builder) state(locals []string) string {
	sum := sha256.New()
	for _, name := range []string{"go.mod", "go.sum", "go.work", "go.work.sum"} {
		text, _ := os.ReadFile(filepath.Join(b.dir, name)) // most do not exist
		fmt.Fprintf(sum, "%s %q\n", name, text)
	}
	fmt.Fprintf(sum, "%q %v\n", b.flags, b.external)
	var set []string
	for _, v := range b.environ() {
		for _, prefix := range []string{"GO", "CGO_", "CC=", "CXX=", "PATH=", "PKG_CONFIG"} {
			if strings.HasPrefix(v, prefix) && !strings.HasPrefix(v, "GONB_") {
				set = append(set, v)
			}
		}
	}
	slices.Sort(set)
	fmt.Fprintf(sum, "%q\n", set)
	for _, dir := range locals {
		folderState(sum, dir)
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}

// folderState writes the names, sizes and modification times of a folder's files.
func folderState(w io.Writer, dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		fmt.Fprintf(w, "%s %v\n", dir, err)
		return
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && !entry.IsDir() {
			fmt.Fprintf(w, "%s/%s %d %d\n", dir, entry.Name(), info.Size(), info.ModTime().UnixNano())
		}
	}
}

// learn makes a replay from the log of a go build, and records the state in which the binary that was built is valid.
// It does so in the background, because listing the folders of local packages takes time.
func (b *builder) learn(ctx context.Context, log, source, path string) {
	old := b.replay
	b.replay = nil
	tools := filepath.Join(b.dir, "replay")
	if err := os.MkdirAll(tools, 0o700); err != nil {
		return
	}
	r, err := readReplay(log, tools)
	if err != nil {
		return
	}
	done := make(chan struct{})
	b.learning = done
	before := b.state(nil)
	go func() {
		defer close(done)
		if b.hasLocals() || r.moved {
			if err := b.listPackages(context.WithoutCancel(ctx), r); err != nil {
				return
			}
		}
		if old != nil && old.digest == b.state(old.locals) {
			r.adopt(old)
		}
		if r.write() != nil || b.state(nil) != before {
			return
		}
		r.digest = b.state(r.locals)
		b.kept.setState(path, source, r.digest)
		b.replay = r
	}()
}

// awaitReplay waits until learn has ended.
func (b *builder) awaitReplay() {
	if b.learning != nil {
		<-b.learning
		b.learning = nil
	}
}

// hasLocals reports whether local packages, which may change, can be in the build.
func (b *builder) hasLocals() bool {
	if b.inWorkspace() {
		return true
	}
	text, err := os.ReadFile(filepath.Join(b.dir, "go.mod"))
	return err != nil || bytes.Contains(text, []byte("=>"))
}

// listPackages completes a replay: the folders of the packages in the build that are neither in the standard library
// nor in the module cache, the folders of files that they embed, and the compiled files that go build has moved to its
// cache.
func (b *builder) listPackages(ctx context.Context, r *replay) error {
	argv := []string{"go", "list", "-deps", "-json=ImportPath,Dir,Standard,Module,EmbedFiles,Export"}
	if r.moved {
		argv = append(argv, "-export")
	}
	output, err := b.tool(ctx, append(argv, b.flags...)...)
	if err != nil {
		return fmt.Errorf("list packages: %w", err)
	}
	decoder := json.NewDecoder(strings.NewReader(output))
	for {
		var p struct {
			ImportPath, Dir, Export string
			Standard                bool
			EmbedFiles              []string
			Module                  *struct {
				Main    bool
				Replace *struct{ Version string }
			}
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			r.locals = slices.Compact(slices.Sorted(slices.Values(r.locals)))
			return nil
		} else if err != nil {
			return fmt.Errorf("list packages: %w", err)
		}
		if p.Export != "" && p.Dir != b.dir && r.packages[p.ImportPath] == "" {
			r.packages[p.ImportPath] = p.Export
		}
		local := p.Module != nil && (p.Module.Main || p.Module.Replace != nil && p.Module.Replace.Version == "")
		if p.Standard || !local || p.Dir == b.dir {
			continue
		}
		r.locals = append(r.locals, p.Dir)
		for _, file := range p.EmbedFiles {
			r.locals = append(r.locals, filepath.Dir(filepath.Join(p.Dir, file)))
		}
	}
}
