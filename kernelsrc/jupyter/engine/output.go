package engine

import (
	"strings"
)

// Output takes what a cell puts out, in order. Its methods are called by one goroutine at a time,
// but for Input.
type Output interface {
	// Stream takes text of standard output ("stdout") or error ("stderr").
	Stream(name, text string)
	// Display takes an output of several alternatives by MIME type. With an id, an update replaces
	// the outputs that were shown under it.
	Display(d Display)
	// Input asks the user for a line. Where nobody can answer it returns an error at once.
	Input(prompt string, password bool) (string, error)
}

// Display is an output that is no text of a stream.
type Display struct {
	Data     map[string]any // by MIME type: strings, or what JSON can hold
	Metadata map[string]any
	ID       string // "" if it is never updated
	Update   bool   // replaces what was shown under ID
}

// CellError is the failure of a cell.
type CellError struct {
	Name      string   // CompileError, SyntaxError, Panic, ExitError, Interrupted or CommandError
	Value     string   // one line
	Traceback []string // lines for people, with ANSI colours
}

func (e *CellError) Error() string { return e.Name + ": " + e.Value }

// cellError returns an error whose traceback is its own text.
func cellError(name, text string) *CellError {
	value, _, _ := strings.Cut(text, "\n")
	return &CellError{Name: name, Value: value, Traceback: append([]string{red(name) + ": " + value}, strings.Split(text, "\n")[1:]...)}
}
