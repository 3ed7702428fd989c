package reproduce

import (
	"fmt"
	"slices"

	"longseq/data/ruler"
	"longseq/study"
)

// selections returns the scores that are evaluated of each subject, by table. A table that has no row of a model, or none of the
// lengths, is left out where several are asked for.
func (o Options) selections(subjects []subject) ([][]selection, error) {
	all := make([][]selection, len(subjects))
	any := false
	for i, s := range subjects {
		for _, table := range o.Tables {
			sel := selection{table: table, model: s.paper, lengths: o.Lengths}
			if sel.paperTable().Number == 0 || o.Model != "" && len(o.Tables) == 1 {
				if _, err := sel.entries(); err != nil {
					return nil, err
				}
			}
			if sel.has() {
				all[i] = append(all[i], sel.within())
				any = true
			}
		}
	}
	if !any {
		return nil, wrong("Lengths", "none of the tables %v has any of the lengths %v of the models", o.Tables, o.Lengths)
	}
	return all, nil
}

// plan returns the plan that asks all subjects for their selected scores: the tables' samples, each once.
func (o Options) plan(subjects []subject, selections [][]selection) (study.Plan, error) {
	plan := study.Plan{Name: "the paper's tables", Samples: o.Samples, Seeds: []int64{ruler.Seed2024}, Batch: batch,
		Ruler: string(o.RulerVersion), Weights: true}
	if len(o.Tables) == 1 {
		plan.Name = fmt.Sprintf("Table %d", o.Tables[0])
	}
	if plan.Samples == 0 {
		plan.Samples = PaperSamples
	}
	for i, s := range subjects {
		if len(selections[i]) == 0 {
			continue
		}
		plan.Models = append(plan.Models, s.name)
		if s.manner != (study.Manner{}) {
			if plan.Manners == nil {
				plan.Manners = map[string]study.Manner{}
			}
			plan.Manners[s.name] = s.manner
		}
		for _, sel := range selections[i] {
			part, err := sel.part(s.name)
			if err != nil {
				return plan, err
			}
			plan.Only = add(plan.Only, part)
		}
	}
	for _, part := range plan.Only {
		plan.Tasks, plan.Lengths = include(plan.Tasks, part.Tasks), include(plan.Lengths, part.Lengths)
		plan.Depths, plan.Formats = include(plan.Depths, part.Depths), include(plan.Formats, part.Formats)
	}
	slices.SortFunc(plan.Tasks, func(a, b string) int { return slices.Index(taskOrder, a) - slices.Index(taskOrder, b) })
	slices.Sort(plan.Lengths)
	slices.Sort(plan.Depths)
	if len(plan.Only) == 1 {
		plan.Only = nil
	}
	return plan, nil
}

// taskOrder is the order of tasks in plans.
var taskOrder = append(ruler.TaskNames(), ruler.SingleNeedle)

// add adds a part to a list: as more models or tasks of one that is otherwise the same, and not at all if one has it.
func add(parts []study.Part, p study.Part) []study.Part {
	for i, q := range parts {
		sameLengths := slices.Equal(p.Lengths, q.Lengths) && slices.Equal(p.Depths, q.Depths) && slices.Equal(p.Formats, q.Formats)
		switch {
		case within(p.Models, q.Models) && within(p.Tasks, q.Tasks) && within(p.Lengths, q.Lengths) && within(p.Depths, q.Depths) && within(p.Formats, q.Formats):
			return parts
		case sameLengths && slices.Equal(p.Models, q.Models):
			parts[i].Tasks = include(q.Tasks, p.Tasks)
			return merge(parts, i)
		case sameLengths && slices.Equal(p.Tasks, q.Tasks):
			parts[i].Models = include(q.Models, p.Models)
			return merge(parts, i)
		}
	}
	return append(parts, p)
}

// merge adds the part at i, which has grown, to the others anew.
func merge(parts []study.Part, i int) []study.Part {
	grown := parts[i]
	return add(slices.Delete(slices.Clone(parts), i, i+1), grown)
}

// within reports whether a list has all values of another.
func within[T comparable](values, list []T) bool {
	return !slices.ContainsFunc(values, func(v T) bool { return !slices.Contains(list, v) })
}

// include appends the values that a list does not have.
func include[T comparable](list, values []T) []T {
	list = slices.Clone(list)
	for _, v := range values {
		if !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	return list
}
