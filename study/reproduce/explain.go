package reproduce

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"longseq/data/ruler/scoring"
	"longseq/study"
)

// A Trial is what a score became when it was asked again in another way.
type Trial struct {
	Change  Change  `json:"change"`
	Ours    float64 `json:"ours"` // percent
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
	Verdict Verdict `json:"verdict"` // at the confidence of the statement that it is to explain
	Store   string  `json:"store"`
}

// explain asks every score that differs again in each way that could be tried, in stores of their own beside the store.
func (e Evaluation) explain(ctx context.Context, r *Report) error {
	for i := range r.Scores {
		s := &r.Scores[i]
		for _, change := range s.Tries {
			trial, err := e.try(ctx, s, change, 1-(1-r.Confidence)/float64(r.Family))
			if err != nil {
				return fmt.Errorf("explain table %d, %s, with %s: %w", s.Table, s.Model, change.Name, err)
			}
			s.Trials = append(s.Trials, trial)
		}
	}
	return nil
}

// try asks a score again.
func (e Evaluation) try(ctx context.Context, s *Score, change Change, confidence float64) (Trial, error) {
	other := e
	for _, of := range e.subjects {
		if of.paper.Name != s.Model {
			continue
		}
		of.manner = change.manner
		other.subjects = []subject{of}
		sel := selection{table: s.Table, model: of.paper}
		if !s.Average {
			sel.lengths = []int{s.Length}
		}
		other.selections = [][]selection{{sel}}
		other.options.Tables = []int{s.Table}
	}
	other.Dir = filepath.Join(filepath.Dir(filepath.Clean(e.Dir)), "explain", strings.ReplaceAll(s.Model+" "+change.Name, " ", "-"))
	var err error
	if other.Plan, err = other.options.plan(other.subjects, other.selections); err != nil {
		return Trial{}, err
	}
	if (selection{table: s.Table}).isNeedle() && !s.Average {
		other.Plan.Depths = []float64{float64(s.Depth)}
	}
	if s.Format != "" {
		other.Plan.Formats = []string{s.Format}
	}
	if err := other.find(other.Plan); err != nil {
		return Trial{}, err
	}
	if _, err := other.Ask(ctx); err != nil {
		return Trial{}, err
	}
	store, err := study.OpenStore(other.Dir)
	if err != nil {
		return Trial{}, err
	}
	list, err := other.selections[0][0].scores(index(store.Records, other.subjects[0].name), e.options.Confidence, conditions{}, Recognition{Verdict: NotVerified})
	if err != nil {
		return Trial{}, err
	}
	for _, again := range list {
		if again.Average != s.Average || again.Length != s.Length || again.Depth != s.Depth || again.Format != s.Format || again.Samples == 0 {
			continue
		}
		i := interval(again.parts, e.options.Confidence)
		t := Trial{Change: change, Ours: scoring.Round(100 * i.Center), Low: scoring.Round(100 * i.Low), High: scoring.Round(100 * i.High), Verdict: Differs, Store: other.Dir}
		p, err := s.against(again.parts, confidence)
		if err == nil && p.Consistent {
			t.Verdict = Consistent
		}
		return t, err
	}
	return Trial{}, fmt.Errorf("no samples were asked")
}
