package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"

	"longseq/kernelsrc/jupyter/dialect"
)

// builder builds programs in the build folder.
type builder struct {
	dir      string
	guardian *guardian
	environ  func() []string
	root     string // GOROOT
	autoget  bool
	flags    []string // of go build, set by %goflags

	packages map[string]dialect.Package // by import path, those looked up so far
	imported map[string]string          // import paths that goimports found, by the names used; see complete
	external bool                       // this module's cgo packages need the system's linker
	replay   *replay                    // of the last go build; nil: none
	learning chan struct{}              // closed when replay is set; nil: nothing to wait for
	kept     binaries
	builds   atomic.Int64 // how often go build has run
}

// Linker flags that make linking fast: no symbol tables for debuggers, and Go's own linker.
const (
	stripped = "-s -w"
	internal = " -linkmode=internal"
)

func newBuilder(ctx context.Context, dir string, g *guardian, environ func() []string) (*builder, error) {
	b := &builder{dir: dir, guardian: g, environ: environ, autoget: true, packages: make(map[string]dialect.Package), imported: make(map[string]string)}
	root, err := b.tool(ctx, "go", "env", "GOROOT")
	if err != nil {
		return nil, fmt.Errorf("no Go tool chain found, install it from https://go.dev/dl: %w", err)
	}
	b.root = strings.TrimSpace(root)
	return b, b.newModule(ctx)
}

// newModule makes a fresh go.mod.
func (b *builder) newModule(ctx context.Context) error {
	for _, name := range []string{"go.mod", "go.sum", "go.work", "go.work.sum"} {
		if err := os.Remove(filepath.Join(b.dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("make go.mod: %w", err)
		}
	}
	out, err := b.tool(ctx, "go", "mod", "init", "gonb_"+strings.ToLower(rand.Text()[:8]))
	if err != nil {
		return fmt.Errorf("make go.mod: %w: %s", err, strings.TrimSpace(out))
	}
	return nil
}

// tool runs a command of the tool chain in the build folder and returns its output.
func (b *builder) tool(ctx context.Context, argv ...string) (string, error) {
	return b.toolWith(ctx, nil, argv...)
}

// toolWith is tool with more environment variables.
func (b *builder) toolWith(ctx context.Context, env []string, argv ...string) (string, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = b.dir
	cmd.Env = append(append(b.environ(), "PWD="+b.dir), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return unix.Kill(-cmd.Process.Pid, unix.SIGKILL) }
	var text strings.Builder
	cmd.Stdout, cmd.Stderr = &text, &text
	if err := cmd.Start(); err != nil {
		return "", err
	}
	b.guardian.add(cmd.Process.Pid)
	err := cmd.Wait()
	b.guardian.removeEnded()
	if ctx.Err() != nil {
		return text.String(), ctx.Err()
	}
	return text.String(), err
}

// toolError says that a tool could not build the program. It holds the tool's output.
type toolError struct{ output string }

func (e *toolError) Error() string { return e.output }

// binary builds a program that has the given imports and returns the path of its binary. If nothing has changed
// since an earlier build, it returns that binary.
func (b *builder) binary(ctx context.Context, program *dialect.Program, imports []string) (string, error) {
	if err := b.write("main.go", program); err != nil {
		return "", err
	}
	b.awaitReplay()
	if b.replay.serves(b, imports) {
		if path, ok := b.kept.find(program.Source, b.replay.digest); ok {
			return path, nil
		}
		path := b.kept.place(b.dir, program.Source, b.replay.digest)
		output, err := b.replay.run(ctx, b, path)
		if err == nil {
			return path, nil
		}
		b.kept.drop(path)
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if list, _ := findings(output); len(list) > 0 {
			return "", &toolError{output}
		}
		b.replay = nil // a file that it needs is gone
	}
	return b.full(ctx, program)
}

// full builds a program with go build, and records how, for replays.
func (b *builder) full(ctx context.Context, program *dialect.Program) (string, error) {
	b.builds.Add(1)
	draft := filepath.Join(b.dir, "program")
	log, err := b.goBuild(ctx, draft, "-x")
	if err != nil && ctx.Err() == nil {
		if output, plain := b.goBuild(ctx, draft); plain != nil {
			return "", &toolError{output}
		}
		err = nil
	}
	if err != nil {
		return "", err
	}
	path := b.kept.place(b.dir, program.Source, "")
	if err := os.Rename(draft, path); err != nil {
		return "", fmt.Errorf("keep binary: %w", err)
	}
	b.learn(ctx, log, program.Source, path)
	return path, nil
}

// goBuild runs go build. If Go's own linker fails, it uses the system's linker from then on.
func (b *builder) goBuild(ctx context.Context, path string, flags ...string) (string, error) {
	output, err := b.goBuildOnce(ctx, path, flags)
	if err != nil && !b.external && strings.Contains(output, "/link: ") {
		b.external = true
		output, err = b.goBuildOnce(ctx, path, flags)
	}
	return output, err
}

func (b *builder) goBuildOnce(ctx context.Context, path string, flags []string) (string, error) {
	ldflags := stripped
	if !b.external {
		ldflags += internal
	}
	argv := append([]string{"go", "build", "-o", path, "-ldflags=" + ldflags}, flags...)
	return b.goTool(ctx, argv...)
}

// goTool runs a go command with the user's flags. With %autoget, modules that are missing from go.mod are added: by the
// command itself, which asks the network for new ones only, or in a workspace, where it cannot, by go get.
func (b *builder) goTool(ctx context.Context, argv ...string) (string, error) {
	argv = append(argv, b.flags...)
	if b.addsModules() {
		return b.tool(ctx, slices.Insert(argv, 2, "-mod=mod")...)
	}
	output, err := b.tool(ctx, argv...)
	if err == nil || !b.autoget || !needsModules(output) {
		return output, err
	}
	if got, failed := b.tool(ctx, "go", "get", "-t"); failed != nil {
		return got, failed
	}
	return b.tool(ctx, argv...)
}

// addsModules reports whether go commands get the flag that makes them add missing modules to go.mod.
func (b *builder) addsModules() bool {
	return b.autoget && !b.inWorkspace() && !strings.Contains(strings.Join(b.flags, " "), "-mod=")
}

// inWorkspace reports whether modules come from a go.work.
func (b *builder) inWorkspace() bool {
	_, err := os.Stat(filepath.Join(b.dir, "go.work"))
	return err == nil
}

// needsModules reports whether a go command failed because of a module that go get adds.
func needsModules(output string) bool {
	for _, sign := range []string{"no required module provides package", "missing go.sum entry", "updates to go.mod needed", "to add it:", "to update it:"} {
		if strings.Contains(output, sign) {
			return true
		}
	}
	return false
}

// testBinary builds a program as a test binary and returns its path.
func (b *builder) testBinary(ctx context.Context, program *dialect.Program) (string, error) {
	if err := b.write("main_test.go", program); err != nil {
		return "", err
	}
	path := filepath.Join(b.dir, "program.test")
	output, err := b.goTool(ctx, "go", "test", "-c", "-vet=off", "-o", path)
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err != nil:
		return "", &toolError{output}
	}
	return path, nil
}

// write writes the program to the build folder and removes the previous one.
func (b *builder) write(name string, program *dialect.Program) error {
	for _, old := range []string{"main.go", "main_test.go"} {
		if old != name {
			os.Remove(filepath.Join(b.dir, old))
		}
	}
	if err := os.WriteFile(filepath.Join(b.dir, name), []byte(program.Source), 0o600); err != nil {
		return fmt.Errorf("write program: %w", err)
	}
	return nil
}
