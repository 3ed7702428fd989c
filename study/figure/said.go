package figure

import (
	"html"
	"regexp"
)

// metadata is where an SVG has its provenance.
var metadata = regexp.MustCompile(`<metadata>longseq: ([^<]*)</metadata>`)

// Said returns the provenance that a rendered figure names, in words; empty where it names none. Only that of an SVG is read: the other
// formats have theirs compressed or encoded.
func Said(file []byte, format string) string {
	if format != SVG {
		return ""
	}
	found := metadata.FindSubmatch(file)
	if found == nil {
		return ""
	}
	return html.UnescapeString(string(found[1]))
}
