package compare

import (
	"fmt"
	"slices"

	"longseq/data"
	"longseq/study/stats"
)

// Factors returns the shares of factors in the variance of scores, over the strata that every training of every model has answered.
// Where these are not all combinations of their lengths, depths, formats and tasks, or scores do not vary, there are none, and a
// warning says why.
func (x *Index) Factors(confidence float64) ([]Factor, string) {
	var strata []stratum
	for _, s := range x.strata {
		if !slices.ContainsFunc(x.models, func(model string) bool { return !x.allAnswered(model, s) }) {
			strata = append(strata, s)
		}
	}
	if len(strata) == 0 {
		return []Factor{}, "no shares of factors: no task, length, depth and format was asked of all models and training seeds"
	}
	l := stats.Layout{Models: "architecture", Factors: []string{"length", "depth", "format", "task"}}
	levels := make([]map[string]int, len(l.Factors))
	for f := range levels {
		levels[f] = make(map[string]int)
	}
	for _, s := range strata {
		names := []string{fmt.Sprint(s.length), fmt.Sprint(s.depth != data.AnyDepth, s.depth), s.format, s.task}
		of := make([]int, len(names))
		for f, name := range names {
			if _, ok := levels[f][name]; !ok {
				levels[f][name] = len(levels[f])
			}
			of[f] = levels[f][name]
		}
		l.Levels = append(l.Levels, of)
	}
	for _, model := range x.models {
		var seeds [][][]float64
		for i := range x.seeds[model] {
			var of [][]float64
			for _, s := range strata {
				n := len(x.questions[s.group])
				of = append(of, x.scores[place{model, s}][i*n:(i+1)*n])
			}
			seeds = append(seeds, of)
		}
		l.Scores = append(l.Scores, seeds)
	}
	components, err := stats.VarianceComponents(l, confidence)
	if err != nil {
		return []Factor{}, fmt.Sprintf("no shares of factors: %v", err)
	}
	list := make([]Factor, len(components))
	for i, c := range components {
		list[i] = Factor{c.Factor, c.Share, c.Low, c.High}
	}
	return list, ""
}

// allAnswered reports whether every training of a model has answers in a stratum.
func (x *Index) allAnswered(model string, s stratum) bool {
	if x.scores[place{model, s}] == nil {
		return false
	}
	for i := range x.seeds[model] {
		if !x.answered(model, s, i) {
			return false
		}
	}
	return true
}
