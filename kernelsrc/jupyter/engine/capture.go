package engine

import (
	"context"
	"fmt"
	"os"
	"strings"
)

// capture obeys %capture [-a] FILE: it copies the cell's text to a file.
func (e *Engine) capture(words []string, r *request) error {
	flag := os.O_TRUNC
	if len(words) > 0 && words[0] == "-a" {
		flag, words = os.O_APPEND, words[1:]
	}
	if len(words) != 1 {
		return cellError("CommandError", "%capture takes one file, as in %capture -a log.txt")
	}
	file, err := os.OpenFile(e.resolve(words[0]), os.O_WRONLY|os.O_CREATE|flag, 0o644)
	if err != nil {
		return cellError("CommandError", fmt.Sprintf("%%capture: %v", err))
	}
	r.out = &captured{Output: r.out, file: file}
	r.closers = append(r.closers, file)
	return nil
}

// captured is an output that copies its text to a file.
type captured struct {
	Output
	file *os.File
}

// Stream implements Output.
func (c *captured) Stream(name, text string) {
	c.note(text)
	c.Output.Stream(name, text)
}

// Display implements Output.
func (c *captured) Display(d Display) {
	for _, mime := range []string{"text/markdown", "text/plain", "text/html"} {
		if text, ok := d.Data[mime].(string); ok {
			c.note(text + "\n")
			break
		}
	}
	c.Output.Display(d)
}

func (c *captured) note(text string) {
	if _, err := c.file.WriteString(text); err != nil {
		c.Output.Stream("stderr", fmt.Sprintf("%%capture: %v\n", err))
	}
}

// goWorkFix obeys %goworkfix: it adds a replacement for each module of go.work to go.mod, since go get does not read
// go.work.
func (e *Engine) goWorkFix(ctx context.Context, out Output) error {
	output, err := e.build.tool(ctx, "go", "list", "-m", "-f", "{{if ne .Dir \""+e.folder.path+"\"}}{{.Path}}={{.Dir}}{{end}}")
	if err != nil {
		return cellError("CommandError", "%goworkfix: "+strings.TrimSpace(output))
	}
	for module := range strings.Lines(output) {
		module = strings.TrimSpace(module)
		if module == "" {
			continue
		}
		if failed, err := e.build.tool(ctx, "go", "mod", "edit", "-replace="+module); err != nil {
			return cellError("CommandError", "%goworkfix: "+strings.TrimSpace(failed))
		}
		out.Stream("stdout", "added replace "+module+"\n")
	}
	return nil
}
