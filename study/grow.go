package study

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/goccy/go-yaml"

	"longseq/internal/durable"
)

// Grow makes dir, if it is a store, one of a plan that has the cells and samples of r beside those of the plan there, and
// returns that plan: the one there where it has all of r. No record is changed. Models and tasks that both have must be
// the same, and so must all else that decides what a cell is; if not, the error names the first difference.
func (r Resolved) Grow(dir string, models Models, tasks Tasks) (Plan, error) {
	there, err := ReadResolved(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return r.Plan, nil
	case err != nil:
		return Plan{}, err
	case there.Digest == r.Digest:
		return r.Plan, nil
	}
	if what := there.conflict(r); what != "" {
		return Plan{}, fmt.Errorf("store %s: it belongs to another plan: %s; use another folder", dir, what)
	}
	covers := func(a, b Resolved) (bool, error) {
		if a.Plan.Samples < b.Plan.Samples {
			return false, nil
		}
		cells, err := a.Cells(tasks)
		if err != nil {
			return false, err
		}
		has := make(map[string]bool, len(cells))
		for _, c := range cells {
			has[c.ID] = true
		}
		if cells, err = b.Cells(tasks); err != nil {
			return false, err
		}
		for _, c := range cells {
			if !has[c.ID] {
				return false, nil
			}
		}
		return true, nil
	}
	if has, err := covers(there, r); err != nil || has {
		return there.Plan, err
	}
	larger := r
	has, err := covers(r, there)
	if err == nil && !has {
		larger, err = Resolve(there.Plan.union(r.Plan), models, tasks)
	}
	if err != nil {
		return Plan{}, err
	}
	text, err := yaml.Marshal(larger)
	if err == nil {
		err = durable.WriteFile(filepath.Join(dir, ResolvedFile), text, 0o666)
	}
	if err != nil {
		return Plan{}, fmt.Errorf("store %s: write its larger plan: %w", dir, err)
	}
	return larger.Plan, nil
}

// conflict names the first thing by which a cell of two plans that share it differs, or "".
func (r Resolved) conflict(o Resolved) string {
	say := func(what, there, here string) string {
		return fmt.Sprintf("%s is %s there, %s here", what, there, here)
	}
	for _, f := range []struct{ name, there, here string }{
		{"corpus digest", r.Corpus, o.Corpus},
		{"seeds", fmt.Sprint(r.Plan.Seeds), fmt.Sprint(o.Plan.Seeds)},
		{"batch", fmt.Sprint(r.Plan.Batch), fmt.Sprint(o.Plan.Batch)},
		{"distances", fmt.Sprint(r.Plan.Distances), fmt.Sprint(o.Plan.Distances)},
		{"ruler", fmt.Sprintf("%q", r.Plan.Ruler), fmt.Sprintf("%q", o.Plan.Ruler)},
	} {
		if f.there != f.here {
			return say(f.name, f.there, f.here)
		}
	}
	models, tasks := r.digests(), byName(r.Tasks)
	for _, m := range o.Models {
		if there, ok := models[m.Name]; ok && there != m.Version {
			return say("model "+m.Name, there, m.Version)
		}
	}
	for _, t := range o.Tasks {
		if there, ok := tasks[t.Name]; ok && there != t.Version {
			return say("task "+t.Name, there, t.Version)
		}
	}
	return ""
}
