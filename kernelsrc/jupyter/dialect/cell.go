package dialect

import (
	"fmt"
	"slices"
	"strings"
)

// Cell is the source of a cell, split into special lines and Go.
type Cell struct {
	Commands []Command // the special lines, in order
	// Raw is the command of a cell without Go, such as %%bash; nil: none. Body is the command's input.
	Raw  *Command
	Body string
	// Lines are the lines of the cell; those that are not Go are empty.
	Lines []string
	Main  int      // index in Lines of the line %%; -1 if there is none
	Args  []string // the program's arguments, from the last %% or %args
}

// Command is a special line with its continuation lines.
type Command struct {
	Kind byte   // '!' or '%'
	Text string // without that character
	Line int    // line of the cell, from 1
}

// Error is a syntax error in a cell.
type Error struct {
	Line   int // line of the cell, from 1
	Column int // byte of the line, from 1; 0: unknown
	Text   string
}

// Error returns the line and the text.
func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

// Split splits the source of a cell into special lines and Go. The error is an *Error.
func Split(source string) (*Cell, error) {
	lines := strings.Split(strings.ReplaceAll(source, "\r\n", "\n"), "\n")
	if raw := splitRaw(lines); raw != nil {
		return raw, nil
	}
	c := &Cell{Lines: lines, Main: -1}
	for i := 0; i < len(lines); i++ {
		start := i
		text, special := specialLine(lines[i])
		if !special {
			if strings.HasPrefix(lines[i], "package ") {
				lines[i] = ""
			}
			continue
		}
		lines[i] = ""
		for strings.HasSuffix(text, `\`) && i+1 < len(lines) {
			i++
			text = strings.TrimSuffix(text, `\`) + " " + lines[i]
			lines[i] = ""
		}
		if err := c.take(text, start); err != nil {
			return nil, &Error{Line: start + 1, Text: err.Error()}
		}
	}
	return c, nil
}

// take handles a special line that begins at an index of Lines: %% and %args here, others become Commands.
func (c *Cell) take(text string, at int) error {
	name, rest, _ := strings.Cut(strings.ReplaceAll(text, "\t", " "), " ")
	switch {
	case isRaw(name):
		return fmt.Errorf("%s can only be the first line of a cell", name)
	case name == "%%" || strings.HasPrefix(name, "%main"):
		if c.Main >= 0 {
			return fmt.Errorf("the cell has a second %s; main began at line %d", name, c.Main+1)
		}
		c.Main = at
		words, err := Words(rest)
		if err != nil {
			return err
		}
		c.Args = words
		return nil
	case name == "%args":
		words, err := Words(rest)
		if err != nil {
			return err
		}
		c.Args = words
		return nil
	}
	c.Commands = append(c.Commands, Command{Kind: text[0], Text: text[1:], Line: at + 1})
	return nil
}

// HasGo reports whether the cell has anything to compile.
func (c *Cell) HasGo() bool {
	for _, line := range c.Lines {
		if strings.TrimSpace(line) != "" {
			return true
		}
	}
	return c.Main >= 0
}

// specialLine returns a line without the prefix //gonb:, which hides special lines from editors, and whether it is
// special.
func specialLine(line string) (text string, special bool) {
	line = strings.TrimPrefix(line, "//gonb:")
	return line, len(line) >= 2 && (line[0] == '%' || line[0] == '!')
}

// splitRaw returns a cell whose first line makes the rest the input of a command, and nil for other cells.
func splitRaw(lines []string) *Cell {
	for i, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		text, _ := specialLine(line)
		name, _, _ := strings.Cut(strings.ReplaceAll(text, "\t", " "), " ")
		if !isRaw(name) {
			return nil
		}
		body := strings.Join(lines[i+1:], "\n")
		if body != "" && !strings.HasSuffix(body, "\n") {
			body += "\n"
		}
		return &Cell{Main: -1, Raw: &Command{Kind: '%', Text: text[1:], Line: i + 1}, Body: body}
	}
	return nil
}

// isRaw reports whether a command takes the rest of the cell as input.
func isRaw(name string) bool { return slices.Contains(inputCommands, name) }
