package notebook

import (
	"fmt"
	"html"
	"strings"

	"longseq/data/ruler"
	"longseq/data/ruler/scoring"
	"longseq/kernelsrc/jupyter/display"
)

// A shortened sample has this many bytes at its ends and around each occurrence of the answer, and so many
// occurrences.
const (
	shownAround = 180
	shownPlaces = 6
)

// Ruler shows a sample of RULER shortened to its beginning, its end and the occurrences of the answer, in bold.
func Ruler(s ruler.Sample, err error) {
	display.Fatal(err)
	evidence := s.Evidence()
	var m markedText
	for _, part := range ruler.Shorten(s.Prompt(), evidence, shownAround, shownPlaces) {
		if part.Gap {
			m.gap()
		}
		if part.Marked {
			m.mark(part.Text)
		} else {
			m.text(part.Text)
		}
	}
	task := s.Task()
	head := fmt.Sprintf("%s: %d of %d tokens, places of the answer: %d", task.Name, s.Length, s.Target(), len(evidence))
	if s.Data().Variant == ruler.Filled {
		head += "; filled, not RULER's"
	}
	answers := strings.Join(s.Outputs, ", ")
	display.HTML(fmt.Sprintf("<p><u>%s</u><br>%s → <b>%s</b></p>", head, strings.ReplaceAll(m.html.String(), "\n", "<br>"), html.EscapeString(answers)),
		fmt.Sprintf("%s\n%s -> [%s]\n", head, m.plain.String(), answers))
}

// First returns the first sample, for [Ruler].
func First(samples []ruler.Sample, err error) (ruler.Sample, error) {
	if err != nil {
		return ruler.Sample{}, err
	}
	return samples[0], nil
}

// stripWidth is the width of a strip in characters.
const stripWidth = 60

// Strips shows each sample as a strip from the prompt's first byte to its last, in which blocks are the needles that
// are asked for, followed by their depths.
func Strips(samples []ruler.Sample, err error) {
	display.Fatal(err)
	var b strings.Builder
	for _, s := range samples {
		strip := []rune(strings.Repeat("·", stripWidth))
		var depths []string
		length := len(s.Prompt())
		for _, needle := range s.Placed {
			if needle.Asked {
				strip[min(needle.Offset*stripWidth/length, stripWidth-1)] = '█'
				depths = append(depths, fmt.Sprintf("%.0f%%", needle.Depth))
			}
		}
		fmt.Fprintf(&b, "%s  %s\n", string(strip), strings.Join(depths, ", "))
	}
	display.HTML("<pre>"+b.String()+"</pre>", b.String())
}

// leftCell aligns a cell of a table to the left, on GitHub by its first part and in JupyterLab by its second.
const leftCell = `align="left" style="text-align: left"`

// Scores shows the scores of predictions for a sample, and the class of each wrong one.
func Scores(s ruler.Sample, err error, predictions ...string) {
	display.Fatal(err)
	task := s.Task()
	var rows, plain strings.Builder
	for _, p := range predictions {
		failure := task.Metric.Classify(s.Prompt(), p, s.Outputs)
		if failure == scoring.Right {
			failure = "right"
		}
		score := 100 * task.Metric.Score(p, s.Outputs)
		fmt.Fprintf(&rows, `<tr><td %s><code>%s</code></td><td align="right">%.0f</td><td %[1]s>%[4]s</td></tr>`,
			leftCell, html.EscapeString(fmt.Sprintf("%q", p)), score, failure)
		fmt.Fprintf(&plain, "%5.0f  %-12s %q\n", score, failure, p)
	}
	head := fmt.Sprintf("%s: wanted %s", task.Name, strings.Join(s.Outputs, ", "))
	display.Table(fmt.Sprintf(`<p>%s</p><table><tr><th %s>prediction</th><th align="right">score</th><th %[2]s>what is wrong</th></tr>%[3]s</table>`,
		html.EscapeString(head), leftCell, rows.String()),
		fmt.Sprintf("%s\nscore  what         prediction\n%s", head, plain.String()))
}
