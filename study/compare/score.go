package compare

import (
	"cmp"
	"fmt"
	"slices"

	"longseq/data"
)

// A Score is a model's mean score, or log-probability, in a cell.
type Score struct {
	Model string `json:"model"`
	Cell
	N          int     `json:"n"`     // questions
	Seeds      int     `json:"seeds"` // trainings
	Scope      string  `json:"scope"`
	Score      float64 `json:"score"`
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	Confidence float64 `json:"confidence"`
	Method     string  `json:"method"`

	Pooled Pooled      `json:"-"`
	Each   []SeedScore `json:"-"` // of each training, by its seed
}

// A SeedScore is the number of one training.
type SeedScore struct {
	Seed  int64
	Score float64
}

// Pooled counts the different values of what a number pools. A value of 1 is not pooled; 0: the answers have none.
type Pooled struct{ Lengths, Tasks, Formats, Depths int }

// Scores returns each model's number in each cell of the keys, model by model.
func (x *Index) Scores(by []string, confidence float64) []Score {
	list := []Score{}
	for _, c := range x.cells(by) {
		for _, model := range x.models {
			p, ok := x.pool(model, c.strata)
			if !ok {
				continue
			}
			i := estimate(p.Pool, confidence)
			if x.unbounded {
				i.High = min(i.High, 0) // a log-probability is at most that
			}
			s := Score{Model: model, Cell: c.Cell, N: i.N, Seeds: p.Seeds, Scope: scope(p.Pool), Score: i.Center, Low: i.Low, High: i.High,
				Confidence: i.Confidence, Method: i.Method, Pooled: countPooled(p.strata)}
			for k, number := range p.Numbers() {
				s.Each = append(s.Each, SeedScore{p.seeds[k], number})
			}
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b Score) int { return cmp.Compare(a.Model, b.Model) })
	return list
}

func countPooled(strata []stratum) Pooled {
	lengths, tasks, formats, depths := map[int]bool{}, map[string]bool{}, map[string]bool{}, map[float64]bool{}
	for _, s := range strata {
		lengths[s.length], tasks[s.task] = true, true
		if s.format != "" {
			formats[s.format] = true
		}
		if s.depth != data.AnyDepth {
			depths[s.depth] = true
		}
	}
	return Pooled{len(lengths), len(tasks), len(formats), len(depths)}
}

// incomplete returns a warning for each model with training seeds that numbers leave out.
func (x *Index) incomplete() []string {
	var warnings []string
	for _, model := range x.models {
		left := 0
		for _, c := range x.cells([]string{"length"}) {
			p, _ := x.pool(model, c.strata)
			left = max(left, p.left)
		}
		if left > 0 {
			warnings = append(warnings, fmt.Sprintf("%s: %d training seeds are left out, which have not answered at all that others have", model, left))
		}
	}
	return warnings
}
