package figure

import "fmt"

// PaperLengths draws values that were published (percent by prompt length), on a
// tinted ground, so that they are not taken for ours: models of another size never
// stand on one axis with ours, but [Beside] them. heading says whose they are:
// "Published, Table 1: RULER, 13 tasks". Published values come without intervals.
func PaperLengths(curves []Curve, heading string, o Options) (*Figure, error) {
	o.Heading, o.published = heading, true
	f, err := lineFigure(curves, lengthAxis, o)
	if err != nil {
		return nil, fmt.Errorf("draw published lengths: %w", err)
	}
	return published(f), nil
}

// PaperDepths draws published values (percent by needle depth), one small plot
// for each panel, on a tinted ground.
func PaperDepths(panels []Panel, o Options) (*Figure, error) {
	o.published = true
	f, err := multiples(panels, depthAxis, o)
	if err != nil {
		return nil, fmt.Errorf("draw published depths: %w", err)
	}
	return published(f), nil
}

// published says in words what the tinted ground means.
func published(f *Figure) *Figure {
	f.Alt = "Published values, not measured here. " + f.Alt
	if f.Caption != "" {
		f.Caption = "; " + f.Caption
	}
	f.Caption = "tinted: published values, no intervals given" + f.Caption
	return f
}
