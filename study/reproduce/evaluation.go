package reproduce

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sync"

	"longseq/data/published"
	"longseq/study"
	"longseq/study/models"
)

// An Evaluation is ready to run: its models' files are found, and its plan is made.
type Evaluation struct {
	Model   string     // as in [Options]
	As      string     // the model of the paper that Model is set beside
	Plan    study.Plan // what is asked
	Dir     string     // the store's folder
	Missing []string   // the paper's models whose files were not found, with why

	options    Options
	subjects   []subject
	selections [][]selection // of each subject
	models     study.Models
	tasks      study.Tasks
}

// Prepare finds the models' files and makes the plan. It reads no weights and asks nothing. A wrong option is an
// [OptionError].
func Prepare(o Options) (Evaluation, error) {
	o = o.withDefaults()
	e := Evaluation{Model: o.Model, Dir: o.Dir, options: o}
	var err error
	if e.subjects, e.Missing, err = o.subjects(); err != nil {
		return e, err
	}
	if err := o.check(); err != nil {
		return e, err
	}
	if e.selections, err = o.selections(e.subjects); err != nil {
		return e, err
	}
	if o.Model != "" {
		e.As = e.subjects[0].paper.Name
	}
	if e.Plan, err = o.plan(e.subjects, e.selections); err != nil {
		return e, err
	}
	return e, e.find(e.Plan)
}

// find sets the evaluation's models and tasks to those of a plan.
func (e *Evaluation) find(plan study.Plan) error {
	here := models.Checkpoints{Backend: e.options.Backend, Locations: map[string]models.Location{}, Manners: plan.Manners}
	for _, s := range e.subjects {
		here.Locations[s.name] = s.location
	}
	tasks, err := here.Tasks(here.RulerOptions(plan, e.options.Data))
	if err != nil {
		return err
	}
	e.tasks, e.models = tasks, &remembered{Models: here}
	return nil
}

// remembered remembers what is known of models: to digest weights takes long, and a sweep asks for it each time.
type remembered struct {
	study.Models
	mu    sync.Mutex
	known map[string]study.Description
}

// Describe describes a model as it was when it was first asked for.
func (r *remembered) Describe(name string) (study.Description, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if d, ok := r.known[name]; ok {
		return d, nil
	}
	d, err := r.Models.Describe(name)
	if err != nil {
		return d, err
	}
	if files := d.Files; files != nil {
		d.Files = sync.OnceValues(files)
	}
	if r.known == nil {
		r.known = map[string]study.Description{}
	}
	r.known[name] = d
	return d, nil
}

// passes are how many samples of each cell are asked in the first rounds, so that an evaluation that is stopped early has all
// scores, with wide intervals, and not some of them.
var passes = []int{batch, 5 * batch}

// Run estimates, asks the samples that the store does not have, and compares the scores with the paper's. When
// ctx ends, what is finished is kept, and the error is a [*study.Interrupted].
func (e Evaluation) Run(ctx context.Context) (Report, error) {
	estimate, err := e.Estimate()
	if err != nil {
		return Report{Estimate: estimate}, err
	}
	if e.options.Estimated != nil {
		e.options.Estimated(estimate)
	}
	if _, err := e.Ask(ctx); err != nil {
		return Report{Estimate: estimate}, err
	}
	report, err := e.Report()
	if err != nil {
		return report, err
	}
	report.Estimate = estimate
	if e.options.Explain {
		err = e.explain(ctx, &report)
	}
	return report, err
}

// Ask asks the samples of this shard that the store does not have, few of every cell first. It returns how many samples the shard has,
// all of which are in the store then.
func (e Evaluation) Ask(ctx context.Context) (samples int, err error) {
	there, err := study.ReadResolved(e.Dir)
	switch {
	case err == nil:
		err = e.serve(there.Plan)
	case errors.Is(err, fs.ErrNotExist):
		err = nil
	}
	if err != nil {
		return 0, err
	}
	resolved, err := study.Resolve(e.Plan, e.models, e.tasks)
	if err != nil {
		return 0, err
	}
	cells, err := resolved.Cells(e.tasks)
	if err != nil {
		return 0, err
	}
	mine := make(map[string]bool, len(cells))
	for _, c := range cells {
		mine[c.ID] = true
	}
	grown, err := resolved.Grow(e.Dir, e.models, e.tasks)
	if err != nil {
		return 0, err
	}
	for _, first := range append(passes, resolved.Plan.Samples) {
		sweep := study.Sweep{Plan: grown, Models: e.models, Tasks: e.tasks, Dir: e.Dir, Shard: e.options.Shard, Progress: e.options.Progress,
			Select: func(c study.Cell) bool { return mine[c.ID] }, First: min(first, resolved.Plan.Samples)}
		if e.options.Shard.Of > 1 {
			samples, err = sweep.Fill(ctx)
		} else {
			_, err = sweep.Run(ctx) // which warns of what the records say
		}
		if err != nil {
			return 0, err
		}
		if first >= resolved.Plan.Samples {
			break
		}
	}
	return samples, nil
}

// serve takes in the models of a store's plan that this evaluation does not ask: the store's plan names their digests.
func (e *Evaluation) serve(there study.Plan) error {
	known := map[string]bool{}
	for _, s := range e.subjects {
		known[s.name] = true
	}
	subjects := slices.Clone(e.subjects)
	for _, name := range there.Models {
		if known[name] {
			continue
		}
		i := slices.IndexFunc(published.Models(), func(m published.Model) bool {
			path, err := e.options.find(m)
			if err != nil {
				return false
			}
			s, err := e.options.subject(path, m.Name)
			if err == nil && s.name == name {
				subjects = append(subjects, s)
			}
			return err == nil && s.name == name
		})
		if i < 0 {
			return fmt.Errorf("store %s: its plan has the model %s too, whose files are not found; use another folder", e.Dir, name)
		}
	}
	if len(subjects) == len(e.subjects) {
		return nil
	}
	plan := e.Plan
	plan.Manners = maps.Clone(there.Manners)
	if plan.Manners == nil {
		plan.Manners = map[string]study.Manner{}
	}
	maps.Copy(plan.Manners, e.Plan.Manners)
	with := *e
	with.subjects = subjects
	if err := with.find(plan); err != nil {
		return err
	}
	e.models, e.tasks = with.models, with.tasks
	return nil
}
