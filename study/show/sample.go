package show

import (
	"fmt"
	"html"
	"strings"

	"longseq/data"
	"longseq/kernelsrc/jupyter/display"
	"longseq/study"
)

// Sample shows a sample with its needles and its answer in bold. In a notebook it wraps like any text.
func Sample(s data.Sample) {
	var marked, plain strings.Builder
	at := 0
	for _, needle := range s.Needles {
		end := needle + study.NeedleLength(s, needle)
		marked.WriteString(html.EscapeString(s.Prompt[at:needle]) + "<b>" + html.EscapeString(s.Prompt[needle:end]) + "</b>")
		plain.WriteString(s.Prompt[at:needle] + "[" + s.Prompt[needle:end] + "]")
		at = end
	}
	answer := strings.Join(s.Answers, ", ")
	marked.WriteString(html.EscapeString(s.Prompt[at:]))
	plain.WriteString(s.Prompt[at:])
	display.HTML(fmt.Sprintf("<p>%s → <b>%s</b></p>", marked.String(), html.EscapeString(answer)),
		fmt.Sprintf("%s -> [%s]\n", plain.String(), answer))
}
