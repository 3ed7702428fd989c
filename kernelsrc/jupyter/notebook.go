package jupyter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"longseq/kernelsrc/jupyter/engine"
	"longseq/kernelsrc/jupyter/nbformat"
)

// NotebookOptions are the options of RunNotebook and CheckNotebook.
type NotebookOptions struct {
	Output      string    // file to write the executed notebook to; "": the notebook itself
	AllowErrors bool      // continue after a cell that fails
	Log         io.Writer // receives a line of progress for each cell; may be nil
}

// RunNotebook executes the cells of a notebook in order, as Jupyter would, and writes it with their outputs. If a
// cell fails, RunNotebook writes the notebook with the error in it and returns an error; later cells keep the outputs
// they had. A cell tagged raises-exception may fail.
func RunNotebook(ctx context.Context, path string, opts NotebookOptions) error {
	n, err := nbformat.Read(path)
	if err != nil {
		return err
	}
	out := opts.Output
	if out == "" {
		out = path
	}
	if err := checkOutput(out); err != nil {
		return fmt.Errorf("run notebook %s: %w", path, err)
	}
	failed := executeNotebook(ctx, n, path, opts)
	if err := n.Write(out); err != nil {
		return errors.Join(failed, err)
	}
	return failed
}

// checkOutput returns an error if no file can be written at a path. It is called before a long run.
func checkOutput(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("output %s is a folder: name a file", path)
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return fmt.Errorf("output: %w", err)
	}
	return nil
}

// executeNotebook executes all cells of a notebook and sets their outputs and execution counts.
func executeNotebook(ctx context.Context, n *nbformat.Notebook, path string, opts NotebookOptions) error {
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("run notebook: %w", err)
	}
	e, err := engine.New(ctx, engine.Options{Dir: dir, Version: version()})
	if err != nil {
		return fmt.Errorf("run notebook: %w", err)
	}
	defer e.Close()
	count := 0
	shown := make(map[string][]nbformat.Output)
	for i, cell := range n.Cells {
		if cell.Type != "code" {
			continue
		}
		cell.Count, cell.Outputs = 0, nil
		if strings.TrimSpace(cell.Source) == "" {
			continue
		}
		count++
		cell.Count = count
		if opts.Log != nil {
			fmt.Fprintf(opts.Log, "%s: cell %d of %d: %s\n", filepath.Base(path), i+1, len(n.Cells), firstLine(cell.Source))
		}
		err := e.Execute(ctx, engine.Cell{Count: count, Source: cell.Source}, &collector{cell: cell, shown: shown})
		if err == nil {
			continue
		}
		failure := errorContent(err)
		failure["output_type"] = "error"
		cell.Outputs = append(cell.Outputs, failure)
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("run notebook %s: interrupted in cell %d of %d: %w", path, i+1, len(n.Cells), ctx.Err())
		case !opts.AllowErrors && !cell.HasTag("raises-exception"):
			return fmt.Errorf("run notebook %s: cell %d of %d: %s: %s", path, i+1, len(n.Cells), failure["ename"], failure["evalue"])
		}
	}
	return nil
}

// firstLine returns a line by which a reader recognizes a cell: the first apart from %% and the flush that cells with
// figures begin with.
func firstLine(source string) string {
	for line := range strings.Lines(source) {
		if line = strings.TrimSpace(line); strings.Trim(line, "% ") != "" && line != "defer display.Flush()" {
			return line
		}
	}
	return strings.TrimSpace(source)
}

// collector stores the outputs of a cell in the notebook. It implements engine.Output.
type collector struct {
	cell  *nbformat.Cell
	shown map[string][]nbformat.Output // outputs of all cells by display id
}

// Stream implements engine.Output. Consecutive text of one stream becomes one output.
func (c *collector) Stream(name, text string) {
	if last := len(c.cell.Outputs) - 1; last >= 0 && c.cell.Outputs[last]["name"] == name {
		before, _ := c.cell.Outputs[last]["text"].(string)
		c.cell.Outputs[last]["text"] = before + text
		return
	}
	c.cell.Outputs = append(c.cell.Outputs, nbformat.Output{"output_type": "stream", "name": name, "text": text})
}

// Display implements engine.Output.
func (c *collector) Display(d engine.Display) {
	_, content := displayContent(d)
	if d.Update {
		for _, output := range c.shown[d.ID] {
			output["data"], output["metadata"] = content["data"], content["metadata"]
		}
		return
	}
	output := nbformat.Output{"output_type": "display_data", "data": content["data"], "metadata": content["metadata"]}
	c.cell.Outputs = append(c.cell.Outputs, output)
	if d.ID != "" {
		c.shown[d.ID] = append(c.shown[d.ID], output)
	}
}

// Input implements engine.Output. Nobody is there to answer.
func (c *collector) Input(string, bool) (string, error) { return "", io.EOF }
