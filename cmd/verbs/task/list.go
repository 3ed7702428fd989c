package task

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"longseq/cmd/verbs/session"
	"longseq/data/ruler"
	"longseq/data/synthetic"
	"longseq/internal/printable"
)

// listed is a task that plans may name.
type listed struct {
	Task string `json:"task"`
	// Axes are the settings that a plan may write behind the name, with their defaults.
	Axes     []listedAxis `json:"axes,omitempty"`
	HasDepth bool         `json:"has_depth"`
	// Chance of the best answer that does not look at what is asked, at 64 tokens and the defaults; nil: not known.
	Chance *float64 `json:"chance,omitempty"`
	Asks   string   `json:"asks"`
	Source string   `json:"source"`
}

// A listedAxis is a setting with its range.
type listedAxis struct {
	Name    string `json:"name"`
	Default int    `json:"default"`
	Min     int    `json:"min"`
	Max     int    `json:"max"`
	Meaning string `json:"meaning"`
}

// listedLength is the length, in tokens, of the chance levels in the list: that of the tiny models' training.
const listedLength = 64

// list returns the tasks that plans may name: recall, the synthetic ones, RULER's.
func list() []listed {
	all := []listed{{Task: "recall", HasDepth: true, Asks: "the value of a key, from needles in a haystack", Source: "RULER with one token a word"}}
	for _, k := range synthetic.Kinds() {
		chance := k.Chance(nil, listedLength)
		l := listed{Task: k.Name, HasDepth: k.HasDepth, Chance: &chance, Asks: k.Asks, Source: k.Source}
		for _, a := range k.Axes {
			l.Axes = append(l.Axes, listedAxis{a.Name, a.Default, a.Min, a.Max, a.Meaning})
		}
		all = append(all, l)
	}
	for _, name := range ruler.TaskNames() {
		all = append(all, listed{Task: name, Asks: "RULER's own samples", Source: "Hsieh et al. 2024, RULER"})
	}
	return append(all, listed{Task: ruler.SingleNeedle, HasDepth: true, Asks: "a value at a depth and in a format", Source: "Hsieh et al. 2024, RULER"})
}

// printList prints the tasks, a row each.
func printList(s *session.Session, asJSON bool) error {
	if asJSON {
		return s.PrintJSON(list())
	}
	w := tabwriter.NewWriter(printable.Writer(s.Out), 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "task\tdepth\tchance at %d tokens\tsettings\tasks for\tsource\n", listedLength)
	for _, l := range list() {
		depth, chance := "", ""
		if l.HasDepth {
			depth = "yes"
		}
		if l.Chance != nil {
			chance = fmt.Sprintf("%.1f%%", 100**l.Chance)
		}
		var axes []string
		for _, a := range l.Axes {
			axes = append(axes, fmt.Sprintf("%s=%d", a.Name, a.Default))
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", l.Task, depth, chance, strings.Join(axes, " "), l.Asks, l.Source)
	}
	return w.Flush()
}
