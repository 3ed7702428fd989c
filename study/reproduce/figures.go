package reproduce

import (
	"fmt"

	"longseq/data/paper"
	"longseq/data/published"
	"longseq/study/figure"
)

// Figure draws the paper's table of that number beside ours: against length, or against depth in Tables 2 to 4. The paper's values, on a
// tinted background, have the bands of binomials of as many samples as their granularity says, which the paper does not give.
func (r Report) Figure(number int) (*figure.Figure, error) {
	o := figure.Options{Width: figure.Page}
	draw := figure.LengthPanels
	var panels []figure.Panel
	add := func(heading string, ours bool, keep func(paper.Entry) bool) {
		p := r.panel(heading, number, ours, keep)
		switch {
		case len(p.Curves) == 0:
			return
		case !ours:
			o.Published = append(o.Published, len(panels))
		}
		panels = append(panels, p)
	}
	if number == 4 {
		draw, o.Columns = figure.DepthCurves, 3
		for _, length := range []int{1024, 2048, 4096} {
			for _, ours := range []bool{false, true} {
				for _, format := range formats {
					add(fmt.Sprintf("%s, %d", format, length), ours, func(e paper.Entry) bool { return e.Length == length && e.Format == format })
				}
			}
		}
	} else {
		if number == 2 || number == 3 {
			draw = figure.DepthCurves
		}
		for _, ours := range []bool{false, true} {
			add(fmt.Sprintf("Table %d", number), ours, func(paper.Entry) bool { return true })
		}
	}
	f, err := draw(panels, o)
	if err != nil {
		return nil, fmt.Errorf("draw table %d: %w", number, err)
	}
	f.Alt = fmt.Sprintf("Table %d of the paper, on a tinted background, and the same measured here. %s", number, f.Alt)
	f.Caption = fmt.Sprintf("%s. Tinted: published values; their bands are 95%% intervals of binomials of %d samples, which is inferred from the values' granularity. %s",
		selection{table: number}.caption(), selection{table: number}.questions(false), f.Caption)
	f.Provenance = r.Origin.provenance()
	return f, nil
}

// panel returns a panel of the entries of a table that are kept: the paper's, or ours where there are any.
func (r Report) panel(heading string, number int, ours bool, keep func(paper.Entry) bool) figure.Panel {
	p := figure.Panel{Heading: heading + ", published"}
	if ours {
		p = figure.Panel{Heading: heading + ", here"}
	}
	for _, m := range published.Models() {
		sel := selection{table: number, model: m}
		c := figure.Curve{Name: m.Name, Architecture: m.Architecture, Level: levelOf(m)}
		for _, e := range sel.paperTable().Entries {
			if e.Model != m.Name || e.IsAverage() || !keep(e) {
				continue
			}
			x := float64(sel.length(e))
			if sel.isNeedle() {
				x = float64(e.Depth)
			}
			if !ours {
				low, high := PaperInterval(e, 0.95)
				c.Points = append(c.Points, figure.Point{X: x, Y: e.Score, Low: min(low, e.Score), High: max(high, e.Score), N: sel.questions(false)})
			} else if s := r.score(sel, e); s.Samples > 0 {
				c.Points = append(c.Points, figure.Point{X: x, Y: s.Ours, Low: min(s.Low, s.Ours), High: max(s.High, s.Ours), N: s.Samples})
			}
		}
		if len(c.Points) > 0 {
			p.Curves = append(p.Curves, c)
		}
	}
	return p
}

// levelOf says which of an architecture's two models in the paper one is: the one that follows instructions is drawn otherwise.
func levelOf(m published.Model) figure.Level {
	if m.Architecture != "griffin" && m.Architecture != "llama" {
		return figure.Level{}
	}
	if m.Tuned {
		return figure.Level{At: 1, Of: 2}
	}
	return figure.Level{At: 0, Of: 2}
}
