package reproduce

import (
	"slices"

	"longseq/study"
)

// FromStore reports on a store alone, without the models' files: each of its models beside the paper's of its name, else of its
// architecture. Of the options, Confidence, Identities and As count.
func FromStore(dir string, o Options) (Report, error) {
	o = o.withDefaults()
	r := Report{Confidence: o.Confidence, Store: dir, Identities: o.Identities.String()}
	store, err := study.OpenStore(dir)
	if err != nil {
		return r, err
	}
	plan, err := study.ReadResolved(dir)
	if err != nil {
		return r, err
	}
	var subjects []of
	for _, m := range plan.Models {
		paper, _, err := o.paperModel(m.Name, "", m.Architecture)
		if err != nil {
			return r, err
		}
		s := of{name: m.Name, paper: paper}
		for _, t := range tables {
			if sel := (selection{table: t.Number, model: paper}); sel.has() {
				s.selections = append(s.selections, sel)
			}
		}
		subjects = append(subjects, s)
	}
	if err := r.fill(store, plan, subjects, o.Identities); err != nil {
		return r, err
	}
	r.Scores = slices.DeleteFunc(r.Scores, func(s Score) bool { return s.Verdict == NotRun })
	return r, nil
}
