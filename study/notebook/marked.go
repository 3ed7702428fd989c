package notebook

import (
	"html"
	"strings"
)

// markedText is a text with parts of it marked, as HTML in bold and plain in brackets.
type markedText struct{ html, plain strings.Builder }

func (m *markedText) text(s string) {
	m.html.WriteString(html.EscapeString(s))
	m.plain.WriteString(s)
}

func (m *markedText) mark(s string) {
	m.html.WriteString("<b>" + html.EscapeString(s) + "</b>")
	m.plain.WriteString("[" + s + "]")
}

// gap says that something was left out.
func (m *markedText) gap() {
	m.html.WriteString(" <i>[…]</i> ")
	m.plain.WriteString(" […] ")
}
