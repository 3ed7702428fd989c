package study

import (
	"fmt"
	"maps"
	"slices"

	"longseq/data"
)

// A Part is a part of a plan's grid: the cells whose values are all in its lists. An empty list leaves nothing out.
type Part struct {
	Models  []string  `yaml:"models,flow,omitempty" json:",omitempty"`
	Tasks   []string  `yaml:"tasks,flow,omitempty" json:",omitempty"`
	Lengths []int     `yaml:"lengths,flow,omitempty" json:",omitempty"` // of a retention curve nothing is left out by them
	Depths  []float64 `yaml:"depths,flow,omitempty" json:",omitempty"`  // of tasks with depths
	Formats []string  `yaml:"formats,flow,omitempty" json:",omitempty"` // of tasks with formats; in full
}

// A Manner is how a model is asked, where it is not as its files say.
type Manner struct {
	Template string `yaml:"template,omitempty" json:",omitempty"` // of RULER
	Quirk    string `yaml:"quirk,omitempty" json:",omitempty"`    // a reference's departure from the architecture
	Dots     string `yaml:"dots,omitempty" json:",omitempty"`     // type of products with weights
}

// has reports whether a cell is in the part.
func (p Part) has(c Cell) bool {
	in := func(found bool, n int) bool { return n == 0 || found }
	return in(slices.Contains(p.Models, c.Model), len(p.Models)) &&
		in(slices.Contains(p.Tasks, c.Task), len(p.Tasks)) &&
		(c.Distance > 0 || in(slices.Contains(p.Lengths, c.Length), len(p.Lengths))) &&
		(c.Depth == data.AnyDepth || in(slices.Contains(p.Depths, c.Depth), len(p.Depths))) &&
		(c.Format == "" || in(slices.Contains(p.Formats, c.Format), len(p.Formats)))
}

// includes reports whether a cell of the plan's grid is in one of its parts.
func (p Plan) includes(c Cell) bool {
	return len(p.Only) == 0 || slices.ContainsFunc(p.Only, func(part Part) bool { return part.has(c) })
}

// checkParts returns an error for a part with a value that the grid does not have, and for a manner of no model.
func (p Plan) checkParts(formats []string) error {
	for i, part := range p.Only {
		field := func(name string) string { return fmt.Sprintf("only[%d].%s", i, name) }
		if err := firstError(
			checkWithin(field("models"), part.Models, p.Models),
			checkWithin(field("tasks"), part.Tasks, p.Tasks),
			checkWithin(field("lengths"), part.Lengths, p.Lengths),
			checkWithin(field("depths"), part.Depths, p.Depths),
			checkWithin(field("formats"), part.Formats, formats),
		); err != nil {
			return err
		}
	}
	if p.Ruler == "" && len(p.Manners) > 0 {
		return fmt.Errorf("plan: manners are given, but no ruler; want ruler: \"2024\" or head beside them")
	}
	return checkWithin("manners", slices.Sorted(maps.Keys(p.Manners)), p.Models)
}

// checkWithin refuses a value of a list that the grid's list does not have.
func checkWithin[T comparable](field string, values, grid []T) error {
	for _, v := range values {
		if !slices.Contains(grid, v) {
			return fmt.Errorf("plan: %s has %v, which is not in the plan's grid; want values of it", field, v)
		}
	}
	return nil
}

// parts returns the plan as a list of parts that are full.
func (p Plan) parts() []Part {
	whole := Part{p.Models, p.Tasks, p.Lengths, p.Depths, p.Formats}
	if len(p.Only) == 0 {
		return []Part{whole}
	}
	var full []Part
	for _, part := range p.Only {
		full = append(full, Part{or(part.Models, whole.Models), or(part.Tasks, whole.Tasks), or(part.Lengths, whole.Lengths),
			or(part.Depths, whole.Depths), or(part.Formats, whole.Formats)})
	}
	return full
}

func or[T any](list, otherwise []T) []T {
	if len(list) > 0 {
		return list
	}
	return otherwise
}

// union returns a plan with the cells of both and the larger number of samples. All else is o's.
func (p Plan) union(o Plan) Plan {
	u := o
	u.Models, u.Tasks, u.Lengths = join(p.Models, o.Models), join(p.Tasks, o.Tasks), join(p.Lengths, o.Lengths)
	u.Depths, u.Formats = join(p.Depths, o.Depths), join(p.Formats, o.Formats)
	u.Samples = max(p.Samples, o.Samples)
	u.Only = append(p.parts(), o.parts()...)
	u.Manners = maps.Clone(p.Manners)
	if u.Manners == nil {
		u.Manners = map[string]Manner{}
	}
	maps.Copy(u.Manners, o.Manners)
	return u
}

// join returns the values of both lists, each once.
func join[T comparable](a, b []T) []T {
	var all []T
	for _, v := range slices.Concat(a, b) {
		if !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return all
}
