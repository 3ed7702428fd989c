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

// linter checks the cells of a notebook in order.
type linter struct {
	cell     int
	declared dialect.Set
	blank    string // path of the last `_` import
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
	}
	l.declared = l.declared.With(parsed.Declarations)
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
