package figure

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// A Point is one measured value with its interval.
type Point struct {
	X         float64 // length, depth, distance or bytes, as the function that draws it says
	Y         float64 // percent, 0 to 100
	Low, High float64 // the 95% interval around Y, percent; not used when N is 0
	N         int     // questions; 0 for a value without an interval
	Seeds     int     // trainings whose mean it is; 0: unknown
}

// A Seed holds the values of one training.
type Seed struct {
	Number int64 // the training seed
	Points []Point
}

// A Curve holds the values of one model.
type Curve struct {
	Name         string // the model's name for the reader; empty: the label of its architecture's style
	Architecture string // the architecture's registered name, which decides the style
	Trained      int    // the length at which the model was trained, in tokens; 0: not marked
	Points       []Point
	// Level says which of several variants the curve is. The zero value is a model of its own.
	Level Level
	// Seeds are the values of single training seeds, of which Points are the means. They are drawn as thin lines.
	Seeds []Seed
	// Reach is the effective length, where the curve falls below Options.Threshold: a tick on it. 0: none.
	Reach float64
}

// A Panel is one of several small plots with the same axes.
type Panel struct {
	Heading string
	Curves  []Curve
}

// checked returns copies of the curves with their points sorted by X, or an error that names the first value
// that cannot be drawn.
func checked(curves []Curve, x axis, y scale) ([]Curve, error) {
	if len(curves) == 0 {
		return nil, fmt.Errorf("no curves to draw")
	}
	out := make([]Curve, len(curves))
	for i, c := range curves {
		name := c.Name
		if name == "" {
			name = c.Architecture
		}
		if len(c.Points) == 0 {
			return nil, fmt.Errorf("curve %q has no points", name)
		}
		if c.Trained < 0 {
			return nil, fmt.Errorf("curve %q: training length %d; want tokens, 0 for none", name, c.Trained)
		}
		for _, p := range c.Points {
			if err := x.check(p.X); err != nil {
				return nil, fmt.Errorf("curve %q: %w", name, err)
			}
			if err := y.check(p.Y, p.Low, p.High, p.N); err != nil {
				return nil, fmt.Errorf("curve %q at %s: %w", name, x.format(p.X), err)
			}
		}
		if c.Reach != 0 && x.check(c.Reach) != nil {
			return nil, fmt.Errorf("curve %q: %w", name, x.check(c.Reach))
		}
		if c.Level.Of < 0 || c.Level.At < 0 || c.Level.Of > 0 && c.Level.At >= c.Level.Of {
			return nil, fmt.Errorf("curve %q: variant %d of %d; want 0 to %d", name, c.Level.At, c.Level.Of, c.Level.Of-1)
		}
		c.Points = inOrder(c.Points)
		c.Seeds = slices.Clone(c.Seeds)
		for i, seed := range c.Seeds {
			for _, p := range seed.Points {
				if x.check(p.X) != nil || !y.ok(p.Y) {
					return nil, fmt.Errorf("curve %q: a training seed has %v at %v; want %s", name, p.Y, p.X, y.want)
				}
			}
			c.Seeds[i].Points = inOrder(seed.Points)
		}
		out[i] = c
	}
	return out, nil
}

// inOrder returns a copy of the points sorted by X.
func inOrder(points []Point) []Point {
	points = slices.Clone(points)
	slices.SortStableFunc(points, func(a, b Point) int { return cmp.Compare(a.X, b.X) })
	return points
}

// percent reports whether v is from 0 to 100; NaN is not.
func percent(v float64) bool { return v >= 0 && v <= 100 }

// span returns the smallest and the largest X of all points.
func span(curves []Curve) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, c := range curves {
		for _, p := range c.Points {
			low, high = min(low, p.X), max(high, p.X)
		}
	}
	return low, high
}

// samples returns what is behind the points as a caption has it, "n = 128 a point" or "n = 64 to 128 a point" where the options do
// not say it, or "" when no point has an interval.
func samples(curves []Curve, o Options) string {
	fewest, most := math.MaxInt, 0
	for _, c := range curves {
		for _, p := range c.Points {
			if p.N > 0 {
				fewest, most = min(fewest, p.N), max(most, p.N)
			}
		}
	}
	switch {
	case most == 0:
		return ""
	case o.Count != "":
		return o.Count + " a point"
	case fewest == most:
		return fmt.Sprintf("n = %d a point", most)
	}
	return fmt.Sprintf("n = %d to %d a point", fewest, most)
}
