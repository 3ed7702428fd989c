package notebook

import (
	"html"
	"strings"
)

// markedText is a text with marked parts: bold in HTML, in brackets as plain text.
type markedText struct{ html, plain strings.Builder }

func (m *markedText) text(s string) {
	m.html.WriteString(html.EscapeString(s))
	m.plain.WriteString(s)
}

func (m *markedText) mark(s string) {
	m.html.WriteString("<b>" + html.EscapeString(s) + "</b>")
	m.plain.WriteString("[" + s + "]")
}

// gap marks an omission.
func (m *markedText) gap() {
	m.html.WriteString(" <i>[…]</i> ")
	m.plain.WriteString(" […] ")
}
