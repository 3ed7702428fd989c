package figure

import (
	"bytes"
	"encoding/csv"
	"fmt"

	"longseq/internal/nearmiss"
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
