package report

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"longseq/internal/nearmiss"
	"longseq/study"
	"longseq/study/figure"
)

// Quantities that accuracy can be drawn against, beside the keys that a plan varies.
const (
	ByState  = "state"  // bytes of state at the length
	ByParams = "params" // parameters
	ByFLOPs  = "flops"  // floating point operations of reading a prompt of the length
)

// FactorFigure draws accuracy against a key that an ablation varies, such as config.ssm_cfg.d_state, or against a quantity of
// the models: ByState, ByParams or ByFLOPs. The summary's records should be of one length, in tokens; 0 pools all lengths, which
// only a key and ByParams allow. Variants that differ in other keys are lines of their own, training seeds thin ones. See
// [figure.FactorCurves].
func (s Summary) FactorFigure(x string, length int, o figure.Options) (*figure.Figure, error) {
	s, groups, err := s.ablated(length)
	if err != nil {
		return nil, err
	}
	x = whole(x, groups)
	by, value, err := s.factor(x, length, groups)
	if err != nil {
		return nil, err
	}
	var order []string
	lines := map[string][]group{}
	for _, g := range groups {
		if _, ok := value(g); !ok {
			continue
		}
		key := lineOf(g, x, by.Values == nil)
		if lines[key] == nil {
			order = append(order, key)
		}
		lines[key] = append(lines[key], g)
	}
	var curves []figure.Curve
	perArchitecture := map[string]int{}
	values := s.values()
	for _, key := range order {
		c := line(lines[key], value, values)
		if len(lines[key]) == 1 {
			c.Name = lines[key][0].label
		}
		if others := othersOf(lines[key][0], x); by.Values != nil && others != "" {
			c.Name = figure.Label(c.Architecture) + ", " + others
		} else if by.Values != nil {
			c.Name = ""
		}
		c.Level = figure.Level{At: perArchitecture[c.Architecture]}
		perArchitecture[c.Architecture]++
		curves = append(curves, c)
	}
	for i := range curves {
		curves[i].Level.Of = perArchitecture[curves[i].Architecture]
	}
	if o.Heading == "" {
		if o.Heading = "all lengths"; length > 0 {
			o.Heading = fmt.Sprintf("%d tokens", length)
		}
	}
	return s.withProvenance(figure.FactorCurves(curves, by, counted(s.withChance(o), slices.Collect(maps.Values(values)))))
}

// FactorMap draws accuracy as colour over two keys that an ablation of one base varies. length is as in FactorFigure. See
// [figure.FactorHeatmap].
func (s Summary) FactorMap(x, y string, length int, o figure.Options) (*figure.Figure, error) {
	s, groups, err := s.ablated(length)
	if err != nil {
		return nil, err
	}
	x, y = whole(x, groups), whole(y, groups)
	g := figure.FactorGrid{X: figure.Factor{Key: x, Label: shortKey(x)}, Y: figure.Factor{Key: y, Label: shortKey(y)}}
	across, up := valuesOf(groups, x), valuesOf(groups, y)
	for _, missing := range []struct {
		key    string
		values []string
	}{{x, across}, {y, up}} {
		if len(missing.values) == 0 {
			return nil, fmt.Errorf("figure: %w", nearmiss.Unknown("factor", missing.key, keysOf(groups)))
		}
	}
	for range up {
		row := make([]float64, len(across))
		for i := range row {
			row[i] = math.NaN()
		}
		g.Scores = append(g.Scores, row)
	}
	values := s.values()
	for _, one := range groups {
		i, j := slices.Index(across, one.settings()[x]), slices.Index(up, one.settings()[y])
		if i < 0 || j < 0 {
			continue
		}
		if name := figure.Label(one.about.Architecture); g.Name == "" {
			g.Name = name
		} else if !math.IsNaN(g.Scores[j][i]) {
			return nil, fmt.Errorf("figure: two variants have the same %s and %s: a heatmap needs one base and two keys", x, y)
		}
		g.Scores[j][i] = inPercent(values[one.name].Center)
	}
	for _, v := range across {
		g.XLabels = append(g.XLabels, strings.Trim(v, `"`))
	}
	for _, v := range up {
		g.YLabels = append(g.YLabels, strings.Trim(v, `"`))
	}
	if length > 0 && o.Heading == "" {
		o.Heading = fmt.Sprintf("%s, %d tokens", g.Name, length)
	}
	return s.withProvenance(figure.FactorHeatmap(g, o))
}

// ablated returns the records outside retention curves of that length, 0 for all, and the groups of models that have some.
func (s Summary) ablated(length int) (Summary, []group, error) {
	of := s.Where(func(r *study.Record) bool { return r.Distance == 0 && (length == 0 || r.Length == length) })
	if len(of.Records) == 0 {
		return of, nil, fmt.Errorf("figure: no records of length %d; there are %v", length, s.Lengths())
	}
	asked := map[string]bool{}
	for _, r := range of.Records {
		asked[r.Model] = true
	}
	groups := slices.DeleteFunc(s.groups(), func(g group) bool { return !asked[g.models[0]] })
	return of, groups, nil
}

// whole returns the key of which the only one is that ends in a name: config.ssm_cfg.d_state for d_state.
func whole(name string, groups []group) string {
	var found []string
	for _, key := range keysOf(groups) {
		if strings.HasSuffix(key, "."+name) {
			found = append(found, key)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return name
}

// keysOf are the keys that the groups' variants set.
func keysOf(groups []group) []string {
	keys := map[string]bool{}
	for _, g := range groups {
		for key := range g.settings() {
			keys[key] = true
		}
	}
	return slices.Sorted(maps.Keys(keys))
}

// factor returns the axis of a key or a quantity, and the value of a group; ok is false for one without.
func (s Summary) factor(x string, length int, groups []group) (by figure.Factor, value func(group) (v float64, ok bool), err error) {
	at := slices.Index(s.plan.Plan.Lengths, length)
	switch x {
	case ByParams:
		return figure.Factor{Key: "params", Label: "parameters"}, func(g group) (float64, bool) { return float64(g.about.Params), g.about.Params > 0 }, nil
	case ByState, ByFLOPs:
		if at < 0 {
			return by, nil, fmt.Errorf("figure: %s depends on the length: give one of %v, as in --at length=%d", x, s.plan.Plan.Lengths, s.Lengths()[0])
		}
		by, of := figure.Factor{Key: "state_bytes", Label: "size of the state", Unit: "B"}, func(g group) []int64 { return g.about.StateBytes }
		if x == ByFLOPs {
			by, of = figure.Factor{Key: "flops", Label: "floating point operations of a prompt"}, func(g group) []int64 { return g.about.FLOPs }
		}
		return by, func(g group) (float64, bool) {
			if at >= len(of(g)) {
				return 0, false
			}
			return float64(of(g)[at]), of(g)[at] > 0
		}, nil
	}
	values := valuesOf(groups, x)
	if len(values) == 0 {
		return by, nil, fmt.Errorf("figure: %w", nearmiss.Unknown("factor", x, append(keysOf(groups), ByState, ByParams, ByFLOPs)))
	}
	by = figure.Factor{Key: x, Label: shortKey(x)}
	for _, v := range values {
		n, err := strconv.ParseFloat(v, 64)
		if err != nil {
			return by, nil, fmt.Errorf("figure: %s has the value %s, which is no number: its variants are curves of the other figures", x, v)
		}
		by.Values = append(by.Values, n)
	}
	return by, func(g group) (float64, bool) {
		n, err := strconv.ParseFloat(g.settings()[x], 64)
		return n, err == nil
	}, nil
}

// lineOf identifies the line that a group is a point of: along a key the variants that are alike in all others, along a
// quantity the ordered variants of a base.
func lineOf(g group, x string, quantity bool) string {
	switch {
	case quantity && g.level.Ordered:
		return "base " + g.base()
	case quantity:
		return "model " + g.about.Name
	}
	return "base " + g.base() + " " + othersOf(g, x)
}

// othersOf says what a variant sets beside a key: "headdim 16, rows 8".
func othersOf(g group, x string) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(g.settings())) {
		if key != x {
			parts = append(parts, shortKey(key)+" "+strings.Trim(g.settings()[key], `"`))
		}
	}
	return strings.Join(parts, ", ")
}

// line returns the curve through groups, with each of several training seeds as a thin line.
func line(groups []group, x func(group) (float64, bool), values map[string]Value) figure.Curve {
	c := figure.Curve{Architecture: groups[0].about.Architecture}
	seeds := map[int64][]figure.Point{}
	for _, g := range groups {
		at, _ := x(g)
		v := values[g.name]
		c.Points = append(c.Points, pointOf(at, v))
		for _, one := range v.Each {
			seeds[one.Seed] = append(seeds[one.Seed], figure.Point{X: at, Y: inPercent(one.Score)})
		}
	}
	c.Seeds = linesOf(seeds)
	return c
}

// values returns each group's value, all else pooled.
func (s Summary) values() map[string]Value {
	values := map[string]Value{}
	for _, score := range s.index().Scores([]string{}, s.Confidence) {
		values[score.Model] = valueOf(score)
	}
	return values
}
