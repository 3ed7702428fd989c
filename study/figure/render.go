package figure

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"html"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"longseq/internal/nearmiss"
	"longseq/internal/output"
)

// The formats of Render.
const (
	SVG = "svg"
	PNG = "png"
	PDF = "pdf"
	CSV = "csv" // the numbers drawn
)

// Formats lists them in the order in which Save writes them.
var Formats = []string{SVG, PNG, PDF, CSV}

// Render returns the figure as a file of the given format: SVG, whose text remains text; PNG at 300 dots an inch;
// PDF with embedded fonts; or CSV, the numbers alone. The first three have alt text and provenance in their
// metadata. The same figure gives the same bytes. An unknown format, and a figure that no function of this
// package made, is an error.
func Render(f *Figure, format string) (data []byte, err error) {
	if f == nil || f.draw == nil {
		return nil, fmt.Errorf("render figure: it is empty; make it with a function of this package")
	}
	defer func() { // gonum/plot panics on what it cannot draw, such as an axis range that the caller set
		if r := recover(); r != nil {
			data, err = nil, fmt.Errorf("render figure as %s: %v", format, r)
		}
	}()
	switch format {
	case SVG:
		data, err = renderSVG(f)
	case PNG:
		data, err = renderPNG(f, slideDots)
	case PDF:
		data, err = renderPDF(f)
	case CSV:
		data, err = renderCSV(f)
	default:
		return nil, fmt.Errorf("render figure: %w", nearmiss.Unknown("format", format, Formats))
	}
	if err != nil {
		return nil, fmt.Errorf("render figure as %s: %w", format, err)
	}
	return data, nil
}

func renderCSV(f *Figure) ([]byte, error) {
	var out bytes.Buffer
	if err := csv.NewWriter(&out).WriteAll(f.Data); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// renderSVG returns the figure as an SVG file. Its fonts are named, not embedded (each would add 0.5 MB):
// Liberation Sans, else Arial or Helvetica, whose letters have the same widths. Where a reader has none of them, each text is
// squeezed or stretched into the width that it was laid out for.
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
	body = svgText.ReplaceAllStringFunc(body, withLength)

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

// svgText is the end of a text element, with its size and its words.
var svgText = regexp.MustCompile(`(font-size:([0-9.]+)px;[^"]*")>([^<]+)</text>`)

// withLength adds to a text element the width of its words in Liberation Sans.
func withLength(element string) string {
	parts := svgText.FindStringSubmatch(element)
	size, err := strconv.ParseFloat(parts[2], 64)
	if err != nil {
		return element
	}
	width := textStyle(size, ink, text.XLeft, text.YBottom).Width(html.UnescapeString(parts[3]))
	return fmt.Sprintf(`%s textLength="%.4g" lengthAdjust="spacingAndGlyphs">%s</text>`, parts[1], width.Points(), parts[3])
}

// Save renders the figure in every format, writes dir/name.svg, .png, .pdf and .csv, and returns their paths. It
// makes the folder if there is none. Each file is replaced whole or not at all, see [output.Create].
func Save(f *Figure, dir, name string) ([]string, error) {
	files := make([][]byte, len(Formats))
	for i, format := range Formats {
		data, err := Render(f, format)
		if err != nil {
			return nil, fmt.Errorf("save figure %s: %w", name, err)
		}
		files[i] = data
	}
	undo, err := output.Folder(dir)
	if err != nil {
		return nil, fmt.Errorf("save figure %s: %w", name, err)
	}
	paths := make([]string, len(Formats))
	for i, format := range Formats {
		paths[i] = filepath.Join(dir, name+"."+format)
		if err := output.Write(paths[i], files[i], 0o666); err != nil {
			undo()
			return nil, fmt.Errorf("save figure %s: %w", name, err)
		}
	}
	return paths, nil
}
