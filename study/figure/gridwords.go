package figure

import (
	"fmt"
	"strconv"
	"strings"
)

// gridRows returns the cells as rows for a CSV file.
func gridRows(grids []Grid) [][]string {
	rows := [][]string{{"model", "architecture", "trained", "length", "depth", "percent", "low", "high", "n"}}
	for _, g := range grids {
		for _, c := range g.Cells {
			row := []string{gridName(g), g.Architecture, strconv.Itoa(g.Trained), strconv.Itoa(c.Length), exact(c.Depth), exact(c.Score), "", "", ""}
			if c.N > 0 {
				row[6], row[7], row[8] = exact(c.Low), exact(c.High), strconv.Itoa(c.N)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// describeGrids says what the maps show: mean, best and worst cell of each.
func describeGrids(grids []Grid, lengths []int, depths []float64, o Options) string {
	var s strings.Builder
	if o.Heading != "" {
		fmt.Fprintf(&s, "%s. ", strings.TrimSuffix(o.Heading, "."))
	}
	fmt.Fprintf(&s, "Heatmap of %s by prompt length, %s to %s tokens, and needle depth, %s%% to %s%%.",
		strings.TrimSuffix(o.measure(), " (%)"), tokens(float64(lengths[0])), tokens(float64(lengths[len(lengths)-1])),
		number(depths[0]), number(depths[len(depths)-1]))
	for _, g := range grids {
		worst, best, sum := g.Cells[0], g.Cells[0], 0.0
		for _, c := range g.Cells {
			sum += c.Score
			if c.Score < worst.Score {
				worst = c
			}
			if c.Score > best.Score {
				best = c
			}
		}
		at := func(c Cell) string {
			return fmt.Sprintf("%s at %s tokens, depth %s%%", score(c.Score), tokens(float64(c.Length)), number(c.Depth))
		}
		fmt.Fprintf(&s, " %s: mean %s, worst %s, best %s", gridName(g), score(sum/float64(len(g.Cells))), at(worst), at(best))
		if n := len(lengths)*len(depths) - len(g.Cells); n == 1 {
			s.WriteString(", 1 cell not run")
		} else if n > 1 {
			fmt.Fprintf(&s, ", %d cells not run", n)
		}
		s.WriteString(".")
	}
	return s.String()
}

// captionGrids says what belongs under the maps.
func captionGrids(grids []Grid, hatched, uncertain bool) string {
	var all []Curve
	for _, g := range grids {
		c := Curve{}
		for _, cell := range g.Cells {
			c.Points = append(c.Points, Point{N: cell.N})
		}
		all = append(all, c)
	}
	var parts []string
	if n := samples(all); n != "" {
		parts = append(parts, strings.Replace(n, "a point", "a cell", 1))
	}
	if uncertain {
		parts = append(parts, fmt.Sprintf("corner: 95%% interval wider than ±%d", wide))
	}
	if hatched {
		parts = append(parts, "hatched: not run")
	}
	parts = append(parts, "depth 0% is the document's start")
	return strings.Join(parts, "; ") + "."
}
