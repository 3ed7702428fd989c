package engine

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"longseq/kernelsrc/jupyter/dialect"
)

// Lines shown around the line of an error.
const (
	linesBefore = 3
	linesAfter  = 2
)

func red(text string) string  { return "\x1b[31m" + text + "\x1b[0m" }
func bold(text string) string { return "\x1b[1m" + text + "\x1b[0m" }

// cellLine returns a position as users read it: cell and line.
func cellLine(at dialect.Position) string {
	return fmt.Sprintf("Cell[%d]: line %d", at.Cell, at.Line)
}

// excerpt returns a line of a cell and those around it, with a caret under the column if that is not 0.
func excerpt(source string, line, column int) []string {
	lines := strings.Split(source, "\n")
	var out []string
	for n := max(line-linesBefore, 1); n <= min(line+linesAfter, len(lines)); n++ {
		text := fmt.Sprintf("%4d | %s", n, strings.ReplaceAll(lines[n-1], "\t", "    "))
		if n != line {
			out = append(out, text)
			continue
		}
		out = append(out, bold(text))
		if column > 0 {
			before := lines[n-1][:min(column-1, len(lines[n-1]))]
			width := len([]rune(strings.ReplaceAll(before, "\t", "    ")))
			out = append(out, "     | "+strings.Repeat(" ", width)+red("^"))
		}
	}
	return out
}

// finding is an error that a tool reports at a line of the program.
type finding struct {
	line, column int
	text         string
}

// toolLine matches a line of the compiler about the program.
var toolLine = regexp.MustCompile(`^(?:\./|.*/)?main(?:_test)?\.go:(\d+):(?:(\d+):)? ?(.*)$`)

// findings parses the output of go build or of the compiler. rest holds the lines that are not about the program.
func findings(output string) (list []finding, rest []string) {
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\n")
		switch match := toolLine.FindStringSubmatch(line); {
		case match != nil:
			n, _ := strconv.Atoi(match[1])
			column, _ := strconv.Atoi(match[2])
			list = append(list, finding{n, column, match[3]})
		case strings.HasPrefix(line, "\t") && len(list) > 0 && len(rest) == 0:
			list[len(list)-1].text += "\n" + line
		case line != "" && !strings.HasPrefix(line, "# "):
			rest = append(rest, line)
		}
	}
	return list, rest
}

// buildError returns the error for a program that does not build, from the output of the tool that failed.
func (e *Engine) buildError(program *dialect.Program, output string) *CellError {
	list, rest := findings(output)
	err := &CellError{Name: "CompileError"}
	for _, f := range list {
		text := namePositions(program, moduleHint(f.text))
		head := text
		if at, ok := program.Origin(f.line, f.column); ok {
			head = cellLine(at) + ": " + text
			err.Traceback = append(err.Traceback, red(bold(cellLine(at)))+": "+text)
			err.Traceback = append(err.Traceback, excerpt(e.source(at.Cell), at.Line, at.Column)...)
		} else {
			err.Traceback = append(err.Traceback, red(text))
		}
		if err.Value == "" {
			err.Value, _, _ = strings.Cut(head, "\n")
		}
	}
	for _, line := range rest {
		err.Traceback = append(err.Traceback, moduleHint(line))
		if err.Value == "" {
			err.Value = line
		}
	}
	return err
}

// compilerPosition matches a position in the program inside a message of the compiler.
var compilerPosition = regexp.MustCompile(`\./main(?:_test)?\.go:(\d+):(\d+)`)

// namePositions replaces positions in the program, such as that of another declaration, with cells and lines.
func namePositions(program *dialect.Program, text string) string {
	return compilerPosition.ReplaceAllStringFunc(text, func(found string) string {
		match := compilerPosition.FindStringSubmatch(found)
		line, _ := strconv.Atoi(match[1])
		column, _ := strconv.Atoi(match[2])
		if at, ok := program.Origin(line, column); ok {
			return cellLine(at)
		}
		return found
	})
}

// unknownModule matches go build's message about an import that no module in go.mod has.
var unknownModule = regexp.MustCompile(`(?s)no required module provides package (\S+?);.*`)

// moduleHint replaces the commands that go build recommends with those that work in a cell.
func moduleHint(text string) string {
	return unknownModule.ReplaceAllString(text, "no module in go.mod has package $1; add it in a cell: !*go get $1")
}

// syntaxError returns the error for a syntax error in the running cell.
func (e *Engine) syntaxError(mistake *dialect.Error, cell int) *CellError {
	at := dialect.Position{Cell: cell, Line: mistake.Line, Column: mistake.Column}
	return e.errorAt("SyntaxError", mistake.Text, at)
}

// importError returns the error for an import of a package that does not exist.
func (e *Engine) importError(missing *importError) *CellError {
	d := missing.d
	at := dialect.Position{Cell: d.Cell, Line: d.Line, Column: d.Shift + len("import ") + 1}
	err := e.errorAt("CompileError", missing.Error(), at)
	for line := range strings.Lines(missing.why) {
		err.Traceback = append(err.Traceback, strings.TrimRight(line, "\n"))
	}
	return err
}

// errorAt returns an error at a position in a cell.
func (e *Engine) errorAt(name, text string, at dialect.Position) *CellError {
	return &CellError{
		Name:      name,
		Value:     cellLine(at) + ": " + text,
		Traceback: append([]string{red(bold(cellLine(at))) + ": " + text}, excerpt(e.source(at.Cell), at.Line, at.Column)...),
	}
}

// programLine returns a pattern for the positions of a stack trace that lie in the program's own file.
func (e *Engine) programLine() *regexp.Regexp {
	return regexp.MustCompile(`(^|[\s(])(` + regexp.QuoteMeta(e.folder.path+string(filepath.Separator)) + `main(?:_test)?\.go:(\d+))\b`)
}

// mark inserts cell and line before each position in the program's own file, as GoNB does.
func (e *Engine) mark(program *dialect.Program, text string) string {
	if program == nil || !strings.Contains(text, e.folder.path) {
		return text
	}
	return e.inProgram.ReplaceAllStringFunc(text, func(found string) string {
		match := e.inProgram.FindStringSubmatch(found)
		line, err := strconv.Atoi(match[3])
		if err != nil {
			return found
		}
		at, ok := program.Origin(line, 1)
		if !ok {
			return found
		}
		return fmt.Sprintf("%s[[ Cell [%d] Line %d ]] %s", match[1], at.Cell, at.Line, match[2])
	})
}

// Lines shown of a goroutine's stack: of a longer one the first and the last.
const (
	firstLines = 24
	lastLines  = 8
)

// crashError returns the error for a panic or fatal error, from its trace. It shows the goroutine that crashed and
// those that run code of cells.
func (e *Engine) crashError(program *dialect.Program, trace string) *CellError {
	blocks := strings.Split(strings.TrimRight(trace, "\n"), "\n\n")
	what, _, _ := strings.Cut(trace, "\n")
	err := &CellError{Name: "Panic", Value: strings.TrimPrefix(what, "panic: ")}
	if !strings.HasPrefix(what, "panic: ") {
		err.Name = "FatalError"
		err.Value = strings.TrimPrefix(what, "fatal error: ")
	}
	err.Traceback = append(err.Traceback, red(what))
	for _, match := range e.inProgram.FindAllStringSubmatch(trace, -1) {
		line, _ := strconv.Atoi(match[3])
		if at, ok := program.Origin(line, 1); ok {
			err.Value = cellLine(at) + ": " + err.Value
			err.Traceback = append(err.Traceback, red(bold(cellLine(at))))
			err.Traceback = append(err.Traceback, excerpt(e.source(at.Cell), at.Line, indentation(e.source(at.Cell), at.Line))...)
			break
		}
	}
	err.Traceback = append(err.Traceback, strings.Split(e.mark(program, blocks[0]), "\n")[1:]...)
	crashed := true // until the first goroutine, which is the one that crashed
	for _, block := range blocks[1:] {
		goroutine := strings.HasPrefix(block, "goroutine ")
		if goroutine && !crashed && !strings.Contains(block, e.folder.path) {
			continue
		}
		crashed = crashed && !goroutine
		lines := strings.Split(block, "\n")
		if left := len(lines) - firstLines - lastLines; left > 0 {
			lines = slices.Concat(lines[:firstLines], []string{fmt.Sprintf("... %d lines left out", left)}, lines[len(lines)-lastLines:])
		}
		err.Traceback = append(append(err.Traceback, ""), strings.Split(e.mark(program, strings.Join(lines, "\n")), "\n")...)
	}
	return err
}

// indentation returns the column of a line's first character that is not blank, from 1; 0 if there is no such line.
func indentation(source string, line int) int {
	lines := strings.Split(source, "\n")
	if line < 1 || line > len(lines) {
		return 0
	}
	return len(lines[line-1]) - len(strings.TrimLeft(lines[line-1], " \t")) + 1
}
