package reproduce

import (
	"longseq/data"
	"longseq/data/paper"
	"longseq/data/ruler"
	"longseq/data/ruler/scoring"
	"longseq/study"
	"longseq/study/stats"
)

// Verdict says how a score of the paper compares with ours.
type Verdict string

// The verdicts.
const (
	Inside        Verdict = "inside"         // the paper's score is in our interval
	Outside       Verdict = "outside"        // the paper's score is not in our interval
	NotComparable Verdict = "not comparable" // model or samples are not the paper's: see Why
	NotRun        Verdict = "not run"        // there are no records
)

// A Score is a score of the paper beside ours, in percent. Low and High bound the interval of ours.
type Score struct {
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
	Why     string  `json:"why,omitempty"` // why it is not comparable
}

// conditions must hold, beside what the records say, for scores to be comparable.
type conditions struct {
	ownWeights bool // the model is the paper's
	rulerData  bool // the texts are RULER's own, not those built in
}

// scores returns the selected scores of the paper beside what the records give. A row's average is last.
func (s selection) scores(records []study.Record, confidence float64, c conditions) ([]Score, error) {
	entries, err := s.entries()
	if err != nil {
		return nil, err
	}
	var scores []Score
	var parts []stats.Interval
	for _, e := range entries {
		var means []stats.Interval
		var why string
		for _, group := range s.groups(e) {
			var values []float64
			for _, r := range records {
				if !group.has(r) {
					continue
				}
				values = append(values, r.Score)
				if r.SampleVariant != "" {
					why = "RULER makes no such samples: " + r.Task + " was filled"
				}
			}
			means = append(means, stats.Mean(values, confidence))
			if why == "" && !c.rulerData && group.needsData {
				why = "the haystack and questions are not RULER's"
			}
		}
		interval := means[0]
		if len(means) > 1 {
			interval = stats.MeanOf(means)
		}
		parts = append(parts, interval)
		score := Score{Table: s.table, Length: s.length(e), Depth: e.Depth, Format: e.Format, Paper: e.Score}.with(interval)
		score.judge(why, c)
		scores = append(scores, score)
	}
	return append(scores, s.average(scores, parts, c)...), nil
}

// with returns the score with ours filled in.
func (s Score) with(i stats.Interval) Score {
	s.Samples = i.N
	if i.N > 0 {
		s.Ours, s.Low, s.High = scoring.Round(100*i.Center), scoring.Round(100*i.Low), scoring.Round(100*i.High)
	}
	return s
}

// judge sets the verdict. why says why the records are not comparable; empty: they are.
func (s *Score) judge(why string, c conditions) {
	if !c.ownWeights {
		why = "other weights than the paper's"
	}
	switch {
	case s.Samples == 0:
		s.Verdict = NotRun
	case why != "":
		s.Verdict, s.Why = NotComparable, why
	case s.Low <= s.Paper && s.Paper <= s.High:
		s.Verdict = Inside
	default:
		s.Verdict = Outside
	}
}

// average returns the row's average, if the paper has one and all lengths are selected.
func (s selection) average(scores []Score, parts []stats.Interval, c conditions) []Score {
	for _, e := range s.paperTable().Entries {
		if e.Model != s.model.Name || !e.IsAverage() || len(s.lengths) > 0 {
			continue
		}
		score := Score{Table: s.table, Average: true, Paper: e.Score}.with(stats.MeanOf(parts))
		why := ""
		for _, part := range scores {
			if part.Verdict == NotComparable {
				why = part.Why
			}
		}
		score.judge(why, c)
		return []Score{score}
	}
	return nil
}

// A group is the records of one mean. A score is the mean of its groups.
type group struct {
	task, format string
	length       int
	depth        float64
	needsData    bool // comparable only with RULER's own texts
}

func (g group) has(r study.Record) bool {
	return r.Task == g.task && r.Length == g.length && r.Depth == g.depth && r.Format == g.format && r.Distance == 0
}

// groups returns the groups of an entry.
func (s selection) groups(e paper.Entry) []group {
	var groups []group
	add := func(task ruler.Task, name, format string, depth float64) {
		needsData := task.Kind == ruler.Questions || task.Kind == ruler.Needles && task.Haystack == ruler.Essay
		groups = append(groups, group{name, format, s.length(e), depth, needsData})
	}
	for _, task := range ruler.Tasks() {
		if s.table == 1 || task.Name == s.paperTable().Task {
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
