package jupyter

import (
	"context"
	"errors"
	"io"
)

// NotebookOptions says how a notebook is run.
type NotebookOptions struct {
	Output      string    // file that the executed notebook is written to; "" is the notebook itself
	AllowErrors bool      // run on after a cell that fails
	Log         io.Writer // where progress is told, a line a cell; nil is nowhere
}

// RunNotebook executes the cells of a notebook in order, as Jupyter would, and writes it with its
// outputs. A cell that fails ends the run with an error, after what was done has been written.
func RunNotebook(ctx context.Context, path string, opts NotebookOptions) error {
	return errors.New("run notebook: not built in yet")
}

// CheckNotebook runs a copy of a notebook and returns where its outputs differ from those in the
// file, as far as they must not.
func CheckNotebook(ctx context.Context, path string, opts NotebookOptions) ([]Problem, error) {
	return nil, errors.New("check notebook: not built in yet")
}

// Problem is a finding about a notebook.
type Problem struct {
	Cell int    // number of the cell in the file, from 1
	Line int    // line in the cell, from 1; 0 for the cell as a whole
	Text string // what is wrong and what would be right
}

// LintNotebook returns where a notebook breaks the rules for notebooks that run under this kernel
// and under GoNB alike.
func LintNotebook(path string) ([]Problem, error) {
	return nil, errors.New("lint notebook: not built in yet")
}
