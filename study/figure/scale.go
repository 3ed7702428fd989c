package figure

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
)

// A scale is the y axis of a figure of curves: percent of right answers, or log-probabilities of the right answer in nats.
type scale struct {
	label  string
	column string // in the CSV file
	noise  float64
	ok     func(y float64) bool
	want   string // what ok wants
	format func(y float64) string
}

var (
	percentScale = scale{
		label: "accuracy (%)", column: "percent", noise: 2, ok: percent, want: "a percent, 0 to 100", format: score,
	}
	natScale = scale{
		label: "log-probability of the answer (nats)", column: "nats", noise: 0.1, want: "a finite number of nats",
		ok:     func(y float64) bool { return !math.IsNaN(y) && !math.IsInf(y, 0) },
		format: func(y float64) string { return fmt.Sprintf("%.2f nats", y) },
	}
)

// scale is that of the figure's values.
func (o Options) scale() scale {
	if o.nats {
		return natScale
	}
	return percentScale
}

// check returns an error if a value or its interval is not on the scale, or n is negative.
func (s scale) check(y, low, high float64, n int) error {
	switch {
	case !s.ok(y):
		return fmt.Errorf("score %v; want %s", y, s.want)
	case n < 0:
		return fmt.Errorf("%d samples; want a count", n)
	case n > 0 && (!s.ok(low) || !s.ok(high) || low > high):
		return fmt.Errorf("interval %v to %v; want %s, in order", low, high, s.want)
	}
	return nil
}

// fit sets the range of the y axis: all of percent, or from the least of the values and bounds to 0.
func (s scale) fit(p *plot.Plot, curves []Curve) {
	if s.column == percentScale.column {
		return
	}
	p.Y.Min, p.Y.Max = -1, 0
	for _, c := range curves {
		lines := [][]Point{c.Points}
		for _, seed := range c.Seeds {
			lines = append(lines, seed.Points)
		}
		for _, points := range lines {
			for _, pt := range points {
				p.Y.Min, p.Y.Max = min(p.Y.Min, pt.Y), max(p.Y.Max, pt.Y)
				if pt.N > 0 {
					p.Y.Min, p.Y.Max = min(p.Y.Min, pt.Low), max(p.Y.Max, pt.High)
				}
			}
		}
	}
	p.Y.Tick.Marker = plot.DefaultTicks{}
}
