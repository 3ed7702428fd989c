package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"sync"
	"syscall"
	"time"

	"longseq/kernelsrc/jupyter/assist"
	"longseq/kernelsrc/jupyter/dialect"
)

// Options are the surroundings of a notebook.
type Options struct {
	Dir     string   // directory in which cells start
	Version string   // shown by %version, and in GONB_VERSION
	Env     []string // further environment variables, NAME=VALUE
}

// Engine runs the cells of one notebook. Several cells may run at once; they are built one after the other.
type Engine struct {
	folder    *folder
	guardian  *guardian
	build     *builder
	assistant *assist.Assistant
	inProgram *regexp.Regexp
	version   string
	writers   time.Duration // writersTimeout, or what a test has set

	shown displayIDs

	// building is held while a cell reads the declarations, builds its program, keeps its own declarations and starts the
	// program, and while special lines change any of that.
	building sync.Mutex

	mu      sync.Mutex
	dir     string         // directory of the next process, changed by %cd
	sources map[int]string // source of the cells, by execution count
	set     dialect.Set
	env     []string // variables beside the kernel's own
}

// New returns an engine with a private build folder. The caller must close it.
func New(ctx context.Context, opts Options) (*Engine, error) {
	f, err := newFolder()
	if err != nil {
		return nil, err
	}
	g, err := newGuardian(f.path)
	if err != nil {
		f.remove()
		return nil, err
	}
	e := &Engine{
		folder:   f,
		guardian: g,
		version:  opts.Version,
		writers:  writersTimeout,
		dir:      opts.Dir,
		env:      opts.Env,
		sources:  make(map[int]string),
	}
	e.inProgram = e.programLine()
	e.setVariable("GONB_DIR", opts.Dir)
	e.setVariable("GONB_TMP_DIR", f.path)
	e.setVariable("GONB_VERSION", opts.Version)
	e.build, err = newBuilder(ctx, f.path, g, e.environment)
	if err != nil {
		e.Close()
		return nil, err
	}
	e.assistant = newAssistant(e.build)
	return e, nil
}

// Close ends the processes that cells have left running and removes the build folder.
func (e *Engine) Close() {
	e.guardian.close()
	e.folder.remove()
}

// Cell is a cell to run.
type Cell struct {
	Count  int // execution count
	Source string
}

// request is the state of a running cell.
type request struct {
	out       Output
	exec      string // function to call as main
	args      []string
	test      bool
	testFlags []string
	closers   []io.Closer // closed when the cell ends
}

// Execute runs a cell and passes its outputs to out. Cancelling ctx interrupts it. The error is a *CellError if the
// cell failed, and another one if the kernel did.
func (e *Engine) Execute(ctx context.Context, cell Cell, out Output) error {
	r := &request{out: out}
	err := e.execute(ctx, cell, r)
	for _, c := range r.closers {
		c.Close()
	}
	var mistake *dialect.Error
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return cellError("Interrupted", "the cell was interrupted")
	case errors.As(err, &mistake):
		return e.syntaxError(mistake, cell.Count)
	}
	return err
}

func (e *Engine) execute(ctx context.Context, cell Cell, r *request) error {
	e.mu.Lock()
	e.sources[cell.Count] = cell.Source
	e.mu.Unlock()
	parts, err := dialect.Split(cell.Source)
	if err != nil {
		return err
	}
	if parts.Raw != nil {
		err := e.raw(ctx, parts.Raw.Text, parts.Body, r.out)
		return errors.Join(err, ctx.Err())
	}
	for _, command := range parts.Commands {
		if err := e.special(ctx, command, r); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if !parts.HasGo() && !r.test && r.exec == "" {
		return nil
	}
	if r.exec == "" {
		r.args = parts.Args
	}
	return e.runGo(ctx, cell.Count, parts, r)
}

// runGo builds the program of a cell and runs it.
func (e *Engine) runGo(ctx context.Context, count int, parts *dialect.Cell, r *request) error {
	parsed, err := dialect.Parse(parts, count)
	if err != nil {
		return err
	}
	tellUnsupported(r.out, count, parsed)
	started := sync.OnceFunc(e.building.Unlock)
	e.building.Lock()
	defer started()
	next := e.declared().With(parsed.Declarations)
	main := parsed.Main
	switch {
	case r.exec != "":
		main = dialect.ExecMain(r.exec)
	case main == nil && !r.test:
		main = dialect.StubMain()
	}
	root := func(d *dialect.Declaration) bool { return d.Cell == count }
	if r.test {
		tests, err := chooseTests(r, next, parsed.Declarations)
		if err != nil {
			return err
		}
		root, r.args = func(d *dialect.Declaration) bool { return d.Cell == count || tests.need(d) }, tests.args
	}
	program, imports, err := e.program(ctx, next, main, root)
	if err != nil {
		return e.explain(program, err)
	}
	var binary string
	if r.test {
		binary, err = e.build.testBinary(ctx, program)
	} else {
		binary, err = e.build.binary(ctx, program, imports)
	}
	if err != nil {
		return e.explain(program, err)
	}
	e.remember(next)
	return e.runProgram(ctx, program, binary, r, started)
}

// program returns the program of a cell and the paths of its imports.
func (e *Engine) program(ctx context.Context, all dialect.Set, main *dialect.Body, root func(*dialect.Declaration) bool) (*dialect.Program, []string, error) {
	if err := e.build.lookUpPackages(ctx, all.All(dialect.Import)); err != nil {
		return nil, nil, err
	}
	selection, err := dialect.Select(all, main, root, e.build.packages)
	if err != nil {
		return nil, nil, err
	}
	if err := e.build.complete(selection); err != nil {
		return nil, nil, err
	}
	paths := []string{"flag"}
	for _, d := range selection.Imports {
		paths = append(paths, d.Path)
	}
	return dialect.Write(selection.Parts), paths, nil
}

// explain turns an error of a tool into a CellError.
func (e *Engine) explain(program *dialect.Program, err error) error {
	var missing *importError
	if errors.As(err, &missing) {
		return e.importError(missing)
	}
	var tool *toolError
	if !errors.As(err, &tool) {
		return err
	}
	if program == nil {
		program = &dialect.Program{}
	}
	return e.buildError(program, tool.output)
}

// runProgram runs the binary of a cell with display pipes. It calls started when the binary is no longer needed.
func (e *Engine) runProgram(ctx context.Context, program *dialect.Program, binary string, r *request, started func()) error {
	p, err := openPipes(e.folder.path, &e.shown)
	if err != nil {
		return err
	}
	filter := newTraceFilter(func(text string) string { return e.mark(program, text) })
	pump := newPump(r.out, filter)
	if r.test {
		pump.stdout = &testLines{position: func(line int) (string, bool) {
			at, ok := program.Origin(line, 1)
			return cellLine(at), ok
		}}
	}
	err = e.run(ctx, command{
		argv:    append([]string{binary}, r.args...),
		dir:     e.directory(),
		env:     append(e.environment(), p.env()...),
		pipes:   p,
		started: started,
	}, pump)
	trace, crashed := filter.crash()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() == 2 && crashed && ctx.Err() == nil:
		return e.crashError(program, trace)
	case len(filter.held) > 0:
		r.out.Stream("stderr", string(filter.takeHeld()))
	}
	if errors.As(err, &exit) {
		return cellError("ExitError", exitText(exit))
	}
	if err != nil {
		return fmt.Errorf("run cell: %w", err)
	}
	return nil
}

// exitText says in one line how a program ended.
func exitText(exit *exec.ExitError) string {
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signal() == syscall.SIGKILL {
		return "signal: killed (by a user, or by the system for want of memory)"
	}
	return exit.Error()
}

// directory returns the directory of the next process.
func (e *Engine) directory() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.dir
}

// source returns the source of a cell.
func (e *Engine) source(count int) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.sources[count]
}

// declared returns the remembered declarations.
func (e *Engine) declared() dialect.Set {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.set
}

func (e *Engine) remember(s dialect.Set) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.set = s
}
