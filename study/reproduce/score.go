package reproduce

import (
	"fmt"
	"math"
	"slices"

	"longseq/data/paper"
	"longseq/data/ruler/scoring"
	"longseq/study"
	"longseq/study/stats"
)

// Verdict says how a score of the paper compares with ours.
type Verdict string

// The verdicts. Only the first two are statements about the numbers.
const (
	Consistent    Verdict = "consistent"     // the two samples do not tell the scores apart; Detectable says what they would have told
	Differs       Verdict = "differs"        // the scores differ by more than all scores of the report together allow by chance
	NotComparable Verdict = "not comparable" // the samples or the way of asking are not the paper's: see Why
	NotVerified   Verdict = "not verified"   // nothing is known of whether the weights are the paper's
	OtherModel    Verdict = "another model"  // the weights are not the paper's
	NotRun        Verdict = "not run"        // there are no records
)

var verdicts = []Verdict{Consistent, Differs, NotComparable, NotVerified, OtherModel, NotRun}

// A Score is a score of the paper beside ours, in percent. Low and High bound the interval of ours.
type Score struct {
	Table   int     `json:"table"`
	Model   string  `json:"model,omitempty"`   // of the paper, where there are several
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
	Why     string  `json:"why,omitempty"` // why there is no statement
	// Difference is ours minus the paper's, with bounds that all statements of a report have together, and Detectable the difference
	// that the two samples would have told with probability 0.8, in points. They are nil where there is no statement.
	Difference *Difference `json:"difference,omitempty"`
	// Tries are the ways in which a score that differs could be asked again, and Trials what came of those that were.
	Tries  []Change `json:"could_try,omitempty"`
	Trials []Trial  `json:"tried,omitempty"`

	parts []part // of ours
}

// A Difference is between our score and the paper's, in points.
type Difference struct {
	Center     float64 `json:"center"`
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	Detectable float64 `json:"detectable"`
}

// A part of a score is the mean of groups of records that may share questions; parts of one score share none.
type part struct {
	groups [][]float64 // scores by the number of the sample; NaN: not asked
}

// interval returns the part's mean: Wilson's interval for one group of scores of 0 and 1, else Gaffke's, which unlike a bootstrap holds
// at the confidence of a statement among hundreds.
func (p part) interval(confidence float64) stats.Interval {
	if len(p.groups) == 1 {
		right, scores := 0, asked(p.groups[0])
		for _, s := range scores {
			switch s {
			case 1:
				right++
			case 0:
			default:
				return stats.Gaffke(scores, confidence)
			}
		}
		if len(scores) == 0 {
			return stats.NoSamples("Wilson")
		}
		return stats.Wilson(right, len(scores), confidence)
	}
	pool := stats.Pool{Seeds: 1}
	n := 0
	for _, g := range p.groups {
		n = max(n, len(g))
	}
	for _, g := range p.groups {
		if len(asked(g)) == 0 {
			return stats.NoSamples("Gaffke")
		}
		whole := slices.Clone(g)
		for len(whole) < n {
			whole = append(whole, math.NaN())
		}
		pool.Strata = append(pool.Strata, stats.Stratum{Weight: 1 / float64(len(p.groups)), Scores: whole})
	}
	return stats.CheckpointMean(pool, confidence)
}

// asked returns the scores that are there.
func asked(scores []float64) []float64 {
	return slices.DeleteFunc(slices.Clone(scores), math.IsNaN)
}

// interval returns the mean of parts.
func interval(parts []part, confidence float64) stats.Interval {
	if len(parts) == 1 {
		return parts[0].interval(confidence)
	}
	means := make([]stats.Interval, len(parts))
	for i, p := range parts {
		means[i] = p.interval(confidence)
	}
	return stats.MeanOf(means)
}

// answered are records of a model, by what a group is of.
type answered map[group][]*study.Record

func index(records []study.Record, model string) answered {
	all := answered{}
	for i := range records {
		if r := &records[i]; r.Model == model && r.Distance == 0 {
			g := group{r.Task, r.Format, r.Length, r.Depth}
			all[g] = append(all[g], r)
		}
	}
	return all
}

// scores returns the selected scores of the paper beside what the records give; a row's average is last. Verdicts are those that need no
// family: see [judge].
func (s selection) scores(records answered, confidence float64, c conditions, who Recognition) ([]Score, error) {
	entries, err := s.entries()
	if err != nil {
		return nil, err
	}
	var list []Score
	for _, e := range entries {
		score := Score{Table: s.table, Model: s.model.Name, Length: s.length(e), Depth: e.Depth, Format: e.Format, Paper: e.Score}
		var formats [][]float64
		why := ""
		for _, g := range s.groups(e) {
			of := records[g]
			values := byNumber(of)
			if s.table == 1 {
				score.parts = append(score.parts, part{[][]float64{values}})
			} else {
				formats = append(formats, values)
			}
			score.Samples += len(of)
			if why == "" {
				why = c.why(g.task, of)
			}
		}
		if len(formats) > 0 {
			score.parts = []part{{formats}}
		}
		score.set(confidence, why, who)
		list = append(list, score)
	}
	return append(list, s.average(list, confidence, who)...), nil
}

// byNumber returns scores by the number of the sample.
func byNumber(records []*study.Record) []float64 {
	var values []float64
	for _, r := range records {
		for len(values) <= r.Sample {
			values = append(values, math.NaN())
		}
		values[r.Sample] = r.Score
	}
	return values
}

// set fills in ours, and the verdict as far as it needs no family.
func (s *Score) set(confidence float64, why string, who Recognition) {
	i := interval(s.parts, confidence)
	switch {
	case i.N == 0:
		s.Verdict, s.Samples = NotRun, 0
		return
	case who.Verdict != "":
		s.Verdict, s.Why = who.Verdict, who.Why
	case why != "":
		s.Verdict, s.Why = NotComparable, why
	}
	s.Ours, s.Low, s.High = scoring.Round(100*i.Center), scoring.Round(100*i.Low), scoring.Round(100*i.High)
}

// average returns the row's average, if the paper has one and all lengths are selected.
func (s selection) average(list []Score, confidence float64, who Recognition) []Score {
	if len(s.lengths) > 0 {
		return nil
	}
	for _, e := range s.paperTable().Entries {
		if e.Model != s.model.Name || !e.IsAverage() {
			continue
		}
		score := Score{Table: s.table, Model: s.model.Name, Average: true, Paper: e.Score}
		why := ""
		var depths [][]float64
		for _, of := range list {
			score.Samples += of.Samples
			if s.isNeedle() { // depths share questions
				depths = append(depths, of.parts[0].groups...)
			} else {
				score.parts = append(score.parts, of.parts...)
			}
			if of.Verdict == NotComparable {
				why = of.Why
			}
		}
		if s.isNeedle() {
			score.parts = []part{{depths}}
		}
		score.set(confidence, why, who)
		return []Score{score}
	}
	return nil
}

// judge makes the statements about the scores that have no verdict yet: with the confidence all together (Bonferroni). changes says
// what could be tried where a score differs. It returns how many statements there are.
func judge(list []Score, confidence float64, changes func(Score) []Change) (family int, err error) {
	for _, s := range list {
		if s.Verdict == "" {
			family++
		}
	}
	for i := range list {
		s := &list[i]
		if s.Verdict != "" {
			continue
		}
		if err := s.judge(1-(1-confidence)/float64(family), changes); err != nil {
			return family, err
		}
	}
	return family, nil
}

// judge makes the statement about a score at a confidence of its own.
func (s *Score) judge(confidence float64, changes func(Score) []Change) error {
	p, err := s.against(s.parts, confidence)
	if err != nil {
		return err
	}
	points := func(x float64) float64 { return scoring.Round(100 * x) }
	s.Difference = &Difference{points(p.Difference.Center), points(p.Difference.Low), points(p.Difference.High), points(p.Detectable)}
	s.Verdict = Consistent
	if !p.Consistent {
		s.Verdict, s.Tries = Differs, changes(*s)
	}
	return nil
}

// against compares parts of ours with the paper's score.
func (s *Score) against(parts []part, confidence float64) (stats.Published, error) {
	n := selection{table: s.Table}.questions(s.Average)
	p, err := stats.AgainstPublished(interval(parts, confidence), s.Paper/100, n)
	if err != nil {
		return p, fmt.Errorf("table %d, %s: %w", s.Table, s.Model, err)
	}
	return p, nil
}

// PaperInterval returns the interval of a printed score, in percent: Wilson's at the number of the paper's questions, which is inferred from
// the scores' granularity and not given.
func PaperInterval(e paper.Entry, confidence float64) (low, high float64) {
	n := selection{table: e.Table}.questions(e.IsAverage())
	i := stats.Wilson(int(math.Round(e.Score/100*float64(n))), n, confidence)
	return 100 * i.Low, 100 * i.High
}

// Statement says in words how a score compares.
func (s Score) Statement() string {
	switch d := s.Difference; {
	case s.Verdict == Consistent && d != nil:
		return fmt.Sprintf("consistent; could not have told less than %.1f", d.Detectable)
	case s.Verdict == Differs && d != nil:
		return fmt.Sprintf("differs by %+.1f [%+.1f, %+.1f]", d.Center, d.Low, d.High)
	case s.Why != "":
		return s.Why
	}
	return string(s.Verdict)
}
