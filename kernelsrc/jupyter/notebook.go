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

// NotebookOptions says how a notebook is run.
type NotebookOptions struct {
	Output      string    // file that the executed notebook is written to; "" is the notebook itself
	AllowErrors bool      // run on after a cell that fails
	Log         io.Writer // where progress is told, a line a cell; nil is nowhere
}

// RunNotebook executes the cells of a notebook in order, as Jupyter would, and writes it with its
// outputs. A cell that fails ends the run with an error, after the notebook has been written with that
// error in it; cells after it keep what they had.
func RunNotebook(ctx context.Context, path string, opts NotebookOptions) error {
	n, err := nbformat.Read(path)
	if err != nil {
		return err
	}
	out := opts.Output
	if out == "" {
		out = path
	}
	if err := canHold(out); err != nil {
		return fmt.Errorf("run notebook %s: %w", path, err)
	}
	failed := executeNotebook(ctx, n, path, opts)
	if err := n.Write(out); err != nil {
		return errors.Join(failed, err)
	}
	return failed
}

// canHold reports why no file can be written at a path, so that it is known before a long run.
func canHold(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("output %s is a folder; name a file", path)
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return fmt.Errorf("output: %w", err)
	}
	return nil
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

// firstLine returns the line by which a reader knows a cell: the first that says more than %%.
func firstLine(source string) string {
	for line := range strings.Lines(source) {
		if strings.Trim(line, "% \t\r\n") != "" {
			return strings.TrimSpace(line)
		}
	}
	return strings.TrimSpace(source)
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
