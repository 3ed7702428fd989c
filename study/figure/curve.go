package figure

import (
	"fmt"
	"math"
	"slices"
)

// A Point is one measured value with its interval.
type Point struct {
	X         float64 // length, depth, distance or bytes, as the figure says
	Y         float64 // percent, 0 to 100
	Low, High float64 // the 95% interval around Y, percent; not read when N is 0
	N         int     // samples; 0 when the value comes without an interval
}

// A Curve is what one model did.
type Curve struct {
	Name         string // for the reader; empty: the architecture's own
	Architecture string // a name of the registry: the key to colour and marker
	Trained      int    // length it was trained at, tokens; 0: not marked
	Points       []Point
}

// A Panel is one of several small plots that share their axes.
type Panel struct {
	Heading string
	Curves  []Curve
}

// checked returns the curves with their points in order of X, or an error that
// names the first value which cannot be drawn.
func checked(curves []Curve, x axis) ([]Curve, error) {
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
			if err := checkScore(p.Y, p.Low, p.High, p.N); err != nil {
				return nil, fmt.Errorf("curve %q at %s: %w", name, x.say(p.X), err)
			}
		}
		c.Points = slices.Clone(c.Points)
		slices.SortStableFunc(c.Points, func(a, b Point) int {
			switch {
			case a.X < b.X:
				return -1
			case a.X > b.X:
				return 1
			}
			return 0
		})
		out[i] = c
	}
	return out, nil
}

// checkScore says what is wrong with a score and its interval, percent.
func checkScore(y, low, high float64, n int) error {
	switch {
	case !percent(y):
		return fmt.Errorf("score %v; want a percent, 0 to 100", y)
	case n < 0:
		return fmt.Errorf("%d samples; want a count", n)
	case n > 0 && (!percent(low) || !percent(high) || low > high):
		return fmt.Errorf("interval %v to %v; want percents in order", low, high)
	}
	return nil
}

// percent reports whether v lies in 0 to 100; NaN does not.
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

// samples says how many samples stand behind the points: "n = 128 a point",
// "n = 64 to 128 a point", or nothing when no point has an interval.
func samples(curves []Curve) string {
	least, most := math.MaxInt, 0
	for _, c := range curves {
		for _, p := range c.Points {
			if p.N > 0 {
				least, most = min(least, p.N), max(most, p.N)
			}
		}
	}
	switch {
	case most == 0:
		return ""
	case least == most:
		return fmt.Sprintf("n = %d a point", most)
	}
	return fmt.Sprintf("n = %d to %d a point", least, most)
}
