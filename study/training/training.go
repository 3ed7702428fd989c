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

	"longseq/data"
	"longseq/data/corpus"
	"longseq/data/recall"
	"longseq/internal/worker"
	"longseq/kernelsrc/backend"
	"longseq/lcmodels/train"
)

// A Training trains tiny models on equal terms: all see the same rows in the same order under the same
// recipe; only the learning rate is the architecture's own. Each model trains in a worker process.
type Training struct {
	Architectures []string // of [train.Tinies]; empty: all
	Seed          int64    // of the weights and of the rows
	Steps         int      // 0: the recipe's
	LR            float64  // 0: the architecture's
	Formats       []string // haystack-value; empty: [DefaultFormats]
	Corpus        string   // a file with the haystack; empty: Opticks
	Dir           string   // holds a folder a model, named after its architecture
	Backend       string   // as --backend
	Parallel      int      // processes; 0: one a core
	// Progress is called about twice a second, never concurrently; nil: silent.
	Progress func(Progress)
	// Notice is called with a line for each model or snapshot that is found damaged; nil: silent.
	Notice func(line string)
}

// DefaultFormats are the formats of the training rows unless a training has its own: both kinds of value, in
// the essay only, so that the other haystacks are unseen.
var DefaultFormats = []string{"essay-word", "essay-number"}

// Progress says how far a training has come.
type Progress struct {
	Architecture   string // of the model whose steps are reported
	Step, Steps    int    // done, and in all
	Loss, Accuracy float64
	Finished, All  int // models
	Fraction       float64
	Elapsed, Left  time.Duration // Left is estimated; negative while unknown
}

// Run trains the models that are not finished and returns the records of all, in order. When ctx ends,
// snapshots are written, and the next Run continues from them to the same bits. A finished model whose files are not
// those that were written is set aside and trained again, and a damaged snapshot is not continued.
func (t Training) Run(ctx context.Context) ([]Record, error) {
	jobs, err := t.jobs()
	if err != nil {
		return nil, err
	}
	records := make([]Record, len(jobs))
	var at []int // job of each call
	for i, p := range jobs {
		found, err := p.state()
		if err != nil {
			return nil, err
		}
		if found.damage != "" && t.Notice != nil {
			t.Notice(found.damage)
		}
		if records[i] = found.Record; !found.finished {
			at = append(at, i)
		}
	}
	if len(at) > 0 {
		if err := t.canTrain(); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(at, func(i, j int) int { return cmp.Compare(jobs[j].cost, jobs[i].cost) }) // the longest first
	var calls []worker.Job
	eta := eta{report: t.Progress, start: time.Now(), all: len(jobs), parallel: t.parallel()}
	for _, i := range at {
		calls = append(calls, worker.Job{Name: workerName, Argument: jobs[i]})
		eta.models = append(eta.models, etaModel{step: records[i].Step, steps: jobs[i].Recipe.Steps, cost: jobs[i].cost})
	}
	eta.finished = len(jobs) - len(calls)
	if len(calls) == 0 && t.Progress != nil {
		t.Progress(Progress{Finished: len(jobs), All: len(jobs), Fraction: 1})
	}
	err = worker.Run(ctx, calls, t.parallel(), func(call int, report json.RawMessage) error {
		var news train.Progress
		if err := json.Unmarshal(report, &news); err != nil {
			return fmt.Errorf("read the progress of a training: %w", err)
		}
		eta.tell(call, jobs[at[call]].Architecture, news)
		return nil
	})
	if ctx.Err() != nil {
		return nil, fmt.Errorf("interrupted: what is trained so far is in %s; run the same again to go on: %w", t.Dir, ctx.Err())
	}
	if err != nil {
		return nil, err
	}
	for _, i := range at {
		if records[i], err = ReadRecord(filepath.Join(t.Dir, jobs[i].Architecture)); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// canTrain returns an error where this machine cannot train.
func (t Training) canTrain() error {
	found, err := backend.Find(t.Backend)
	if err == nil && found.Name == "go" {
		err = errors.New("train: this needs XLA, and there is no plugin here: see longseq doctor; the trained models in lcmodels/tiny can be asked without")
	}
	return err
}

func (t Training) parallel() int {
	if t.Parallel > 0 {
		return t.Parallel
	}
	return runtime.NumCPU()
}

// jobs resolves the training into one job a model, and finds every mistake that can be found early.
func (t Training) jobs() ([]job, error) {
	if t.Dir == "" {
		return nil, errors.New("train: no folder for the models")
	}
	names := t.Architectures
	if len(names) == 0 {
		for _, tiny := range train.Tinies() {
			names = append(names, tiny.Name)
		}
	}
	formats := t.Formats
	if len(formats) == 0 {
		formats = DefaultFormats
	}
	for _, f := range formats {
		format, err := data.ParseFormat(f)
		if err == nil {
			err = recall.CheckFormat(format)
		}
		if err != nil {
			return nil, fmt.Errorf("train: %w", err)
		}
	}
	if t.Seed < 0 {
		return nil, fmt.Errorf("train: seed %d; want 0 or more", t.Seed)
	}
	text, err := corpus.Open(t.Corpus)
	if err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	var jobs []job
	for _, name := range names {
		tiny, err := train.FindTiny(name)
		if err != nil {
			return nil, fmt.Errorf("train: %w", err)
		}
		recipe := train.DefaultRecipe()
		recipe.Seed, recipe.LR = uint64(t.Seed), tiny.LR
		if t.Steps != 0 {
			recipe.Steps = t.Steps
		}
		if t.LR != 0 {
			recipe.LR = t.LR
		}
		if err := recipe.Validate(); err != nil {
			return nil, fmt.Errorf("train: %w", err)
		}
		path := t.Corpus
		if path != "" {
			if path, err = filepath.Abs(path); err != nil {
				return nil, fmt.Errorf("train: %w", err)
			}
		}
		jobs = append(jobs, job{Spec: Spec{Architecture: name, Recipe: recipe, Formats: formats, Task: recall.Version, Corpus: text.Digest},
			Path: path, cost: tiny.Cost, Dir: filepath.Join(t.Dir, name), Backend: t.Backend})
	}
	return jobs, nil
}

// eta estimates the time left from the time of the steps so far.
type eta struct {
	report        func(Progress)
	start         time.Time
	finished, all int // models
	parallel      int
	models        []etaModel
}

type etaModel struct {
	began, step, steps int
	seen               bool
	busy               time.Duration
	cost               float64 // of a step, relative
}

// tell counts a model's progress. worker.Run never calls it concurrently.
func (c *eta) tell(job int, name string, news train.Progress) {
	m := &c.models[job]
	if !m.seen {
		m.seen, m.began = true, m.step
	}
	if news.Step == news.Steps && m.step < m.steps {
		c.finished++
	}
	m.step, m.busy = news.Step, news.Elapsed
	if c.report == nil {
		return
	}
	p := Progress{Architecture: name, Step: news.Step, Steps: news.Steps, Loss: news.Loss, Accuracy: news.Accuracy,
		Finished: c.finished, All: c.all, Elapsed: time.Since(c.start), Left: c.left()}
	done, all := 0.0, 0.0
	for _, m := range c.models {
		done, all = done+float64(m.step), all+float64(m.steps)
	}
	p.Fraction = done / all
	c.report(p)
}

// left estimates from the seconds that a unit of cost has taken so far, and what every model still costs.
func (c *eta) left() time.Duration {
	var busy, cost float64
	for _, m := range c.models {
		if own := m.step - m.began; own >= CurveSteps { // the first step compiles
			busy, cost = busy+m.busy.Seconds(), cost+float64(own)*m.cost
		}
	}
	if cost == 0 {
		return -1
	}
	var all, longest float64
	for _, m := range c.models {
		left := busy / cost * m.cost * float64(m.steps-m.step)
		all, longest = all+left, max(longest, left)
	}
	all = max(longest, all/float64(min(c.parallel, len(c.models))))
	return time.Duration(all * float64(time.Second))
}
