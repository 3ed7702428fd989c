package engine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// shell runs a command line in a folder. A failing command does not fail the cell.
func (e *Engine) shell(ctx context.Context, line, dir string, out Output) {
	e.process(ctx, command{argv: []string{"/bin/bash", "-c", line}, dir: dir, env: e.environment()}, out)
}

// process runs a command that may fail; its error goes to standard error.
func (e *Engine) process(ctx context.Context, c command, out Output) {
	if err := e.run(ctx, c, newPump(out, nil)); err != nil {
		out.Stream("stderr", err.Error()+"\n")
	}
}

// environment returns the environment of the notebook's processes.
func (e *Engine) environment() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append(os.Environ(), e.env...)
}

// raw runs a cell whose first line is a command and the rest its input.
func (e *Engine) raw(ctx context.Context, text, body string, out Output) error {
	name, rest, _ := strings.Cut(strings.ReplaceAll(text, "\t", " "), " ")
	if name == "%writefile" {
		return e.writeFile(rest, body, out)
	}
	line := strings.TrimSpace(rest)
	switch {
	case name == "%bash":
		line = strings.TrimSpace("/bin/bash " + line)
	case name == "%sh":
		line = strings.TrimSpace("/bin/sh " + line)
	case line == "":
		return cellError("CommandError", "%%script needs a command, as in %%script python3")
	}
	e.process(ctx, command{argv: []string{"/bin/bash", "-c", line}, dir: e.directory(), env: e.environment(), stdin: strings.NewReader(body)}, out)
	return nil
}

// writeFile obeys %%writefile [-a] PATH.
func (e *Engine) writeFile(rest, body string, out Output) error {
	path, add := strings.TrimSpace(rest), false
	if after, ok := strings.CutPrefix(path, "-a "); ok {
		path, add = strings.TrimSpace(after), true
	}
	path = strings.Trim(path, `"`)
	if path == "" {
		return cellError("CommandError", "%%writefile needs a path, as in %%writefile notes.txt")
	}
	path = e.resolve(path)
	flag, done := os.O_TRUNC, "Overwriting"
	if _, err := os.Stat(path); err != nil {
		done = "Writing"
	}
	if add {
		flag, done = os.O_APPEND, "Appending to"
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|flag, 0o644)
	if err != nil {
		return cellError("CommandError", fmt.Sprintf("write file: %v", err))
	}
	_, err = file.WriteString(body)
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return cellError("CommandError", fmt.Sprintf("write file: %v", err))
	}
	out.Stream("stderr", fmt.Sprintf("%s %s\n", done, path))
	return nil
}

// resolve expands ~ and variables in a path and makes it absolute, relative to the notebook's directory.
func (e *Engine) resolve(path string) string {
	path = os.Expand(path, func(name string) string { return e.variable(name) })
	if path == "~" || strings.HasPrefix(path, "~/") {
		path = e.variable("HOME") + path[1:]
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(e.directory(), path)
	}
	return path
}

// variable returns the value of a variable in the notebook's environment.
func (e *Engine) variable(name string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	value := os.Getenv(name)
	for _, set := range e.env {
		if rest, ok := strings.CutPrefix(set, name+"="); ok {
			value = rest
		}
	}
	return value
}

// setVariable changes the notebook's environment.
func (e *Engine) setVariable(name, value string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i, set := range e.env {
		if strings.HasPrefix(set, name+"=") {
			e.env[i] = name + "=" + value
			return
		}
	}
	e.env = append(e.env, name+"="+value)
}
