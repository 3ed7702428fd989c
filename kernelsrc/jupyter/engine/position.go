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

// Lines shown around the place of an error.
const (
	linesBefore = 3
	linesAfter  = 2
)

func red(text string) string  { return "\x1b[31m" + text + "\x1b[0m" }
func bold(text string) string { return "\x1b[1m" + text + "\x1b[0m" }

// place names a place of a cell as users read it.
func place(at dialect.Position) string {
	return fmt.Sprintf("Cell[%d]: line %d", at.Cell, at.Line)
}

// excerpt shows a place of a cell: its line and those around it, with a caret under the column if
// it is known.
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

// finding is an error of a tool at a line of the program.
type finding struct {
	line, column int
	text         string
}

// toolLine is a line of the compiler about the program.
var toolLine = regexp.MustCompile(`^(?:\./|.*/)?main(?:_test)?\.go:(\d+):(?:(\d+):)? ?(.*)$`)

// findings reads what go build or the compiler wrote. The rest is what it says about anything else.
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

// buildError explains what a tool wrote about a program that does not build.
func (e *Engine) buildError(program *dialect.Program, output string) *CellError {
	list, rest := findings(output)
	err := &CellError{Name: "CompileError"}
	for _, f := range list {
		text := otherPlaces(program, moduleHint(f.text))
		head := text
		if at, ok := program.Origin(f.line, f.column); ok {
			head = place(at) + ": " + text
			err.Traceback = append(err.Traceback, red(bold(place(at)))+": "+text)
			err.Traceback = append(err.Traceback, excerpt(e.sources[at.Cell], at.Line, at.Column)...)
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

// otherPlace is a place of the program in the words of the compiler.
var otherPlace = regexp.MustCompile(`\./main(?:_test)?\.go:(\d+):(\d+)`)

// otherPlaces names places of the program in an error, such as that of another declaration, by their cells.
func otherPlaces(program *dialect.Program, text string) string {
	return otherPlace.ReplaceAllStringFunc(text, func(found string) string {
		match := otherPlace.FindStringSubmatch(found)
		line, _ := strconv.Atoi(match[1])
		column, _ := strconv.Atoi(match[2])
		if at, ok := program.Origin(line, column); ok {
			return place(at)
		}
		return found
	})
}

// unknownModule is what go build says of an import that no module in go.mod has.
var unknownModule = regexp.MustCompile(`(?s)no required module provides package (\S+?);.*`)

// moduleHint says what to do in the words of a notebook.
func moduleHint(text string) string {
	return unknownModule.ReplaceAllString(text, "no module in go.mod has package $1; add it in a cell: !*go get $1")
}

// syntaxError explains a mistake in the cell that is being run.
func (e *Engine) syntaxError(mistake *dialect.Error, cell int) *CellError {
	at := dialect.Position{Cell: cell, Line: mistake.Line, Column: mistake.Column}
	return e.errorAt("SyntaxError", mistake.Text, at)
}

// importError explains that a package is not there.
func (e *Engine) importError(missing *importError) *CellError {
	d := missing.d
	at := dialect.Position{Cell: d.Cell, Line: d.Line, Column: d.Shift + len("import ") + 1}
	err := e.errorAt("CompileError", missing.Error(), at)
	for line := range strings.Lines(missing.why) {
		err.Traceback = append(err.Traceback, strings.TrimRight(line, "\n"))
	}
	return err
}

// errorAt returns an error at a place of a cell.
func (e *Engine) errorAt(name, text string, at dialect.Position) *CellError {
	return &CellError{
		Name:      name,
		Value:     place(at) + ": " + text,
		Traceback: append([]string{red(bold(place(at))) + ": " + text}, excerpt(e.sources[at.Cell], at.Line, at.Column)...),
	}
}

// programLine finds the places of a stack trace that lie in the program's own file.
func (e *Engine) programLine() *regexp.Regexp {
	return regexp.MustCompile(`(^|[\s(])(` + regexp.QuoteMeta(e.folder.path+string(filepath.Separator)) + `main(?:_test)?\.go:(\d+))\b`)
}

// mark puts the place of the cell before each place in the program's file.
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

// Lines of a goroutine's stack that are shown: of a deeper one the upper and the lower end.
const (
	upperFrames = 24
	lowerFrames = 8
)

// crashError explains the trace of a panic or fatal error. Of the goroutines it shows the one that crashed
// and those that are in the cell's own code.
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
			err.Value = place(at) + ": " + err.Value
			err.Traceback = append(err.Traceback, red(bold(place(at))))
			err.Traceback = append(err.Traceback, excerpt(e.sources[at.Cell], at.Line, indentation(e.sources[at.Cell], at.Line))...)
			break
		}
	}
	err.Traceback = append(err.Traceback, strings.Split(e.mark(program, blocks[0]), "\n")[1:]...)
	crashed := true // the first goroutine is the one
	for _, block := range blocks[1:] {
		goroutine := strings.HasPrefix(block, "goroutine ")
		if goroutine && !crashed && !strings.Contains(block, e.folder.path) {
			continue
		}
		crashed = crashed && !goroutine
		lines := strings.Split(block, "\n")
		if left := len(lines) - upperFrames - lowerFrames; left > 0 {
			lines = slices.Concat(lines[:upperFrames], []string{fmt.Sprintf("... %d lines left out", left)}, lines[len(lines)-lowerFrames:])
		}
		err.Traceback = append(append(err.Traceback, ""), strings.Split(e.mark(program, strings.Join(lines, "\n")), "\n")...)
	}
	return err
}

// indentation returns the column of a line's first character that is no blank.
func indentation(source string, line int) int {
	lines := strings.Split(source, "\n")
	if line < 1 || line > len(lines) {
		return 0
	}
	return len(lines[line-1]) - len(strings.TrimLeft(lines[line-1], " \t")) + 1
}
