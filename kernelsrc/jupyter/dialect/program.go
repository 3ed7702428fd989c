package dialect

import (
	"fmt"
	"strings"
)

// flagName is the name of package flag in a program, which no user's import or variable takes.
const flagName = "gonbflag"

// Program is a main.go, or the test file of a cell with %test.
type Program struct {
	Source string
	lines  []origin // by line of Source
}

// origin is where a line of a program comes from; the zero value is: from no cell.
type origin struct {
	cell, line, shift int
}

// Position is a place in a cell.
type Position struct {
	Cell   int // execution count
	Line   int // from 1
	Column int // in bytes from 1
}

// Parts is what a program is written of.
type Parts struct {
	Imports      []*Declaration // only those that the program uses: the compiler refuses others
	Declarations []*Declaration // all others, in the order of their kinds
	Main         *Body          // nil for a test file without one
}

// Write puts a program together.
func Write(parts Parts) *Program {
	var w writer
	w.add("package main\n\n", origin{})
	if parts.Main != nil {
		w.add(fmt.Sprintf("import %s \"flag\"\n", flagName), origin{})
	}
	for _, group := range [][]*Declaration{parts.Imports, parts.Declarations} {
		for _, d := range group {
			w.add(d.Text+"\n", origin{d.Cell, d.Line, d.Shift})
		}
		w.add("\n", origin{})
	}
	if parts.Main != nil {
		if !strings.HasPrefix(parts.Main.Text, mainHead) {
			// A main of the user's own need not parse flags, but the import must be used.
			w.add("var _ = "+flagName+".Parse\n", origin{})
		}
		w.add(parts.Main.Text+"\n", origin{parts.Main.Cell, parts.Main.Line, 0})
	}
	return &Program{Source: w.text.String(), lines: w.lines}
}

// StubMain is the main of a cell that has none.
func StubMain() *Body { return &Body{Text: mainHead + "\n}"} }

// ExecMain is the main of a cell that only calls a function.
func ExecMain(function string) *Body { return &Body{Text: mainHead + "\n" + function + "()\n}"} }

// writer gathers a program's text and the origin of its lines.
type writer struct {
	text  strings.Builder
	lines []origin
}

// add appends text that ends in a newline; its first line has the origin given.
func (w *writer) add(text string, from origin) {
	w.text.WriteString(text)
	for range strings.Count(text, "\n") {
		w.lines = append(w.lines, from)
		from.shift = 0
		if from.cell != 0 {
			from.line++
		}
	}
}

// Origin returns the place in a cell of a place in the program, both counted from 1, and whether
// there is one.
func (p *Program) Origin(line, column int) (Position, bool) {
	if line < 1 || line > len(p.lines) || p.lines[line-1].cell == 0 {
		return Position{}, false
	}
	from := p.lines[line-1]
	return Position{Cell: from.cell, Line: from.line, Column: max(column+from.shift, 1)}, true
}
