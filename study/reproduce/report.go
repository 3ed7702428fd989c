package reproduce

import (
	"slices"

	"longseq/data/published"
	"longseq/study"
)

// A Report is the paper's scores beside ours.
type Report struct {
	Confidence float64  `json:"confidence"` // of each interval, and of all statements together
	Family     int      `json:"family"`     // statements
	Models     []Model  `json:"models"`
	Scores     []Score  `json:"cells"`
	Missing    []string `json:"missing,omitempty"`    // models that were not found, with why
	Identities string   `json:"identities,omitempty"` // those that were given
	Asked      int64    `json:"tokens_asked"`         // of all prompts
	Read       int64    `json:"tokens_read"`          // less than asked where prompts share what they begin with
	Estimate   Estimate `json:"estimate"`             // before it was asked
	Store      string   `json:"store"`                // the folder with the records
	Warnings   []string `json:"warnings,omitempty"`   // of the store: see [study.Store.Warnings]
	Origin     Origin   `json:"origin"`
}

// A Model is one that was evaluated.
type Model struct {
	Name         string `json:"name"` // in the store
	As           string `json:"as"`   // in the paper
	Architecture string `json:"architecture"`
	Digest       string `json:"digest"` // of weights, tokenizer and whatever else determines answers
	Recognition  `json:"identity"`
	Conditions   string `json:"conditions"` // under which it was asked
}

// Report sets the scores of the store's records beside the paper's. It needs no model's files beyond those that the evaluation was
// prepared with.
func (e Evaluation) Report() (Report, error) {
	r := Report{Confidence: e.options.Confidence, Missing: e.Missing, Store: e.Dir, Identities: e.options.Identities.String()}
	store, err := study.OpenStore(e.Dir)
	if err != nil {
		return r, err
	}
	plan, err := study.ReadResolved(e.Dir)
	if err != nil {
		return r, err
	}
	subjects := make([]of, len(e.subjects))
	for i, s := range e.subjects {
		subjects[i] = of{s.name, s.paper, e.selections[i]}
	}
	return r, r.fill(store, plan, subjects, e.options.Identities)
}

// of is a model of a store with the scores that are compared.
type of struct {
	name       string
	paper      published.Model
	selections []selection
}

// fill compares the records of models with the paper.
func (r *Report) fill(store *study.Store, plan study.Resolved, subjects []of, known Identities) error {
	r.Warnings = store.Warnings()
	r.Origin = originOf(store, plan)
	for i := range store.Records {
		rec := &store.Records[i]
		r.Asked += int64(rec.PromptTokens)
		if r.Read += int64(rec.PromptTokens); rec.TokensRead > 0 {
			r.Read += int64(rec.TokensRead) - int64(rec.PromptTokens)
		}
	}
	all := map[string]conditions{}
	for _, s := range subjects {
		c, err := conditionsOf(plan, s.name, s.paper)
		if err != nil {
			return err
		}
		all[s.paper.Name] = c
		records := index(store.Records, s.name)
		m := Model{Name: s.name, As: s.paper.Name}
		var files []study.WeightsFile
		for _, p := range plan.Models {
			if p.Name == s.name {
				m.Digest, m.Architecture, files = p.Version, p.Architecture, p.Files
			}
		}
		m.Recognition = known.identify(s.paper, files)
		m.Conditions = c.held(computedBy(store.Records, s.name))
		r.Models = append(r.Models, m)
		r.Origin.Models[m.As] = m.Digest
		for _, sel := range s.selections {
			scores, err := sel.scores(records, r.Confidence, c, m.Recognition)
			if err != nil {
				return err
			}
			r.Scores = append(r.Scores, scores...)
		}
	}
	slices.SortStableFunc(r.Scores, func(a, b Score) int { return a.Table - b.Table })
	var err error
	r.Family, err = judge(r.Scores, r.Confidence, func(s Score) []Change { return all[s.Model].changes(s.Length) })
	return err
}

// computedBy returns what computed a model's first record.
func computedBy(records []study.Record, model string) study.ComputedBy {
	for i := range records {
		if records[i].Model == model {
			return records[i].ComputedBy
		}
	}
	return study.ComputedBy{}
}

// Result returns the part of the report's first model.
func (r Report) Result() Result {
	result := Result{Store: r.Store, Estimate: r.Estimate, Warnings: r.Warnings}
	result.Estimate.Models = nil
	if len(r.Models) > 0 {
		m := r.Models[0]
		result.Model, result.As, result.Identity = m.Name, m.As, m.Why
	}
	for _, s := range r.Scores {
		if s.Model == result.As {
			s.Model = ""
			result.Scores = append(result.Scores, s)
		}
	}
	return result
}
