package study

import (
	"fmt"
	"strings"

	"longseq/data"
)

// A Cell is one point of a plan's grid: a model, a task and its parameters. A cell of a retention curve
// has a Distance and no Length or Depth.
type Cell struct {
	// ID is the hash of everything that determines the cell's results: the model and its digest, the
	// fields below, the corpus, and the versions of task and scorer. It does not depend on the number of
	// samples, so that a cell can be extended. Empty until the plan is resolved.
	ID       string
	Model    string
	Task     string
	Length   int     // tokens of prompt and answer budget
	Depth    float64 // percent, or data.AnyDepth
	Format   string  // haystack-key-value; empty where the task has none
	Seed     int64
	Distance int // tokens between needle and question; 0 outside a retention curve
}

// String describes the cell in the words of a plan: "mamba2 recall essay-word-word length 256 depth 50 seed 1".
func (c Cell) String() string { return c.Model + " " + c.question() }

// question is String without the model.
func (c Cell) question() string {
	words := []string{c.Task}
	if c.Format != "" {
		words = append(words, c.Format)
	}
	if c.Length != 0 {
		words = append(words, fmt.Sprintf("length %d", c.Length))
	}
	if c.Depth != data.AnyDepth {
		words = append(words, fmt.Sprintf("depth %v", c.Depth))
	}
	if c.Distance != 0 {
		words = append(words, fmt.Sprintf("distance %d", c.Distance))
	}
	return strings.Join(append(words, fmt.Sprintf("seed %d", c.Seed)), " ")
}

var errTooManyCells = fmt.Errorf("models, tasks, lengths, depths, formats and seeds make more than %d cells, the limit; divide the plan", maxCells)

// cells enumerates the plan, which must have its defaults: by model first, so that each is loaded
// once; then task, format, length, depth and seed, and last the distances of a retention curve.
func (p Plan) cells(tasks Tasks) ([]Cell, error) {
	var cells []Cell
	for _, model := range p.Models {
		for _, name := range p.Tasks {
			kind, err := tasks.Find(name)
			if err != nil {
				return nil, err
			}
			formats, depths := []string{""}, []float64{data.AnyDepth}
			if kind.HasFormat {
				formats = p.Formats
			}
			if kind.HasDepth {
				depths = p.Depths
			}
			for _, format := range formats {
				for _, length := range p.Lengths {
					for _, depth := range depths {
						for _, seed := range p.Seeds {
							cell := Cell{Model: model, Task: name, Length: length, Depth: depth, Format: format, Seed: seed}
							if !p.includes(cell) {
								continue
							}
							if len(cells) == maxCells {
								return nil, errTooManyCells
							}
							cells = append(cells, cell)
						}
					}
				}
			}
			if kind.Readings == nil {
				continue
			}
			for _, format := range formats {
				for _, seed := range p.Seeds {
					for _, distance := range p.Distances {
						cell := Cell{Model: model, Task: name, Depth: data.AnyDepth, Format: format, Seed: seed, Distance: distance}
						if !p.includes(cell) {
							continue
						}
						if len(cells) == maxCells {
							return nil, errTooManyCells
						}
						cells = append(cells, cell)
					}
				}
			}
		}
	}
	return cells, nil
}
