package figure

import (
	"fmt"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Sheet puts figures below one another on one page as wide as the widest, under lines of text of which the first is its heading. Its data
// are those of the figures, one after the other.
func Sheet(lines []string, figures ...*Figure) (*Figure, error) {
	if len(lines) == 0 {
		return nil, fmt.Errorf("draw a sheet: no heading")
	}
	sheet := &Figure{Width: Page, Alt: lines[0] + ".", Caption: lines[0]}
	const pitch, headed = vg.Length(1.35 * smallSize), vg.Length(2 * textSize)
	top := headed + vg.Length(len(lines)-1)*pitch + panelGap
	sheet.Height = top
	for _, f := range figures {
		if f == nil || f.draw == nil {
			return nil, fmt.Errorf("draw a sheet: a figure is empty; make it with a function of this package")
		}
		sheet.Plots = append(sheet.Plots, f.Plots...)
		sheet.Width, sheet.Height = max(sheet.Width, f.Width), sheet.Height+f.Height+panelGap
		sheet.Alt, sheet.Caption = sheet.Alt+" "+f.Alt, sheet.Caption+". "+f.Caption
		sheet.Data = append(sheet.Data, f.Data...)
	}
	sheet.draw = func(c draw.Canvas) {
		c.FillText(textStyle(1.3*textSize, ink, text.XLeft, text.YTop), vg.Point{X: c.Min.X, Y: c.Max.Y}, lines[0])
		at := c.Max.Y - headed
		for _, line := range lines[1:] {
			c.FillText(textStyle(smallSize, ink, text.XLeft, text.YTop), vg.Point{X: c.Min.X, Y: at}, line)
			at -= pitch
		}
		at = c.Max.Y - top
		for _, f := range figures {
			f.draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
				Min: vg.Point{X: c.Min.X, Y: at - f.Height}, Max: vg.Point{X: min(c.Max.X, c.Min.X+f.Width), Y: at}}})
			at -= f.Height + panelGap
		}
	}
	return sheet, nil
}
