// Package nbformat reads Jupyter notebook files of format 4 and writes them in format 4.5.
//
//	source   the text of a cell
//	output   text, a display or an error that a cell has produced
//	count    the execution count of a code cell
//	tag      a word in a cell's metadata, such as raises-exception
package nbformat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"longseq/internal/input"
	"longseq/internal/output"
)

// Notebook is a notebook file.
type Notebook struct {
	Cells    []*Cell
	Metadata map[string]any
}

// Cell is a cell of a notebook. Outputs and Count belong to code cells.
type Cell struct {
	ID       string
	Type     string // code, markdown or raw
	Source   string
	Metadata map[string]any
	Outputs  []Output
	Count    int // execution count; 0: not run

	attachments any // as read
}

// Output is an output as in the file, except that texts of several lines are one string.
type Output map[string]any

// maxBytes is the limit of a notebook file. Outputs with many figures take some 10 MB.
const maxBytes = 128 << 20

// Read reads a notebook file of at most 128 MiB.
func Read(path string) (*Notebook, error) {
	text, err := input.Read(path, maxBytes)
	if err != nil {
		return nil, fmt.Errorf("read notebook: %w", err)
	}
	n, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("read notebook %s: %w", path, err)
	}
	return n, nil
}

// rawCell is a cell as in the file.
type rawCell struct {
	ID          string           `json:"id"`
	Type        string           `json:"cell_type"`
	Source      any              `json:"source"`
	Metadata    map[string]any   `json:"metadata"`
	Outputs     []map[string]any `json:"outputs"`
	Count       *int             `json:"execution_count"`
	Attachments any              `json:"attachments"`
}

// parse parses the text of a notebook file.
func parse(text []byte) (*Notebook, error) {
	var raw struct {
		Major    int            `json:"nbformat"`
		Cells    []rawCell      `json:"cells"`
		Metadata map[string]any `json:"metadata"`
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // numbers in outputs and metadata are written as they were read
	if err := decoder.Decode(&raw); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text after the notebook's closing brace")
	}
	if raw.Major != 4 {
		return nil, fmt.Errorf("nbformat is %d, want 4", raw.Major)
	}
	n := &Notebook{Metadata: raw.Metadata}
	for i, r := range raw.Cells {
		if !slices.Contains([]string{"code", "markdown", "raw"}, r.Type) {
			return nil, fmt.Errorf("cell %d: cell_type is %q, want code, markdown or raw", i+1, r.Type)
		}
		c := &Cell{ID: r.ID, Type: r.Type, Source: joined(r.Source), Metadata: r.Metadata, attachments: r.Attachments}
		if r.Count != nil {
			c.Count = *r.Count
		}
		for _, output := range r.Outputs {
			c.Outputs = append(c.Outputs, joinOutput(output))
		}
		n.Cells = append(n.Cells, c)
	}
	return n, nil
}

// Write writes a notebook file atomically. Behind a symbolic link the file that it names is written.
func (n *Notebook) Write(path string) error {
	text, err := n.marshal()
	if err != nil {
		return fmt.Errorf("write notebook %s: %w", path, err)
	}
	if err := output.Write(path, text, 0o644); err != nil {
		return fmt.Errorf("write notebook: %w", err)
	}
	return nil
}

// marshal returns the text of the notebook file in format 4.5, indented as Jupyter does.
func (n *Notebook) marshal() ([]byte, error) {
	cells := []any{}
	for i, c := range n.Cells {
		raw := map[string]any{"id": n.id(i), "cell_type": c.Type, "source": lines(c.Source), "metadata": object(c.Metadata)}
		if c.attachments != nil {
			raw["attachments"] = c.attachments
		}
		if c.Type == "code" {
			outputs := []any{}
			for _, output := range c.Outputs {
				outputs = append(outputs, splitOutput(output))
			}
			raw["outputs"], raw["execution_count"] = outputs, nil
			if c.Count > 0 {
				raw["execution_count"] = c.Count
			}
		}
		cells = append(cells, raw)
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	err := encoder.Encode(map[string]any{"cells": cells, "metadata": object(n.Metadata), "nbformat": 4, "nbformat_minor": 5})
	return text.Bytes(), err
}

// id returns the identifier of the cell at an index. Files before format 4.5 have none: then it is made from the cell's
// number, so that the same notebook gives the same file.
func (n *Notebook) id(at int) string {
	if id := n.Cells[at].ID; id != "" {
		return id
	}
	id := fmt.Sprintf("cell-%d", at+1)
	for slices.ContainsFunc(n.Cells, func(c *Cell) bool { return c.ID == id }) {
		id += "-"
	}
	return id
}

// HasTag reports whether a cell has a tag.
func (c *Cell) HasTag(tag string) bool {
	tags, _ := c.Metadata["tags"].([]any)
	return slices.Contains(tags, any(tag))
}

// object returns m, or an empty map for nil, which JSON would encode as null.
func object(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

// joined returns a text that is a string or a list of lines in the file.
func joined(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case []any:
		var text strings.Builder
		for _, line := range value {
			if line, ok := line.(string); ok {
				text.WriteString(line)
			}
		}
		return text.String()
	}
	return ""
}

// lines returns a text as the list of its lines.
func lines(text string) []string {
	list := []string{}
	for line := range strings.Lines(text) {
		list = append(list, line)
	}
	return list
}

// isText reports whether contents of a MIME type are text, which is a list of lines in the file.
func isText(mime string) bool {
	return strings.HasPrefix(mime, "text/") || mime == "image/svg+xml" || mime == "application/javascript"
}

// joinOutput returns an output of a file with its texts joined.
func joinOutput(raw map[string]any) Output {
	output := Output(raw)
	if text, ok := output["text"]; ok {
		output["text"] = joined(text)
	}
	if data, ok := output["data"].(map[string]any); ok {
		for mime, content := range data {
			if _, list := content.([]any); list && (isText(mime) || strings.HasPrefix(mime, "image/")) {
				data[mime] = joined(content)
			}
		}
	}
	return output
}

// splitOutput returns an output with its texts split into lines, for a file.
func splitOutput(output Output) map[string]any {
	raw := make(map[string]any, len(output))
	for key, value := range output {
		raw[key] = value
	}
	if text, ok := raw["text"].(string); ok {
		raw["text"] = lines(text)
	}
	if data, ok := raw["data"].(map[string]any); ok {
		split := make(map[string]any, len(data))
		for mime, content := range data {
			if text, ok := content.(string); ok && isText(mime) {
				content = lines(text)
			}
			split[mime] = content
		}
		raw["data"] = split
	}
	return raw
}
