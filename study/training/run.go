package training

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"longseq/internal/worker"
	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
	"longseq/lcmodels/train"
)

// Options say how jobs are run.
type Options struct {
	Parallel int // processes; 0: one a core, or one on a GPU
	// Progress is called about twice a second, never concurrently; nil: silent.
	Progress func(Progress)
	// Notice is called with a line for each model or snapshot that is found damaged; nil: silent.
	Notice func(line string)
}

// Progress says how far a training has come.
type Progress struct {
	Model          string // whose steps are reported
	Step, Steps    int    // done, and in all
	Loss, Accuracy float64
	Finished, All  int // models
	Fraction       float64
	Elapsed, Left  time.Duration // Left is estimated; negative while unknown
}

// A JobError is the error of a job that cannot be.
type JobError struct {
	Name string // of the job
	Err  error
}

func (e *JobError) Error() string { return fmt.Sprintf("train %s: %v", e.Name, e.Err) }

// Unwrap returns the reason.
func (e *JobError) Unwrap() error { return e.Err }

// NewJob completes a job of a specification whose Task and Corpus are not set, and finds every mistake that can be found
// before it trains: an impossible recipe or configuration, and rows that the vocabulary or the length cannot hold. The
// error is a [*JobError].
func NewJob(p Job) (Job, error) {
	fail := func(err error) (Job, error) { return Job{}, &JobError{p.Name, err} }
	rows, err := p.rows()
	if err != nil {
		return fail(err)
	}
	p.Task, p.Corpus = rows.version, rows.corpus
	if p.Path != "" {
		if p.Path, err = filepath.Abs(p.Path); err != nil {
			return fail(err)
		}
	}
	if err := p.Recipe.Validate(); err != nil {
		return fail(err)
	}
	a, err := p.model(rows)
	if err == nil {
		err = a.Validate()
	}
	if err == nil && p.Recipe.InitialState != train.Zero {
		if _, err = lcmodels.PassedState(a); err != nil {
			err = fmt.Errorf("initial_state %s: %w", p.Recipe.InitialState, err)
		}
	}
	if err != nil {
		return fail(err)
	}
	if words := len(rows.words); a.Vocab() < words {
		return fail(fmt.Errorf("vocab_size is %d, and the task has %d words; want at least as many", a.Vocab(), words))
	}
	p.cost = costOf(a, p.Recipe, rows)
	return p, nil
}

// costOf is roughly how long a step takes, as a multiple of the cheapest tiny model's.
func costOf(a lcmodels.Architecture, r train.Recipe, task rows) float64 {
	flops := func(a lcmodels.Architecture, r train.Recipe) float64 {
		return float64(r.Rows) * float64(lcmodels.FLOPs(a, r.Length))
	}
	tiny, err := train.FindTiny(a.Name())
	if err == nil {
		var config lcmodels.Architecture
		if config, err = task.tiny(a.Name()); err == nil {
			return tiny.Cost * flops(a, r) / flops(config, train.DefaultRecipe())
		}
	}
	const flopsOfTheCheapest = 2e8
	return flops(a, r) / flopsOfTheCheapest
}

// State is what there is of a job's model.
type State int

// The states of a job.
const (
	Missing  State = iota
	Begun          // there is a snapshot
	Diverged       // there is a record without weights
	Trained
)

// Exists reports whether there is a model of any specification in the job's folder.
func (p Job) Exists() bool {
	_, err := ReadRecord(p.Dir)
	return err == nil
}

// Found returns what earlier runs have left of a job, and the record of a model that is trained or diverged. The error is an
// [*Other] if the folder holds a model of another specification.
func (p Job) Found() (State, Record, error) {
	s, err := p.state()
	switch {
	case err != nil:
		return Missing, Record{}, err
	case s.finished && s.Record.Diverged != "":
		return Diverged, s.Record, nil
	case s.finished:
		return Trained, s.Record, nil
	case s.snapshot:
		return Begun, Record{}, nil
	}
	return Missing, Record{}, nil
}

// Run trains the models that are not finished and returns the records of all, in order. When ctx ends,
// snapshots are written, and the next Run continues from them to the same bits. A finished model whose files are not
// those that were written is set aside and trained again, and a damaged snapshot is not continued.
func Run(ctx context.Context, jobs []Job, o Options) ([]Record, error) {
	records := make([]Record, len(jobs))
	var at []int // job of each call
	for i, p := range jobs {
		found, err := p.state()
		if err != nil {
			return nil, err
		}
		if found.damage != "" && o.Notice != nil {
			o.Notice(found.damage)
		}
		if records[i] = found.Record; !found.finished {
			at = append(at, i)
		}
	}
	parallel := 1
	if len(at) > 0 {
		if err := canTrain(jobs[at[0]].Backend); err != nil {
			return nil, err
		}
		parallel = o.Workers(jobs[at[0]].Backend)
	}
	slices.SortStableFunc(at, func(i, j int) int { return cmp.Compare(jobs[j].cost, jobs[i].cost) }) // the longest first
	var calls []worker.Job
	eta := eta{report: o.Progress, start: time.Now(), all: len(jobs), parallel: parallel}
	for _, i := range at {
		calls = append(calls, worker.Job{Name: workerName, Argument: jobs[i]})
		eta.models = append(eta.models, etaModel{step: records[i].Step, steps: jobs[i].Recipe.Steps, cost: jobs[i].cost})
	}
	eta.finished = len(jobs) - len(calls)
	if len(calls) == 0 && o.Progress != nil {
		o.Progress(Progress{Finished: len(jobs), All: len(jobs), Fraction: 1})
	}
	err := worker.Run(ctx, calls, parallel, func(call int, report json.RawMessage) error {
		var news train.Progress
		if err := json.Unmarshal(report, &news); err != nil {
			return fmt.Errorf("read the progress of a training: %w", err)
		}
		eta.tell(call, jobs[at[call]].Name, news)
		return nil
	})
	if ctx.Err() != nil {
		finished := 0
		for _, p := range jobs {
			if found, err := p.state(); err == nil && found.finished {
				finished++
			}
		}
		return nil, fmt.Errorf("interrupted: %d of %d models are trained, and of the others what they have learnt is in %s; run the same again to go on: %w",
			finished, len(jobs), filepath.Dir(jobs[0].Dir), ctx.Err())
	}
	if err != nil {
		return nil, err
	}
	for _, i := range at {
		found, err := jobs[i].state()
		if err == nil && !found.finished {
			err = errors.New(found.damage)
		}
		if err != nil {
			return nil, err
		}
		records[i] = found.Record
	}
	return records, nil
}

// Workers is how many models are trained at a time on a backend.
func (o Options) Workers(name string) int {
	if o.Parallel > 0 {
		return o.Parallel
	}
	found, _ := backend.Find(name) // an error is reported by what trains
	return parallelOn(found.Name)
}

// canTrain returns an error where this machine cannot train.
func canTrain(name string) error {
	found, err := backend.Find(name)
	if err == nil && found.Name == "go" {
		err = errors.New("train: this needs XLA, and there is no plugin here: see longseq doctor; the trained models in lcmodels/tiny can be asked without")
	}
	return err
}

// parallelOn is how many models are trained at a time on a backend: a single one fills a GPU.
func parallelOn(backend string) int {
	if backend == "xla:cuda" || backend == "xla:other" {
		return 1
	}
	return runtime.NumCPU()
}
