package report

import (
	"fmt"
	"strings"

	"longseq/study/compare"
	"longseq/study/figure"
)

// counted returns the options with what is behind each value of a figure: "5 seeds × 128 questions × 5 depths", or "one checkpoint,
// 128 questions × 5 depths" of models with one training seed. The caller's own count stays.
func counted(o figure.Options, values []Value) figure.Options {
	if o.Count == "" {
		o.Count = count(values)
	}
	return o
}

// count is the phrase of counted; empty without values.
func count(values []Value) string {
	var seeds, questions, tasks, lengths, formats, depths spread
	for _, v := range values {
		if v.N == 0 {
			continue
		}
		seeds.add(v.Seeds)
		questions.add(v.N / max(v.Pooled.Tasks*v.Pooled.Lengths, 1)) // tasks and lengths have questions of their own
		tasks.add(v.Pooled.Tasks)
		lengths.add(v.Pooled.Lengths)
		formats.add(v.Pooled.Formats)
		depths.add(v.Pooled.Depths)
	}
	if questions.most == 0 {
		return ""
	}
	parts := []string{questions.of("question")}
	for _, pooled := range []struct {
		spread
		name string
	}{{tasks, "task"}, {lengths, "length"}, {formats, "format"}, {depths, "depth"}} {
		if pooled.most > 1 {
			parts = append(parts, pooled.of(pooled.name))
		}
	}
	if seeds.most == 1 {
		return "one checkpoint, " + strings.Join(parts, " × ")
	}
	return seeds.of("seed") + " × " + strings.Join(parts, " × ")
}

// A spread is the least and the most of some numbers.
type spread struct{ least, most int }

func (s *spread) add(n int) {
	if s.most == 0 || n < s.least {
		s.least = n
	}
	s.most = max(s.most, n)
}

// of returns "5 depths", "1 question" or "3 to 5 seeds".
func (s spread) of(name string) string {
	if s.most == 1 {
		return "1 " + name
	}
	if s.least == s.most {
		return fmt.Sprintf("%d %ss", s.most, name)
	}
	return fmt.Sprintf("%d to %d %ss", s.least, s.most, name)
}

// valuesIn returns the values of series.
func valuesIn(all ...Series) []Value {
	var values []Value
	for _, series := range all {
		for _, p := range series.Points {
			values = append(values, p.Value)
		}
	}
	return values
}

// scopeOf says what the values are numbers of: "one checkpoint a model" or "architectures: means over training seeds".
func scopeOf(values []Value) string {
	checkpoints, architectures := false, false
	for _, v := range values {
		if v.N > 0 {
			checkpoints, architectures = checkpoints || v.Scope() == compare.Checkpoint, architectures || v.Scope() == compare.Architecture
		}
	}
	switch {
	case checkpoints && architectures:
		return "models with one training seed are one checkpoint, the others architectures under their recipe"
	case architectures:
		return "each value is of an architecture under its recipe"
	}
	return "each value is of one checkpoint: it says nothing about an architecture"
}
