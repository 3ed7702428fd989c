package engine

import (
	"strings"
)

// Output receives the outputs of a cell, in order. All methods but Input are called by one goroutine at a time.
type Output interface {
	// Stream receives text of standard output ("stdout") or standard error ("stderr").
	Stream(name, text string)
	// Display receives an output that is not text of a stream.
	Display(d Display)
	// Input asks the user for a line. If nobody can answer, it returns an error at once.
	Input(prompt string, password bool) (string, error)
}

// Display is an output that is not text of a stream: one content in alternative formats.
type Display struct {
	Data     map[string]any // by MIME type; values that JSON can encode
	Metadata map[string]any
	ID       string // display id; "": it is never updated
	Update   bool   // replaces what was displayed with this id
}

// CellError is the failure of a cell.
type CellError struct {
	Name      string   // CompileError, SyntaxError, Panic, ExitError, Interrupted or CommandError
	Value     string   // one line: what failed, with the line of the cell if it is known
	Traceback []string // lines for people, with ANSI colours
}

// Error returns the name and the value.
func (e *CellError) Error() string { return e.Name + ": " + e.Value }

// cellError returns a CellError whose traceback is the text.
func cellError(name, text string) *CellError {
	value, _, _ := strings.Cut(text, "\n")
	return &CellError{Name: name, Value: value, Traceback: append([]string{red(name) + ": " + value}, strings.Split(text, "\n")[1:]...)}
}
