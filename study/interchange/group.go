// Package interchange writes results for other programs and reads theirs: lm-evaluation-harness (results and samples files),
// every_eval_ever (schema 0.3.0), RULER's prediction files, and the JSON of "needle in a haystack".
//
// Prompts are not in records, only their digests, so where another program has a prompt's text, the digest stands.
package interchange

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"longseq/data"
	"longseq/study"
	"longseq/study/stats"
)

// A group is the records of a model that are one number elsewhere: of one task, format, depth and length.
type group struct {
	model, task string
	length      int
	records     []*study.Record
}

// name is the task with what else a cell of it has: "niah_single essay-word-number depth 50".
func name(r *study.Record) string {
	text := r.Task
	if r.Format != "" {
		text += " " + r.Format
	}
	if r.Depth != data.AnyDepth {
		text += fmt.Sprintf(" depth %v", r.Depth)
	}
	if r.Distance > 0 {
		text += fmt.Sprintf(" distance %d", r.Distance)
	}
	return text
}

// groups returns the groups of records, in order of model, task and length.
func groups(records []study.Record) []group {
	type key struct {
		model, task string
		length      int
	}
	at := map[key]int{}
	var list []group
	for i := range records {
		r := &records[i]
		k := key{r.Model, name(r), r.Length}
		n, ok := at[k]
		if !ok {
			n = len(list)
			at[k] = n
			list = append(list, group{model: k.model, task: k.task, length: k.length})
		}
		list[n].records = append(list[n].records, r)
	}
	slices.SortFunc(list, func(a, b group) int {
		return cmp.Or(cmp.Compare(a.model, b.model), cmp.Compare(a.task, b.task), cmp.Compare(a.length, b.length))
	})
	return list
}

// scores returns the scores of a group.
func (g group) scores() []float64 {
	scores := make([]float64, len(g.records))
	for i, r := range g.records {
		scores[i] = r.Score
	}
	return scores
}

// mean returns the group's mean with its interval, and its standard error; ok is false where scores that are all the same have none.
func (g group) mean(confidence float64) (i stats.Interval, stderr float64, ok bool) {
	scores := g.scores()
	i = stats.Mean(scores, confidence)
	sum := 0.0
	for _, s := range scores {
		sum += (s - i.Center) * (s - i.Center)
	}
	if n := float64(len(scores)); n > 1 && sum > 0 {
		return i, math.Sqrt(sum / (n - 1) / n), true
	}
	return i, 0, false
}

// models returns the models of groups, in order.
func models(list []group) []string {
	var names []string
	for _, g := range list {
		if !slices.Contains(names, g.model) {
			names = append(names, g.model)
		}
	}
	return names
}
