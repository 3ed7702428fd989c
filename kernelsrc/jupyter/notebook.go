package jupyter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"longseq/kernelsrc/jupyter/engine"
	"longseq/kernelsrc/jupyter/nbformat"
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
	n, err := nbformat.Read(path)
	if err != nil {
		return err
	}
	failed := executeNotebook(ctx, n, path, opts)
	out := opts.Output
	if out == "" {
		out = path
	}
	if err := n.Write(out); err != nil {
		return errors.Join(failed, err)
	}
	return failed
}

// executeNotebook runs all cells of a notebook and sets their outputs.
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
	for _, cell := range n.Cells {
		cell.Count, cell.Outputs = 0, nil
	}
	count := 0
	shown := make(map[string][]nbformat.Output)
	for i, cell := range n.Cells {
		if cell.Type != "code" || strings.TrimSpace(cell.Source) == "" {
			continue
		}
		count++
		cell.Count = count
		if opts.Log != nil {
			fmt.Fprintf(opts.Log, "%s: cell %d of %d\n", filepath.Base(path), i+1, len(n.Cells))
		}
		err := e.Execute(ctx, engine.Cell{Count: count, Source: cell.Source}, &collector{cell: cell, shown: shown})
		if err == nil {
			continue
		}
		failure := errorContent(err)
		failure["output_type"] = "error"
		cell.Outputs = append(cell.Outputs, failure)
		if ctx.Err() != nil || !opts.AllowErrors && !cell.HasTag("raises-exception") {
			return fmt.Errorf("run notebook %s: %s: %s", path, failure["ename"], failure["evalue"])
		}
	}
	return nil
}

// collector gathers the outputs of a cell as a notebook file holds them; it implements
// engine.Output.
type collector struct {
	cell  *nbformat.Cell
	shown map[string][]nbformat.Output // outputs of the notebook by display id
}

// Stream implements engine.Output: text of one stream in a row is one output.
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

// Input implements engine.Output: nobody is there to answer.
func (c *collector) Input(string, bool) (string, error) { return "", io.EOF }
