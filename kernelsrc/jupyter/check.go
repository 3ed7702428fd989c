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

// Problem is a finding about a notebook: what is wrong and what would be right.
type Problem struct {
	Cell int    `json:"cell"` // number of the cell in the file, from 1; 0 for the notebook as a whole
	Line int    `json:"line"` // line in the cell, from 1; 0 for the cell as a whole
	Text string `json:"problem"`
}

// String returns the finding as one line.
func (p Problem) String() string {
	switch {
	case p.Cell == 0:
		return p.Text
	case p.Line == 0:
		return fmt.Sprintf("cell %d: %s", p.Cell, p.Text)
	}
	return fmt.Sprintf("cell %d, line %d: %s", p.Cell, p.Line, p.Text)
}

// CheckNotebook runs a copy of a notebook and returns where its outputs differ in structure from
// those in the file: in their kinds, formats and words. Numbers may differ, since trained
// accuracies and times are not the same on every machine, and pictures are not compared.
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

// compareOutputs returns how the outputs of two runs of a cell differ, "" if they do not.
func compareOutputs(old, fresh []nbformat.Output) string {
	was, is := shapes(old), shapes(fresh)
	for i := range max(len(was), len(is)) {
		switch {
		case i >= len(is):
			return fmt.Sprintf("output %d is in the file, but a fresh run does not give it: %s", i+1, was[i])
		case i >= len(was):
			return fmt.Sprintf("a fresh run gives output %d, which is not in the file: %s", i+1, is[i])
		case was[i] != is[i]:
			return fmt.Sprintf("output %d is %s in the file, and %s in a fresh run", i+1, was[i], is[i])
		}
	}
	return ""
}

// number is what may differ between runs: a number and the bar of a progress.
var number = regexp.MustCompile(`[-+]?\d+(\.\d+)?([eE][-+]?\d+)?|[█░]+`)

// shapes returns what must be the same of each output.
func shapes(outputs []nbformat.Output) []string {
	var list []string
	for _, output := range outputs {
		switch data, _ := output["data"].(map[string]any); {
		case data != nil:
			text, _ := data["text/plain"].(string)
			list = append(list, fmt.Sprintf("%v: %s", slices.Sorted(maps.Keys(data)), words(text)))
		case output["output_type"] == "error":
			list = append(list, fmt.Sprintf("error %v", output["ename"]))
		default:
			text, _ := output["text"].(string)
			list = append(list, fmt.Sprintf("%v: %s", output["name"], words(text)))
		}
	}
	return list
}

// words returns a text without its numbers and its spacing.
func words(text string) string {
	return strings.Join(strings.Fields(number.ReplaceAllString(text, " # ")), " ")
}
