package figure

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"time"

	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// The resolutions of PNG files, in dots an inch: for slides, and for pages on a screen.
const (
	slideDots  = 300
	screenDots = 144
)

// Screen returns the figure as a PNG file for a page on a screen: at 144 dots an inch, smaller than the one of
// [Render]. Notebooks hold it beside the SVG.
func Screen(f *Figure) ([]byte, error) {
	data, err := renderPNG(f, screenDots)
	if err != nil {
		return nil, fmt.Errorf("render figure as png: %w", err)
	}
	return data, nil
}

// renderPNG returns the figure as a PNG file, with its resolution and its metadata in chunks right after the
// header (PNG specification, 3rd edition, 11.3).
func renderPNG(f *Figure, dotsPerInch int) ([]byte, error) {
	w, h := f.size()
	c := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(dotsPerInch))}
	f.Draw(draw.New(c))
	var out bytes.Buffer
	if _, err := c.WriteTo(&out); err != nil {
		return nil, err
	}
	const header = 8 + 4 + 4 + 13 + 4 // signature, IHDR
	plain := out.Bytes()
	if len(plain) < header || string(plain[12:16]) != "IHDR" {
		return nil, fmt.Errorf("unexpected head of the drawing")
	}
	var extra bytes.Buffer
	const inchesPerMetre = 100 / 2.54
	perMetre := binary.BigEndian.AppendUint32(nil, uint32(math.Round(float64(dotsPerInch)*inchesPerMetre)))
	pngChunk(&extra, "pHYs", append(append(perMetre, perMetre...), 1))
	pngText(&extra, "Description", f.Alt)
	pngText(&extra, "Software", "longseq")
	pngText(&extra, "Creation Time", f.Provenance.date().Format(time.RFC3339))
	if words := f.Provenance.words(); words != "" {
		pngText(&extra, "Source", words)
	}
	return bytes.Join([][]byte{plain[:header], extra.Bytes(), plain[header:]}, nil), nil
}

// pngText appends an iTXt chunk: keyword, no compression, no language, UTF-8.
func pngText(out *bytes.Buffer, keyword, words string) {
	pngChunk(out, "iTXt", []byte(keyword+"\x00\x00\x00\x00\x00"+words))
}

// pngChunk appends a chunk: length, type, data, checksum of type and data.
func pngChunk(out *bytes.Buffer, kind string, data []byte) {
	body := append([]byte(kind), data...)
	out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(data))))
	out.Write(body)
	out.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(body)))
}
