package notebook

import (
	"fmt"
	"html"
	"strings"

	"longseq/data"
	"longseq/kernelsrc/jupyter/display"
)

// Sample shows a sample with its needles and its answer in bold.
func Sample(s data.Sample) {
	var m markedText
	at := 0
	for _, needle := range s.Needles {
		end := needle + s.NeedleLength(needle)
		m.text(s.Prompt[at:needle])
		m.mark(s.Prompt[needle:end])
		at = end
	}
	answer := strings.Join(s.Answers, ", ")
	m.text(s.Prompt[at:])
	display.HTML(fmt.Sprintf("<p>%s → <b>%s</b></p>", m.html.String(), html.EscapeString(answer)),
		fmt.Sprintf("%s -> [%s]\n", m.plain.String(), answer))
}
