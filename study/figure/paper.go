package figure

import "fmt"

// PaperLengths draws published values (percent by prompt length, tokens). They are on a tinted background, so
// that nobody takes them for ours, and in a figure of their own, since the models are of another size. The
// heading says whose they are: "Published, Table 1: RULER, 13 tasks". Published values have no intervals.
func PaperLengths(curves []Curve, heading string, o Options) (*Figure, error) {
	o.Heading, o.published = heading, true
	f, err := lineFigure(curves, lengthAxis, o)
	if err != nil {
		return nil, fmt.Errorf("draw published lengths: %w", err)
	}
	return published(f), nil
}

// PaperDepths draws published values (percent correct by needle depth in percent), in a small plot for each panel, on a
// tinted background.
func PaperDepths(panels []Panel, o Options) (*Figure, error) {
	o.published = true
	f, err := multiples(panels, depthAxis, o)
	if err != nil {
		return nil, fmt.Errorf("draw published depths: %w", err)
	}
	return published(f), nil
}

// published explains the tinted background in the alt text and the caption.
func published(f *Figure) *Figure {
	f.Alt = "Published values, not measured here. " + f.Alt
	if f.Caption != "" {
		f.Caption = "; " + f.Caption
	}
	f.Caption = "tinted: published values, no intervals given" + f.Caption
	return f
}
