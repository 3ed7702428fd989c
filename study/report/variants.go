package report

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"longseq/study"
	"longseq/study/compare"
	"longseq/study/figure"
)

// A group is what a figure draws as one curve: the training seeds of a variant, or a model of no ablation.
type group struct {
	name   string // of its models without the training seed
	models []string
	about  study.PinnedModel // of the first
	label  string            // empty: the architecture's
	level  figure.Level
}

// has reports whether a record is of one of the group's models.
func (g group) has(r *study.Record) bool { return slices.Contains(g.models, r.Model) }

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
		name := model
		if a := about.Ablated; a != nil {
			name = compare.ModelOf(model, a.Variant, a.TrainSeed)
		}
		if i, ok := at[name]; ok {
			all[i].models = append(all[i].models, model)
			continue
		}
		at[name] = len(all)
		label := about.Label
		if label == "" && about.Architecture != name {
			label = name
		}
		all = append(all, group{name: name, models: []string{model}, about: about, label: label})
	}
	for i, g := range all {
		alone := !slices.ContainsFunc(all, func(o group) bool { return o.base() == g.base() && o.name != g.name })
		if a := g.about.Ablated; a != nil && (a.Variant != "" || !alone) {
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

// curves returns the series as curves in percent, with each of several training seeds as a thin line.
func (s Summary) curves(all []Series) []figure.Curve {
	groups := s.groups()
	var curves []figure.Curve
	for _, series := range all {
		g := groups[slices.IndexFunc(groups, func(g group) bool { return g.name == series.Model })]
		c := figure.Curve{Name: g.label, Architecture: g.about.Architecture, Trained: g.about.Trained, Level: g.level}
		seeds := map[int64][]figure.Point{}
		for _, p := range series.Points {
			c.Points = append(c.Points, pointOf(p.X, p.Value))
			for _, one := range p.Each {
				seeds[one.Seed] = append(seeds[one.Seed], figure.Point{X: p.X, Y: inPercent(one.Score)})
			}
		}
		c.Seeds = linesOf(seeds)
		curves = append(curves, c)
	}
	return curves
}

// pointOf is a value as a point in percent.
func pointOf(x float64, v Value) figure.Point {
	return figure.Point{X: x, Y: inPercent(v.Center), Low: inPercent(v.Low), High: inPercent(v.High), N: v.N, Seeds: v.Seeds}
}

// inPercent is a fraction in percent, without what rounding leaves of weighted sums.
func inPercent(fraction float64) float64 { return math.Round(1e11*fraction) / 1e9 }

// linesOf returns the lines of several training seeds; none of one.
func linesOf(seeds map[int64][]figure.Point) []figure.Seed {
	if len(seeds) < 2 {
		return nil
	}
	var lines []figure.Seed
	for _, seed := range slices.Sorted(maps.Keys(seeds)) {
		lines = append(lines, figure.Seed{Number: seed, Points: seeds[seed]})
	}
	return lines
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
