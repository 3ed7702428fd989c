package jupyter

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"longseq/kernelsrc/jupyter/nbformat"
)

// Problem is something wrong with a notebook, and what would be right.
type Problem struct {
	Cell int    `json:"cell"` // number of the cell in the file, from 1; 0: the whole notebook
	Line int    `json:"line"` // line in the cell, from 1; 0: the whole cell
	Text string `json:"problem"`
}

// String returns the problem as one line.
func (p Problem) String() string {
	switch {
	case p.Cell == 0:
		return p.Text
	case p.Line == 0:
		return fmt.Sprintf("cell %d: %s", p.Cell, p.Text)
	}
	return fmt.Sprintf("cell %d, line %d: %s", p.Cell, p.Line, p.Text)
}

// CheckNotebook runs a copy of a notebook and returns where its outputs differ from those in the file in kind, MIME
// types or words, in plain text, HTML and Markdown. Numbers may differ, since trained accuracies and times are not the
// same on every machine, and pictures are not compared.
func CheckNotebook(ctx context.Context, path string, opts NotebookOptions) ([]Problem, error) {
	committed, err := nbformat.Read(path)
	if err != nil {
		return nil, err
	}
	fresh, err := nbformat.Read(path)
	if err != nil {
		return nil, err
	}
	if err := executeNotebook(ctx, fresh, path, opts); err != nil {
		return nil, err
	}
	var problems []Problem
	for i, cell := range committed.Cells {
		if text := compareOutputs(cell.Outputs, fresh.Cells[i].Outputs); text != "" {
			problems = append(problems, Problem{Cell: i + 1, Text: text})
		}
	}
	return problems, nil
}

// compareOutputs returns how the outputs of two runs of a cell differ, or "" if they do not.
func compareOutputs(old, fresh []nbformat.Output) string {
	was, is := structure(old), structure(fresh)
	for i := range max(len(was), len(is)) {
		switch {
		case i >= len(is):
			return fmt.Sprintf("output %d is in the file, but not in a fresh run: %s", i+1, was[i])
		case i >= len(was):
			return fmt.Sprintf("output %d is in a fresh run, but not in the file: %s", i+1, is[i])
		case was[i] != is[i]:
			return fmt.Sprintf("output %d is %s in the file, and %s in a fresh run", i+1, was[i], is[i])
		}
	}
	return ""
}

// What may differ between runs: times, of a minute or more as of seconds; numbers, with their thousands; the marks of
// what is best; and what is as wide as its numbers are, the frames of tables and progress bars.
var (
	took   = regexp.MustCompile(`(\d+ ?[hm] ?)*\d+(\.\d+)? (m|s|ms)\b`)
	number = regexp.MustCompile(`[-+]?\d+(\.\d+)?([eE][-+]?\d+)?(k\b)?|[█░]+`)
	mark   = regexp.MustCompile(`[─-╿]+|\*`)
)

// structure returns the part of each output that must not differ between runs.
func structure(outputs []nbformat.Output) []string {
	var list []string
	for _, output := range outputs {
		switch data, _ := output["data"].(map[string]any); {
		case data != nil:
			list = append(list, shown(data))
		case output["output_type"] == "error":
			list = append(list, fmt.Sprintf("error %v", output["ename"]))
		default:
			text, _ := output["text"].(string)
			list = append(list, fmt.Sprintf("%v: %s", output["name"], words(text)))
		}
	}
	return list
}

// shown returns the MIME types of an output and the words of those that are text: plain, HTML with its tags, Markdown.
func shown(data map[string]any) string {
	types := slices.Sorted(maps.Keys(data))
	parts := []string{fmt.Sprint(types)}
	for _, mime := range types {
		if text, ok := data[mime].(string); ok && strings.HasPrefix(mime, "text/") {
			parts = append(parts, words(text))
		}
	}
	return strings.Join(parts, " ")
}

// words returns a text with its times, numbers and spacing normalized, without marks.
func words(text string) string {
	text = took.ReplaceAllString(mark.ReplaceAllString(text, ""), "0 s")
	return strings.Join(strings.Fields(number.ReplaceAllString(text, " # ")), " ")
}
