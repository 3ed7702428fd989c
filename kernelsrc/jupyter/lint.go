package jupyter

import (
	"fmt"
	"go/scanner"
	"go/token"
	"regexp"
	"slices"
	"strings"

	"longseq/kernelsrc/jupyter/dialect"
	"longseq/kernelsrc/jupyter/nbformat"
)

// LintNotebook returns where the source of a notebook breaks the rules for notebooks that run under this kernel and
// under GoNB alike. It runs nothing.
func LintNotebook(path string) ([]Problem, error) {
	n, err := nbformat.Read(path)
	if err != nil {
		return nil, err
	}
	l := linter{}
	if spec, _ := n.Metadata["kernelspec"].(map[string]any); spec["name"] != kernelAlias {
		l.report(0, fmt.Sprintf("the kernelspec is %v: it must be %s, the name that both kernels have", spec["name"], kernelAlias))
	}
	for i, cell := range n.Cells {
		l.cell = i + 1
		if cell.Type == "code" {
			l.lint(cell.Source)
		}
	}
	return l.problems, nil
}

// fault is something that does not compile: the declaration's cell and line, and what the type checker says.
type fault struct {
	cell, line int
	text       string
}

// linter checks the cells of a notebook in order.
type linter struct {
	cell     int
	declared dialect.Set
	faults   map[fault]bool // of declared
	blank    string         // path of the last `_` import
	problems []Problem
}

func (l *linter) report(line int, text string) {
	l.problems = append(l.problems, Problem{Cell: l.cell, Line: line, Text: text})
}

func (l *linter) lint(source string) {
	cell, err := dialect.Split(source)
	if err == nil && cell.Raw != nil {
		return
	}
	if l.rawStrings(source) {
		return // parsing the cell would report errors that follow from these
	}
	if err != nil {
		l.report(0, err.Error())
		return
	}
	l.lines(source)
	for _, command := range cell.Commands {
		l.command(command)
	}
	if !cell.HasGo() {
		return
	}
	parsed, err := dialect.Parse(cell, l.cell)
	if err != nil {
		l.report(0, err.Error())
		return
	}
	for _, d := range parsed.Declarations {
		l.declaration(d)
		l.replaces(d, parsed.Declarations)
	}
	l.declared = l.declared.With(parsed.Declarations)
	l.stale()
	if main := parsed.Main; main != nil && strings.Contains(main.Text, "display.") &&
		!strings.Contains(main.Text, "display.Flush()") {
		l.report(main.Line, "main displays and does not flush, so that GoNB may lose the last outputs: begin it with `defer display.Flush()`")
	}
}

// rawStrings reports lines of raw strings that both kernels take for special lines. It returns whether there are any.
func (l *linter) rawStrings(source string) (found bool) {
	files := token.NewFileSet()
	file := files.AddFile("cell", -1, len(source))
	var s scanner.Scanner
	s.Init(file, []byte(source), func(token.Position, string) {}, 0)
	for {
		at, tok, text := s.Scan()
		if tok == token.EOF {
			return found
		}
		if tok != token.STRING || text[0] != '`' {
			continue
		}
		for i, line := range strings.Split(text, "\n")[1:] {
			if len(line) >= 2 && (line[0] == '%' || line[0] == '!') {
				l.report(files.Position(at).Line+i+1, "a line of a raw string begins with % or ! and is taken for a special line: indent it")
				found = true
			}
		}
	}
}

// forbidden are patterns that no line of a cell may match.
var forbidden = []struct {
	pattern *regexp.Regexp
	text    string
}{
	{regexp.MustCompile(`\bklog\.|k8s\.io/klog`), "GoNB crashes when a cell logs with klog: log in a package"},
	{regexp.MustCompile(`\blog\.(Lshortfile|Llongfile)\b`), "GoNB crashes at a log line with a time and a file: leave the file out"},
	{regexp.MustCompile(`text/javascript|<script\b|application/javascript`), "exporters do not run JavaScript: show a picture"},
	{regexp.MustCompile(`^\s*//go:(embed|build)\b`), "directives before declarations are lost in cells: move this into a package"},
	{regexp.MustCompile(`^import "C"|^\s*"C"$`), "cgo does not work in cells: move this into a package"},
}

func (l *linter) lines(source string) {
	for i, line := range strings.Split(source, "\n") {
		for _, f := range forbidden {
			if f.pattern.MatchString(line) {
				l.report(i+1, f.text)
			}
		}
	}
}

var (
	replaced = regexp.MustCompile(`-replace=([^=@\s"]+)`)
	required = regexp.MustCompile(`-require=([^=@\s"]+)`)
)

func (l *linter) command(c dialect.Command) {
	if c.Kind == '%' {
		name, _, _ := strings.Cut(strings.ReplaceAll(c.Text, "\t", " "), " ")
		if !slices.Contains(dialect.CommandNames(), "%"+name) {
			l.report(c.Line, fmt.Sprintf("%%%s is not a special line of both kernels", name))
		}
		l.forget(name, c.Text[len(name):])
		return
	}
	for _, match := range replaced.FindAllStringSubmatch(c.Text, -1) {
		known := slices.ContainsFunc(required.FindAllStringSubmatch(c.Text, -1), func(r []string) bool { return r[1] == match[1] })
		if !known {
			l.report(c.Line, fmt.Sprintf("a replacement alone makes go get ask the network: add -require=%s@v0.0.0", match[1]))
		}
	}
}

var (
	majorVersion    = regexp.MustCompile(`/v[0-9]+$`)
	genericReceiver = regexp.MustCompile(`(?m)^func \(\w+ \w+\[`)
	packageCall     = regexp.MustCompile(`\b(\w+)\.\w+\(`)
)

func (l *linter) declaration(d *dialect.Declaration) {
	switch {
	case d.Kind == dialect.Import && strings.HasPrefix(d.Names[0], "_~"):
		if l.blank != "" && l.blank != d.Path {
			l.report(d.Line, fmt.Sprintf("GoNB keeps one `_` import only, and has %s already: import it in a package", l.blank))
		}
		l.blank = d.Path
	case d.Kind == dialect.Import && d.ImportName() == "" && majorVersion.MatchString(d.Path):
		l.report(d.Line, fmt.Sprintf("GoNB knows %s by its version only: give it an alias", d.Path))
	case d.Kind == dialect.Func && genericReceiver.MatchString(d.Text):
		l.report(d.Line, "GoNB mixes up methods of generic types with value receivers: use a pointer receiver")
	case d.Kind == dialect.Var || d.Kind == dialect.Func && strings.HasPrefix(d.Names[0], "init"):
		for _, call := range packageCall.FindAllStringSubmatch(d.Text, -1) {
			if l.expensive(call[1]) {
				l.report(d.Line, fmt.Sprintf("%s calls %s, and runs again in every cell: call it in main", d, call[1]))
				break
			}
		}
	}
}

// forget follows %rm and %reset.
func (l *linter) forget(name, rest string) {
	words, err := dialect.Words(rest)
	switch {
	case err != nil:
		return // told when the cell runs
	case name == "reset" && len(words) == 0:
		l.declared = dialect.Set{}
	case name == "rm" || name == "remove":
		for _, key := range words {
			l.declared, _ = l.declared.Without(key)
		}
	}
}

// replaces reports a declaration that replaces one of an earlier cell in a way that an author does not expect.
func (l *linter) replaces(d *dialect.Declaration, own []*dialect.Declaration) {
	names := func(other *dialect.Declaration) bool {
		return slices.ContainsFunc(other.Names, func(name string) bool { return slices.Contains(d.Names, name) })
	}
	for _, old := range l.declared.All(d.Kind) {
		switch {
		case !names(old):
		case d.Kind == dialect.Func && d.Names[0] == "init":
			l.report(d.Line, fmt.Sprintf("func init replaces that of cell %d: give it a name, as in func init_NAME", old.Cell))
			return
		case d.Kind == dialect.Const:
			for _, name := range old.Names {
				if !slices.ContainsFunc(own, func(o *dialect.Declaration) bool { return slices.Contains(o.Names, name) }) {
					l.report(d.Line, fmt.Sprintf("GoNB keeps the group of constants of cell %d beside this: declare %s here too, or begin the cell with %%rm %s", old.Cell, name, strings.Join(old.Names, " ")))
					return
				}
			}
		}
	}
}

// stale reports declarations of earlier cells that this cell has made invalid. A program of this kernel holds only what it
// uses, one of GoNB all that is declared.
func (l *linter) stale() {
	faults, err := dialect.Faults(l.declared)
	if err != nil {
		return // each cell was parsed before, so this does not happen
	}
	now := make(map[fault]bool)
	told := make(map[*dialect.Declaration]bool)
	for _, f := range faults {
		d := f.Declaration
		key := fault{d.Cell, d.Line, f.Text}
		now[key] = true
		if d.Cell != l.cell && !l.faults[key] && !told[d] {
			told[d] = true
			l.report(0, fmt.Sprintf("GoNB compiles %s of cell %d here too, and it does not fit any more (%s): declare it again, or begin the cell with %%rm %s", d, d.Cell, f.Text, strings.Join(d.Names, " ")))
		}
	}
	l.faults = now
}

// expensive reports whether a name is that of an imported package outside the standard library. Those of this module
// have no dot in their path.
func (l *linter) expensive(name string) bool {
	for _, d := range l.declared.All(dialect.Import) {
		first, _, _ := strings.Cut(d.Path, "/")
		if d.Names[0] == name && (strings.Contains(first, ".") || first == kernelName) {
			return true
		}
	}
	return false
}
