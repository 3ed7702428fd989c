package figure

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"image/color"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

func TestTheSameFigureGivesTheSameBytes(t *testing.T) {
	first, second := gallery(), gallery()
	for name, f := range first {
		for _, format := range Formats {
			a, err := Render(f, format)
			if err != nil {
				t.Fatal(err)
			}
			b, err := Render(second[name], format)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(a, b) {
				t.Errorf("%s.%s differs between two renderings", name, format)
			}
		}
	}
}

func TestEveryFontOfAPDFIsEmbeddedAndNoneIsType3(t *testing.T) {
	for name, f := range gallery() {
		data, err := Render(f, PDF)
		if err != nil {
			t.Fatal(err)
		}
		fonts := regexp.MustCompile(`/Type /FontDescriptor[^>]*`).FindAll(data, -1)
		if len(fonts) == 0 {
			t.Errorf("%s.pdf has no font", name)
		}
		for _, font := range fonts {
			if !bytes.Contains(font, []byte("/FontFile2")) {
				t.Errorf("%s.pdf: font without its file: %s", name, font)
			}
		}
		if bytes.Contains(data, []byte("/Type3")) || bytes.Contains(data, []byte("/Subtype /Type1")) {
			t.Errorf("%s.pdf has a Type 3 font or one that is not embedded", name)
		}
		if len(data) > 300<<10 {
			t.Errorf("%s.pdf has %d bytes", name, len(data))
		}
	}
}

func TestEveryFileSaysWhatItWasDrawnFrom(t *testing.T) {
	f := must(LengthCurves(demoCurves(), Options{}))
	f.Provenance = Provenance{Plan: "3f2a9c10", Store: "88d01bee", Date: time.Date(2026, 11, 25, 4, 0, 0, 0, time.UTC)}
	svg, _ := Render(f, SVG)
	if !bytes.Contains(svg, []byte("<metadata>longseq: plan 3f2a9c10, store 88d01bee</metadata>")) {
		t.Error("SVG without its provenance")
	}
	pdf, _ := Render(f, PDF)
	if !bytes.Contains(pdf, []byte("/CreationDate (D:20261125040000)")) {
		t.Error("PDF without its date")
	}
	if !bytes.Contains(pdf, []byte("\x003\x00f\x002\x00a")) { // UTF-16
		t.Error("PDF without its provenance")
	}
	png, _ := Render(f, PNG)
	chunks := pngChunks(t, png)
	if got := chunks["iTXt Source"]; got != "plan 3f2a9c10, store 88d01bee" {
		t.Errorf("PNG's source = %q", got)
	}
	if got := chunks["iTXt Creation Time"]; got != "2026-11-25T04:00:00Z" {
		t.Errorf("PNG's date = %q", got)
	}
	if got := chunks["iTXt Description"]; got != f.Alt {
		t.Errorf("PNG's description = %q", got)
	}
	if got := binary.BigEndian.Uint32([]byte(chunks["pHYs"])); got != 11811 {
		t.Errorf("PNG has %d dots a metre, want 11811", got)
	}
}

// pngChunks returns the chunks by type, texts by type and keyword.
func pngChunks(t *testing.T, data []byte) map[string]string {
	t.Helper()
	out := map[string]string{}
	for at := 8; at < len(data); {
		n := int(binary.BigEndian.Uint32(data[at:]))
		kind, body := string(data[at+4:at+8]), string(data[at+8:at+8+n])
		if keyword, words, ok := strings.Cut(body, "\x00\x00\x00\x00\x00"); kind == "iTXt" && ok {
			kind, body = kind+" "+keyword, words
		}
		out[kind] = body
		at += 12 + n
	}
	return out
}

func TestSVGIsWellFormedWhateverTheWords(t *testing.T) {
	curves := demoCurves()[:1]
	curves[0].Name = `a "<&>" \ model`
	f := must(LengthCurves(curves, Options{Heading: `5 < 6 & "7"`}))
	data, err := Render(f, SVG)
	if err != nil {
		t.Fatal(err)
	}
	var desc struct {
		Label string `xml:"aria-label,attr"`
		Desc  string `xml:"desc"`
	}
	if err := xml.Unmarshal(data, &desc); err != nil {
		t.Fatal(err)
	}
	if desc.Desc != f.Alt || desc.Label != f.Alt {
		t.Errorf("desc = %q, label = %q, want %q", desc.Desc, desc.Label, f.Alt)
	}
	for decoder := xml.NewDecoder(bytes.NewReader(data)); ; {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestSaveWritesAllFormatsAndNothingElse(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "figures")
	f := gallery()["paper"]
	paths, err := Save(f, dir, "published")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) != 4 || len(entries) != 4 {
		t.Fatalf("paths %v, %d entries; want 4 of each", paths, len(entries))
	}
	file, err := os.Open(filepath.Join(dir, "published.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if want := 1 + 8*5; len(rows) != want {
		t.Errorf("%d rows, want %d", len(rows), want)
	}
}

func TestSaveIntoAFileIsOneLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "taken")
	if err := os.WriteFile(path, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	_, err := Save(gallery()["state"], path, "x")
	if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), path) {
		t.Errorf("err = %v; want one line that names %s", err, path)
	}
}

func TestRenderRefusesWhatItCannotDraw(t *testing.T) {
	broken := must(LengthCurves(demoCurves(), Options{}))
	broken.Plots[0].X.Min = -1 // a caller's own axis: a logarithm of what is not positive
	for name, c := range map[string]struct {
		f      *Figure
		format string
		want   string
	}{
		"unknown format": {gallery()["state"], "gif", `unknown format "gif"; known: csv, pdf, png, svg`},
		"nil":            {nil, SVG, "it is empty"},
		"zero":           {&Figure{}, SVG, "it is empty"},
		"bad axis":       {broken, SVG, "render figure as svg: "},
	} {
		if _, err := Render(c.f, c.format); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: err = %v; want %q", name, err, c.want)
		}
	}
}

// The canvas of the PDF file is our own; what no figure uses is drawn here.
func TestPDFCanvasTurnsScalesAndCurves(t *testing.T) {
	c := newPDF(100, 100)
	c.Push()
	c.Translate(vg.Point{X: 50, Y: 50})
	c.Rotate(0.5)
	c.Scale(2, 2)
	var path vg.Path
	path.Arc(vg.Point{}, 10, 0, 1)
	path.QuadTo(vg.Point{X: 1, Y: 2}, vg.Point{X: 3, Y: 4})
	path.CubeTo(vg.Point{X: 1, Y: 2}, vg.Point{X: 3, Y: 4}, vg.Point{X: 5, Y: 6})
	c.SetColor(nil)
	c.Stroke(path)
	c.Pop()
	x, y := c.place(vg.Point{X: 10, Y: 20})
	if x != 10 || y != 80 {
		t.Errorf("after Pop (10, 20) is at (%v, %v), want (10, 80) of a page with y downwards", x, y)
	}
	var out bytes.Buffer
	if err := c.doc.Output(&out); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkLiveCurve is one redrawing of a curve while a sweep runs.
func BenchmarkLiveCurve(b *testing.B) {
	for b.Loop() {
		f, err := LengthCurves(demoCurves(), Options{Chance: 6.25})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Render(f, SVG); err != nil {
			b.Fatal(err)
		}
	}
}

func TestAPlotCanBeAdjustedBeforeItIsRendered(t *testing.T) {
	f := must(LengthCurves(demoCurves(), Options{}))
	f.Plots[0].Add(plotterFunc(func(c draw.Canvas, _ *plot.Plot) { fillRect(c, c.Rectangle, color.Black) }))
	data, err := Render(f, SVG)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := Render(must(LengthCurves(demoCurves(), Options{})), SVG)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(data, plain) {
		t.Error("a plotter that was added is not drawn")
	}
}

type plotterFunc func(draw.Canvas, *plot.Plot)

func (f plotterFunc) Plot(c draw.Canvas, p *plot.Plot) { f(c, p) }
