package report

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"longseq/study"
	"longseq/study/figure"
)

// A group is what a figure draws as one curve: the training seeds of a variant, or a model of no ablation.
type group struct {
	models []string
	about  study.PinnedModel // of the first
	label  string            // empty: the architecture's
	level  figure.Level
}

// base is what the group is a variant of, or empty.
func (g group) base() string {
	if g.about.Ablated == nil {
		return ""
	}
	return g.about.Ablated.Base
}

// settings are what the variant changes.
func (g group) settings() map[string]string {
	if g.about.Ablated == nil {
		return nil
	}
	return g.about.Ablated.Settings
}

// groups returns the groups of the summary's models, in their order.
func (s Summary) groups() []group {
	var all []group
	at := map[string]int{}
	for _, model := range s.Models {
		about := s.pinned(model)
		key := "model " + model
		if a := about.Ablated; a != nil {
			key = "variant " + a.Base + " " + a.Variant
		}
		if i, ok := at[key]; ok {
			all[i].models = append(all[i].models, model)
			continue
		}
		at[key] = len(all)
		all = append(all, group{models: []string{model}, about: about, label: about.Label})
	}
	for i, g := range all {
		if g.base() != "" {
			all[i].label, all[i].level = labelAndLevel(all, g)
		}
	}
	short := slices.Clone(all)
	for i, g := range short { // the same value of two bases
		if g.label != "" && slices.ContainsFunc(short, func(o group) bool { return o.label == g.label && o.base() != g.base() }) {
			all[i].label = figure.Label(g.about.Architecture) + ", " + g.label
		}
	}
	return all
}

// labelAndLevel returns the words and the place of a variant among those of its base.
func labelAndLevel(all []group, g group) (string, figure.Level) {
	var family []group
	keys := map[string]bool{}
	for _, o := range all {
		if o.base() == g.base() {
			family = append(family, o)
			for key := range o.settings() {
				keys[key] = true
			}
		}
	}
	label := g.about.Ablated.Variant
	if label == "" && g.about.Label != g.about.Name {
		label = g.about.Label // a note that the figure must have
	}
	level := figure.Level{Of: len(family)}
	level.At = slices.IndexFunc(family, func(o group) bool { return o.about.Name == g.about.Name })
	if len(keys) != 1 {
		return label, level
	}
	var key string
	for key = range keys {
	}
	var values []float64
	for _, o := range family {
		v, err := strconv.ParseFloat(o.settings()[key], 64)
		if err != nil {
			return label, level
		}
		values = append(values, v)
	}
	mine := values[level.At]
	slices.Sort(values)
	level.At, level.Ordered = slices.Index(values, mine), true
	return shortKey(key) + " " + g.settings()[key], level
}

// OrderedKey returns the key whose values order the variants of a base, or "" where there is none: then they differ in
// several keys, or in one without numbers.
func (s Summary) OrderedKey() string {
	for _, g := range s.groups() {
		if g.level.Ordered && g.level.Of > 1 {
			return keysOf([]group{g})[0]
		}
	}
	return ""
}

// shortKey is the last part of a key.
func shortKey(key string) string { return key[strings.LastIndexByte(key, '.')+1:] }

// curves returns the series as curves in percent, those of the training seeds of a variant as one: their mean, with each
// seed as a thin line. The mean has no interval, since that of pooled samples would leave out how seeds differ.
func (s Summary) curves(all []Series) []figure.Curve {
	var curves []figure.Curve
	for _, g := range s.groups() {
		var mine []figure.Curve
		for _, series := range all {
			if slices.Contains(g.models, series.Model) {
				mine = append(mine, s.curve(series))
			}
		}
		if len(mine) == 0 {
			continue
		}
		c := meanOf(mine)
		c.Name, c.Level = g.label, g.level
		curves = append(curves, c)
	}
	return curves
}

// meanOf returns the mean of curves at each x that one of them has; the only one as it is.
func meanOf(curves []figure.Curve) figure.Curve {
	c := curves[0]
	if len(curves) == 1 {
		return c
	}
	at := map[float64][]float64{}
	c.Points = nil
	for _, one := range curves {
		c.Seeds = append(c.Seeds, one.Points)
		for _, p := range one.Points {
			at[p.X] = append(at[p.X], p.Y)
		}
	}
	for _, x := range slices.Sorted(maps.Keys(at)) {
		c.Points = append(c.Points, figure.Point{X: x, Y: mean(at[x])})
	}
	return c
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// valuesOf returns the different values of a setting, as JSON: numbers ascending, others in the order of the models.
func valuesOf(all []group, key string) []string {
	var values []string
	for _, g := range all {
		if v, ok := g.settings()[key]; ok && !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	numbers := make(map[string]float64, len(values))
	for _, v := range values {
		n, err := strconv.ParseFloat(v, 64)
		if err != nil {
			return values
		}
		numbers[v] = n
	}
	slices.SortFunc(values, func(a, b string) int { return cmp.Compare(numbers[a], numbers[b]) })
	return values
}
