package reproduce

import (
	"fmt"
	"slices"

	"longseq/data"
	"longseq/data/paper"
	"longseq/data/ruler"
	"longseq/data/ruler/scoring"
	"longseq/study"
	"longseq/study/stats"
)

// Verdict says how one of the paper's numbers stands to ours.
type Verdict string

// The verdicts.
const (
	Inside        Verdict = "inside"         // the paper's number is in our interval
	Outside       Verdict = "outside"        // it is not
	NotComparable Verdict = "not comparable" // something else was asked, or of something else: see Why
	NotRun        Verdict = "not run"        // there are no records
)

// A Cell is a score of the paper with ours. Scores are percent.
type Cell struct {
	Table   int     `json:"table"`
	Length  int     `json:"length,omitempty"`  // tokens; 0 in a row's average
	Depth   int     `json:"depth,omitempty"`   // percent, in Tables 2 to 4
	Format  string  `json:"format,omitempty"`  // haystack-key-value, in Table 4
	Average bool    `json:"average,omitempty"` // of the row
	Paper   float64 `json:"paper"`
	Ours    float64 `json:"ours"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
	Samples int     `json:"samples"`
	Verdict Verdict `json:"verdict"`
	Why     string  `json:"why,omitempty"` // it cannot be compared
}

// Conditions are what a comparison rests on beside the records.
type Conditions struct {
	// Weights are the paper's model's own.
	Weights bool
	// Data are RULER's own texts, not those built in.
	Data bool
}

// Cells returns the asked cells of the paper, with what the records say of them. averages of rows are last.
func (a Asked) Cells(records []study.Record, confidence float64, c Conditions) ([]Cell, error) {
	entries, err := a.entries()
	if err != nil {
		return nil, err
	}
	var cells []Cell
	var parts []stats.Interval
	for _, e := range entries {
		var scores []stats.Interval
		var why string
		for _, group := range a.groups(e) {
			var values []float64
			for _, r := range records {
				if !group.has(r) {
					continue
				}
				values = append(values, r.Score)
				if r.Variant != "" {
					why = "RULER makes no such samples: " + r.Task + " was filled"
				}
			}
			scores = append(scores, stats.Mean(values, confidence))
			if why == "" && !c.Data && group.needsData {
				why = "the haystack and questions are not RULER's"
			}
		}
		interval := scores[0]
		if len(scores) > 1 {
			interval = stats.MeanOf(scores)
		}
		parts = append(parts, interval)
		cell := a.cell(e, interval)
		cell.judge(why, c)
		cells = append(cells, cell)
	}
	return append(cells, a.average(cells, parts, c)...), nil
}

func (a Asked) cell(e paper.Entry, i stats.Interval) Cell {
	return Cell{Table: a.Table, Length: a.length(e), Depth: e.Depth, Format: e.Format, Paper: e.Score}.with(i)
}

func (cell Cell) with(i stats.Interval) Cell {
	cell.Samples = i.N
	if i.N > 0 {
		cell.Ours, cell.Low, cell.High = scoring.Round(100*i.Center), scoring.Round(100*i.Low), scoring.Round(100*i.High)
	}
	return cell
}

// judge sets the verdict.
func (cell *Cell) judge(why string, c Conditions) {
	if !c.Weights {
		why = "other weights than the paper's"
	}
	switch {
	case cell.Samples == 0:
		cell.Verdict = NotRun
	case why != "":
		cell.Verdict, cell.Why = NotComparable, why
	case cell.Low <= cell.Paper && cell.Paper <= cell.High:
		cell.Verdict = Inside
	default:
		cell.Verdict = Outside
	}
}

// average returns the average of the row, where the paper has one and all of it was asked.
func (a Asked) average(cells []Cell, parts []stats.Interval, c Conditions) []Cell {
	for _, e := range a.table().Entries {
		if e.Model != a.Model.Name || !e.IsAverage() || len(a.Lengths) > 0 {
			continue
		}
		cell := Cell{Table: a.Table, Average: true, Paper: e.Score}.with(stats.MeanOf(parts))
		why := ""
		for _, part := range cells {
			if part.Verdict == NotComparable {
				why = part.Why
			}
		}
		cell.judge(why, c)
		return []Cell{cell}
	}
	return nil
}

// A group are the records that make one mean; a cell is the mean of its groups.
type group struct {
	task, format string
	length       int
	depth        float64
	needsData    bool
}

func (g group) has(r study.Record) bool {
	return r.Task == g.task && r.Length == g.length && r.Depth == g.depth && r.Format == g.format && r.Distance == 0
}

// groups of an entry.
func (a Asked) groups(e paper.Entry) []group {
	var groups []group
	add := func(task ruler.Task, name, format string, depth float64) {
		own := task.Kind == ruler.Questions || task.Kind == ruler.Needles && task.Haystack == ruler.Essay
		groups = append(groups, group{name, format, a.length(e), depth, own})
	}
	for _, task := range ruler.Tasks() {
		if a.Table == 1 || task.Name == a.table().Task {
			add(task, task.Name, "", data.AnyDepth)
		}
	}
	if len(groups) > 0 {
		return groups
	}
	for _, format := range formats {
		if e.Format != "" && e.Format != format {
			continue
		}
		if f, err := data.ParseFormat(format); err == nil {
			if task, err := ruler.SingleNeedleTask().WithFormat(f); err == nil {
				add(task, task.Name, format, float64(e.Depth))
			}
		}
	}
	return groups
}

// Count returns how many cells have each verdict, in words.
func Count(cells []Cell) string {
	counts := map[Verdict]int{}
	for _, c := range cells {
		counts[c.Verdict]++
	}
	text := ""
	for _, v := range []Verdict{Inside, Outside, NotComparable, NotRun} {
		if counts[v] > 0 {
			if text != "" {
				text += ", "
			}
			text += fmt.Sprintf("%d %s", counts[v], v)
		}
	}
	return text
}

// Reasons returns why cells cannot be compared, each once.
func Reasons(cells []Cell) []string {
	var reasons []string
	for _, c := range cells {
		if c.Why != "" && !slices.Contains(reasons, c.Why) {
			reasons = append(reasons, c.Why)
		}
	}
	return reasons
}
