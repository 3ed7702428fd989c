package figure

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"

	"codeberg.org/go-pdf/fpdf"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// renderPDF returns the figure as a PDF file of one page of its size.
func renderPDF(f *Figure) ([]byte, error) {
	w, h := f.size()
	c := newPDF(w, h)
	f.Draw(draw.New(c))
	c.doc.SetSubject(f.Alt, true)
	c.doc.SetKeywords(f.Provenance.words(), true)
	c.doc.SetCreator("longseq", true)
	c.doc.SetCreationDate(f.Provenance.date())
	c.doc.SetModificationDate(f.Provenance.date())
	var out bytes.Buffer
	if err := c.doc.Output(&out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// A pdfCanvas is a vg.Canvas on an fpdf page. Files for papers need three things that vgpdf (gonum/plot v0.17.0)
// has not: fonts embedded as Unicode subsets (vgpdf embeds them whole, in code page 1252), metadata, and a
// creation date. Transformations are applied here, so that the page holds plain coordinates.
type pdfCanvas struct {
	doc    *fpdf.Fpdf
	w, h   vg.Length
	now    pdfState
	stack  []pdfState
	images int
}

// A pdfState is what Push saves.
type pdfState struct {
	matrix affine
	color  color.Color
	width  vg.Length
	dashes []vg.Length
	offset vg.Length
}

func newPDF(w, h vg.Length) *pdfCanvas {
	doc := fpdf.NewCustom(&fpdf.InitType{
		UnitStr: "pt",
		Size:    fpdf.SizeType{Wd: w.Points(), Ht: h.Points()},
	})
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	doc.SetCatalogSort(true)
	doc.AddPage()
	c := &pdfCanvas{doc: doc, w: w, h: h, now: pdfState{matrix: affine{1, 0, 0, 1, 0, 0}}}
	vg.Initialize(c)
	return c
}

// An affine maps (x, y) to (ax + cy + e, bx + dy + f), as PDF's cm does.
type affine struct{ a, b, c, d, e, f float64 }

// after returns the map that applies n first, then m.
func (m affine) after(n affine) affine {
	return affine{
		m.a*n.a + m.c*n.b, m.b*n.a + m.d*n.b,
		m.a*n.c + m.c*n.d, m.b*n.c + m.d*n.d,
		m.a*n.e + m.c*n.f + m.e, m.b*n.e + m.d*n.f + m.f,
	}
}

// Size implements vg.CanvasSizer.
func (c *pdfCanvas) Size() (w, h vg.Length) { return c.w, c.h }

// SetLineWidth implements vg.Canvas.
func (c *pdfCanvas) SetLineWidth(w vg.Length) { c.now.width = w }

// SetLineDash implements vg.Canvas.
func (c *pdfCanvas) SetLineDash(dashes []vg.Length, offset vg.Length) {
	c.now.dashes, c.now.offset = dashes, offset
}

// SetColor implements vg.Canvas.
func (c *pdfCanvas) SetColor(ink color.Color) {
	if ink == nil {
		ink = color.Black
	}
	c.now.color = ink
}

// Rotate implements vg.Canvas.
func (c *pdfCanvas) Rotate(rad float64) {
	sin, cos := math.Sincos(rad)
	c.now.matrix = c.now.matrix.after(affine{cos, sin, -sin, cos, 0, 0})
}

// Translate implements vg.Canvas.
func (c *pdfCanvas) Translate(p vg.Point) {
	c.now.matrix = c.now.matrix.after(affine{1, 0, 0, 1, p.X.Points(), p.Y.Points()})
}

// Scale implements vg.Canvas.
func (c *pdfCanvas) Scale(x, y float64) {
	c.now.matrix = c.now.matrix.after(affine{x, 0, 0, y, 0, 0})
}

// Push implements vg.Canvas.
func (c *pdfCanvas) Push() { c.stack = append(c.stack, c.now) }

// Pop implements vg.Canvas.
func (c *pdfCanvas) Pop() {
	c.now = c.stack[len(c.stack)-1]
	c.stack = c.stack[:len(c.stack)-1]
}

// Stroke implements vg.Canvas.
func (c *pdfCanvas) Stroke(path vg.Path) {
	if c.now.width <= 0 {
		return
	}
	m := c.now.matrix
	scale := math.Sqrt(math.Abs(m.a*m.d - m.b*m.c))
	c.doc.SetLineWidth(c.now.width.Points() * scale)
	dashes := make([]float64, len(c.now.dashes))
	for i, d := range c.now.dashes {
		dashes[i] = d.Points() * scale
	}
	c.doc.SetDashPattern(dashes, c.now.offset.Points()*scale)
	c.outline(path, "D")
}

// Fill implements vg.Canvas.
func (c *pdfCanvas) Fill(path vg.Path) { c.outline(path, "F") }

// ink sets the colour of the next drawing operation.
func (c *pdfCanvas) ink() {
	n := color.NRGBAModel.Convert(c.now.color).(color.NRGBA)
	r, g, b := int(n.R), int(n.G), int(n.B)
	c.doc.SetDrawColor(r, g, b)
	c.doc.SetFillColor(r, g, b)
	c.doc.SetTextColor(r, g, b)
	c.doc.SetAlpha(float64(n.A)/255, "Normal")
}

// place maps a point to the page; fpdf counts y downwards.
func (c *pdfCanvas) place(p vg.Point) (x, y float64) {
	m, px, py := c.now.matrix, p.X.Points(), p.Y.Points()
	return m.a*px + m.c*py + m.e, c.h.Points() - (m.b*px + m.d*py + m.f)
}

// outline adds the path to the page; style is fpdf's "D" (draw) or "F" (fill).
func (c *pdfCanvas) outline(path vg.Path, style string) {
	c.ink()
	started := false
	for _, part := range path {
		switch part.Type {
		case vg.MoveComp:
			c.doc.MoveTo(c.place(part.Pos))
		case vg.LineComp:
			c.doc.LineTo(c.place(part.Pos))
		case vg.CurveComp:
			c.curve(part)
		case vg.ArcComp:
			c.arc(part, started)
		case vg.CloseComp:
			c.doc.ClosePath()
		}
		started = part.Type != vg.CloseComp
	}
	c.doc.DrawPath(style)
}

// curve adds a Bézier curve with one or two control points.
func (c *pdfCanvas) curve(part vg.PathComp) {
	x, y := c.place(part.Pos)
	x0, y0 := c.place(part.Control[0])
	if len(part.Control) == 1 {
		c.doc.CurveTo(x0, y0, x, y)
		return
	}
	x1, y1 := c.place(part.Control[1])
	c.doc.CurveBezierCubicTo(x0, y0, x1, y1, x, y)
}

// arc adds an arc as cubic curves of at most a quarter turn each, whose control points are 4/3 tan(angle/4) of
// the radius away along the tangents.
func (c *pdfCanvas) arc(part vg.PathComp, started bool) {
	at := func(angle float64, along float64) vg.Point {
		sin, cos := math.Sincos(angle)
		return part.Pos.Add(vg.Point{
			X: part.Radius * vg.Length(cos-along*sin),
			Y: part.Radius * vg.Length(sin+along*cos),
		})
	}
	if started {
		c.doc.LineTo(c.place(at(part.Start, 0)))
	} else {
		c.doc.MoveTo(c.place(at(part.Start, 0)))
	}
	n := int(math.Ceil(math.Abs(part.Angle) / (math.Pi / 2)))
	step := part.Angle / float64(max(n, 1))
	handle := 4.0 / 3 * math.Tan(step/4)
	for i := range n {
		from := part.Start + float64(i)*step
		c.curve(vg.PathComp{
			Control: []vg.Point{at(from, handle), at(from+step, -handle)},
			Pos:     at(from+step, 0),
		})
	}
}

// FillString implements vg.Canvas.
func (c *pdfCanvas) FillString(face font.Face, p vg.Point, words string) {
	if face.Font.Size == 0 {
		return
	}
	var raw bytes.Buffer
	if _, err := face.Face.WriteSourceTo(nil, &raw); err != nil {
		c.doc.SetError(fmt.Errorf("read font %s: %w", face.Name(), err))
		return
	}
	c.ink()
	c.doc.AddUTF8FontFromBytes(face.Name(), "", raw.Bytes())
	c.doc.SetFont(face.Name(), "", face.Font.Size.Points())
	x, y := c.place(p)
	m := c.now.matrix
	if m.b == 0 && m.c == 0 && m.a == 1 && m.d == 1 {
		c.doc.Text(x, y, words)
		return
	}
	c.doc.TransformBegin()
	c.doc.Transform(fpdf.TransformMatrix{A: m.a, B: m.b, C: m.c, D: m.d, E: x, F: c.h.Points() - y})
	c.doc.Text(0, c.h.Points(), words) // the origin of the page's coordinates
	c.doc.TransformEnd()
}

// DrawImage implements vg.Canvas. A rotation of the canvas is ignored.
func (c *pdfCanvas) DrawImage(r vg.Rectangle, img image.Image) {
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		c.doc.SetError(fmt.Errorf("encode image: %w", err))
		return
	}
	c.images++
	name := fmt.Sprintf("image%d", c.images)
	opts := fpdf.ImageOptions{ImageType: "png"}
	c.doc.RegisterImageOptionsReader(name, opts, &buf)
	x, y := c.place(vg.Point{X: r.Min.X, Y: r.Max.Y})
	c.doc.ImageOptions(name, x, y, r.Size().X.Points(), r.Size().Y.Points(), false, opts, 0, "")
}
