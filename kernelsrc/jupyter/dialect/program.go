package dialect

import (
	"fmt"
	"strings"
)

// flagName is the alias of package flag in a program, one that no user's code uses.
const flagName = "gonbflag"

// Program is a main.go, or the test file of a cell with %test.
type Program struct {
	Source string
	lines  []origin // by line of Source
}

// origin is where a line of a program comes from. The zero value is no cell.
type origin struct {
	cell, line, shift int
}

// Position is a position in a cell.
type Position struct {
	Cell   int // execution count
	Line   int // from 1
	Column int // byte of the line, from 1
}

// Parts are the parts of a program.
type Parts struct {
	Imports      []*Declaration // only those that the program uses: the compiler rejects others
	Declarations []*Declaration // all others, in the order of kinds
	Main         *Body          // nil for a test file without one
}

// Write returns the program of the parts.
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
			// The user's own main need not parse flags, but the import must be used.
			w.add("var _ = "+flagName+".Parse\n", origin{})
		}
		w.add(parts.Main.Text+"\n", origin{parts.Main.Cell, parts.Main.Line, 0})
	}
	return &Program{Source: w.text.String(), lines: w.lines}
}

// StubMain returns the main of a cell that has none.
func StubMain() *Body { return &Body{Text: mainHead + "\n}"} }

// ExecMain returns a main that calls a function.
func ExecMain(function string) *Body { return CallMain(function + "()") }

// CallMain returns a main that does a call.
func CallMain(call string) *Body { return &Body{Text: mainHead + "\n" + call + "\n}"} }

// ValueMark precedes the value in what a program with ValueMain prints.
const ValueMark = "\x00value\x00"

// printName is the name by which ValueMain calls package fmt, which a cell may have under any name.
const printName = "gonbfmt"

// ValueMain returns a main that prints the value of an expression after ValueMark. It needs ValueImports.
func ValueMain(expression string) *Body {
	return CallMain(fmt.Sprintf("%s.Print(%q + %s.Sprint(%s))", printName, ValueMark, printName, expression))
}

// ValueImports returns what ValueMain needs.
func ValueImports() []*Declaration {
	return []*Declaration{{Kind: Import, Names: []string{printName}, Path: "fmt", Text: "import " + printName + " \"fmt\""}}
}

// writer collects a program's text and the origins of its lines.
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

// Origin returns the position in a cell that a line and column of the program come from, both from 1. It returns false
// if they come from no cell.
func (p *Program) Origin(line, column int) (Position, bool) {
	if line < 1 || line > len(p.lines) || p.lines[line-1].cell == 0 {
		return Position{}, false
	}
	from := p.lines[line-1]
	return Position{Cell: from.cell, Line: from.line, Column: max(column+from.shift, 1)}, true
}
