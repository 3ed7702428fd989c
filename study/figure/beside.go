package figure

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"
)

// besideGap stands between two figures; two of Column and it make a Page.
const besideGap = Page - 2*Column

// Beside puts two figures into one, side by side, each at its own width: ours and
// the paper's, say. Their headings should tell them apart. The provenance is the
// left one's.
func Beside(left, right *Figure) (*Figure, error) {
	if left == nil || left.draw == nil || right == nil || right.draw == nil {
		return nil, fmt.Errorf("put figures side by side: one is empty; make both with a function of this package")
	}
	height := max(left.Height, right.Height)
	return &Figure{
		Plots:      slices.Concat([]*plot.Plot{}, left.Plots, right.Plots),
		Width:      left.Width + besideGap + right.Width,
		Height:     height,
		Alt:        "Left: " + left.Alt + " Right: " + right.Alt,
		Caption:    beside(left.Caption, right.Caption),
		Data:       mergeRows(left.Data, right.Data),
		Provenance: left.Provenance,
		Footer:     left.Footer || right.Footer,
		draw: func(c draw.Canvas) {
			inner := left.Width - 2*margin
			left.draw(draw.Crop(c, 0, inner-(c.Max.X-c.Min.X), 0, 0))
			right.draw(draw.Crop(c, c.Max.X-c.Min.X-(right.Width-2*margin), 0, 0, 0))
		},
	}, nil
}

func beside(left, right string) string {
	switch {
	case left == "":
		return right
	case right == "" || left == right:
		return left
	}
	return "Left: " + left + " Right: " + right
}

// mergeRows stacks two tables below a header that has the columns of both, and a
// first column that says from which side a row is.
func mergeRows(left, right [][]string) [][]string {
	header := []string{"side"}
	column := map[string]int{}
	for _, name := range slices.Concat(left[0], right[0]) {
		if _, ok := column[name]; !ok {
			column[name] = len(header)
			header = append(header, name)
		}
	}
	out := [][]string{header}
	add := func(side string, table [][]string) {
		for _, row := range table[1:] {
			merged := make([]string, len(header))
			merged[0] = side
			for i, value := range row {
				merged[column[table[0][i]]] = value
			}
			out = append(out, merged)
		}
	}
	add("left", left)
	add("right", right)
	return out
}
