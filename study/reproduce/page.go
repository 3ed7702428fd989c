package reproduce

import (
	"fmt"
	"html"
	"strings"
)

// A page is a report being written, in Markdown or HTML.
type page interface {
	heading(level int, text string)
	paragraph(text string)
	list(items []string)
	grid(Grid)
	// figure shows a figure that lies beside the report under a name.
	figure(name, alt, caption string, svg []byte)
}

// markdownPage writes Markdown. Figures are links to files beside it.
type markdownPage struct{ strings.Builder }

var markdownEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", "|", `\|`)

func (p *markdownPage) heading(level int, text string) {
	fmt.Fprintf(p, "%s %s\n\n", strings.Repeat("#", level), markdownEscapes.Replace(text))
}

func (p *markdownPage) paragraph(text string) {
	fmt.Fprintf(p, "%s\n\n", markdownEscapes.Replace(text))
}

func (p *markdownPage) list(items []string) {
	for _, item := range items {
		fmt.Fprintf(p, "- %s\n", markdownEscapes.Replace(item))
	}
	if len(items) > 0 {
		p.WriteByte('\n')
	}
}

func (p *markdownPage) grid(g Grid) { p.WriteString(g.Markdown() + "\n") }

func (p *markdownPage) figure(name, alt, caption string, _ []byte) {
	fmt.Fprintf(p, "![%s](%s.svg)\n\n%s\n\n", strings.NewReplacer("[", "(", "]", ")").Replace(markdownEscapes.Replace(alt)), name, markdownEscapes.Replace(caption))
}

// htmlPage writes one file of HTML without scripts, figures included.
type htmlPage struct{ strings.Builder }

const htmlHead = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>%s</title>
<style>
body { font: 16px/1.5 sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em; color: #222; background: #fff }
table { border-collapse: collapse; font-size: 80%%; font-variant-numeric: tabular-nums; display: block; overflow-x: auto }
caption { text-align: left; padding: .5em 0 }
th, td { padding: .2em .6em; border-bottom: 1px solid #ddd; white-space: nowrap }
figure { margin: 1em 0 } figure svg { max-width: 100%%; height: auto } figcaption { font-size: 85%%; color: #555 }
</style></head><body>
`

func (p *htmlPage) heading(level int, text string) {
	if p.Len() == 0 {
		fmt.Fprintf(p, htmlHead, html.EscapeString(text))
	}
	fmt.Fprintf(p, "<h%d>%s</h%d>\n", level, html.EscapeString(text), level)
}

func (p *htmlPage) paragraph(text string) { fmt.Fprintf(p, "<p>%s</p>\n", html.EscapeString(text)) }

func (p *htmlPage) list(items []string) {
	p.WriteString("<ul>\n")
	for _, item := range items {
		fmt.Fprintf(p, "<li>%s</li>\n", html.EscapeString(item))
	}
	p.WriteString("</ul>\n")
}

func (p *htmlPage) grid(g Grid) { p.WriteString(g.HTML()) }

func (p *htmlPage) figure(_, _, caption string, svg []byte) {
	text := string(svg)
	if i := strings.Index(text, "<svg"); i > 0 {
		text = text[i:] // without the prolog of a file
	}
	fmt.Fprintf(p, "<figure>%s<figcaption>%s</figcaption></figure>\n", text, html.EscapeString(caption))
}

// end returns the whole page.
func (p *htmlPage) end() string { return p.String() + "</body></html>\n" }
