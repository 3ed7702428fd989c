package figure

import (
	"bytes"
	"fmt"
	"html"
	"strings"

	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// renderSVG returns the figure as an SVG file. Its fonts are named, not embedded (each would add 0.5 MB):
// Liberation Sans, else Arial or Helvetica, whose letters have the same widths.
func renderSVG(f *Figure) ([]byte, error) {
	c := vgsvg.New(f.size())
	f.Draw(draw.New(c))
	var out bytes.Buffer
	if _, err := c.WriteTo(&out); err != nil {
		return nil, err
	}
	head, body, ok := strings.Cut(out.String(), `xmlns:xlink="http://www.w3.org/1999/xlink">`)
	if !ok {
		return nil, fmt.Errorf("unexpected head of the drawing")
	}
	body = strings.ReplaceAll(body,
		"font-family:Liberation Sans;font-variant:normal;font-weight:normal;font-style:normal",
		"font-family:Liberation Sans,Arial,Helvetica,sans-serif")

	var svg strings.Builder
	svg.WriteString(head)
	fmt.Fprintf(&svg, "xmlns:xlink=\"http://www.w3.org/1999/xlink\"\n\trole=\"img\" aria-label=\"%s\">\n", html.EscapeString(f.Alt))
	fmt.Fprintf(&svg, "<desc>%s</desc>\n", html.EscapeString(f.Alt))
	if words := f.Provenance.words(); words != "" {
		fmt.Fprintf(&svg, "<metadata>longseq: %s</metadata>", html.EscapeString(words))
	}
	svg.WriteString(body)
	return []byte(svg.String()), nil
}
