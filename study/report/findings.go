package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"longseq/study/compare"
	"longseq/study/figure"
	"longseq/study/stats"
)

// Findings says in sentences what the tests behind [Summary.TableByLength] show: at each length which architectures are above which
// others, and how large a difference the other pairs may hide; and the effective lengths. Models with one training seed are one
// checkpoint each: then it says only that.
func (s Summary) Findings() ([]string, error) {
	keys := []string{"length"}
	scores := s.index().Scores(keys, s.Confidence)
	if !architectures(scores) {
		return []string{onlyCheckpoints}, nil
	}
	differences, err := s.index().Differences(keys, s.Confidence)
	if err != nil {
		return nil, err
	}
	var sentences []string
	for _, length := range s.Lengths() {
		at := slices.DeleteFunc(slices.Clone(differences), func(d compare.Difference) bool { return *d.Length != length })
		sentences = append(sentences, fmt.Sprintf("At %d tokens %s.", length, s.order(at, scores, length)))
	}
	effective, err := s.EffectiveLengths(compare.Options{})
	if err != nil {
		return nil, err
	}
	names := s.names()
	slices.SortStableFunc(effective, func(a, b compare.Effective) int { return cmp.Compare(b.Length, a.Length) })
	var reach []string
	for _, e := range effective {
		reach = append(reach, fmt.Sprintf("%s %s", names[e.Model], e))
	}
	return append(sentences, fmt.Sprintf("Effective lengths in tokens, up to which the score is at least %.3g%%: %s.",
		100*compare.DefaultThreshold, strings.Join(reach, ", "))), nil
}

const onlyCheckpoints = "Each number is of one checkpoint, trained with one seed: nothing is said of architectures."

// architectures reports whether all scores are of architectures.
func architectures(scores []compare.Score) bool {
	return len(scores) > 0 && !slices.ContainsFunc(scores, func(s compare.Score) bool { return s.Scope != compare.Architecture })
}

// names are the readers' names of the groups, by the groups' names.
func (s Summary) names() map[string]string {
	names := map[string]string{}
	for _, g := range s.groups() {
		if names[g.name] = g.label; g.label == "" {
			names[g.name] = figure.Label(g.about.Architecture)
		}
	}
	return names
}

// order says which models are above which at a length: those with the same models below them together, the highest first.
func (s Summary) order(differences []compare.Difference, scores []compare.Score, length int) string {
	names := s.names()
	below := map[string][]string{} // by model, in the order of figures
	others, largest := 0, 0.0
	for _, d := range differences {
		switch {
		case d.PFamily > 1-s.Confidence:
			others, largest = others+1, max(largest, math.Abs(d.Low), math.Abs(d.High))
		case d.Difference > 0:
			below[d.A] = append(below[d.A], names[d.B])
		default:
			below[d.B] = append(below[d.B], names[d.A])
		}
	}
	at := slices.DeleteFunc(slices.Clone(scores), func(score compare.Score) bool { return *score.Length != length })
	slices.SortStableFunc(at, func(a, b compare.Score) int { return cmp.Compare(b.Score, a.Score) })
	var order []string
	above := map[string][]string{} // by what is below
	for _, score := range at {
		if of := below[score.Model]; of != nil {
			slices.Sort(of)
			key := list(of)
			if above[key] == nil {
				order = append(order, key)
			}
			above[key] = append(above[key], names[score.Model])
		}
	}
	var parts []string
	for _, key := range order {
		verb := "is"
		if len(above[key]) > 1 {
			verb = "are"
		}
		parts = append(parts, fmt.Sprintf("%s %s above %s", list(above[key]), verb, key))
	}
	if len(parts) == 0 {
		return fmt.Sprintf("no two are told apart; the intervals of their differences reach %.0f points", 100*largest)
	}
	switch {
	case others == 1:
		parts = append(parts, fmt.Sprintf("the other pair is not told apart, and the interval of its difference reaches %.0f points", 100*largest))
	case others > 1:
		parts = append(parts, fmt.Sprintf("the other %d pairs are not told apart, and the intervals of their differences reach %.0f points", others, 100*largest))
	}
	return strings.Join(parts, "; ")
}

// list writes "a, b and c".
func list(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// DepthFindings says of which architectures the newest needle, at depth 100%, is found more or less often than the oldest, at 0%, at the
// longest length. Each difference has a confidence that holds for all models together (Bonferroni).
func (s Summary) DepthFindings() ([]string, error) {
	lengths := s.Lengths()
	if len(lengths) == 0 {
		return nil, nil
	}
	longest, groups := lengths[len(lengths)-1], s.groups()
	scores := map[string]map[float64]compare.Score{}
	byDepth := s.At(longest).index().Scores([]string{"depth"}, s.Confidence)
	if !architectures(byDepth) {
		return []string{onlyCheckpoints}, nil
	}
	for _, score := range byDepth {
		if score.Depth != nil {
			if scores[score.Model] == nil {
				scores[score.Model] = map[float64]compare.Score{}
			}
			scores[score.Model][*score.Depth] = score
		}
	}
	names := s.names()
	var more, less, neither []string
	for _, g := range groups {
		d, ok := s.index().Contrast(g.name, longest, 100, 0, 1-(1-s.Confidence)/float64(len(groups)))
		if !ok {
			continue
		}
		words := fmt.Sprintf("%s (%.0f%% against %.0f%%)", names[g.name], 100*scores[g.name][100].Score, 100*scores[g.name][0].Score)
		switch {
		case d.Low > 0:
			more = append(more, words)
		case d.High < 0:
			less = append(less, words)
		default:
			neither = append(neither, words)
		}
	}
	var sentences []string
	for _, of := range []struct {
		words []string
		text  string
	}{
		{more, "At %d tokens the newest needle is found more often than the oldest by %s."},
		{less, "At %d tokens the newest needle is found less often than the oldest by %s."},
		{neither, "At %d tokens newest and oldest are not told apart in %s."},
	} {
		if len(of.words) > 0 {
			sentences = append(sentences, fmt.Sprintf(of.text, longest, list(of.words)))
		}
	}
	return sentences, nil
}

// FactorTable returns the shares of factors in the variance of scores, in percent. See [stats.VarianceComponents]. Where they cannot be told
// the table has no rows, and its note says why.
func (s Summary) FactorTable() Table {
	t := Table{Caption: "What scores vary with, percent of their variance", Columns: []string{"factor", "share"}}
	factors, why := s.index().Factors(s.Confidence)
	for _, f := range factors {
		t.Rows = append(t.Rows, TableRow{f.Factor, []TableValue{{Value: Value{
			Interval: stats.Interval{Center: f.Share, Low: f.Low, High: f.High, Confidence: s.Confidence, N: 1}, Seeds: 1}}}})
	}
	t.Note = fmt.Sprintf("Two factors with a colon: how much one's effect depends on the other. sample: questions, answers and what is left. %.3g%% intervals.", 100*s.Confidence)
	if why != "" {
		t.Note = upper(why) + "."
	}
	t.Note = s.warned(t.Note)
	return t
}
