package study

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"longseq/internal/crash"
)

// A Sweep runs a plan: it asks the models for the samples that the store does not have yet.
type Sweep struct {
	Plan   Plan
	Models Models
	Tasks  Tasks
	Dir    string // the store's folder
	Shard  Shard  // zero: the whole plan
	// Workers is the number of models that answer in parallel, each opened by its own goroutine; 0
	// means 1. To spread a plan over several processes, give each a Shard.
	Workers int
	// Progress is called at each step, never concurrently; nil: silent.
	Progress func(Progress)
}

// Interrupted is the error of a sweep whose context ended. Finished blocks are in the store.
type Interrupted struct {
	Dir         string
	Done, Total int // samples
	cause       error
}

func (e *Interrupted) Error() string {
	return fmt.Sprintf("interrupted: %d of %d samples are in %s; run the same again to go on", e.Done, e.Total, e.Dir)
}

// Unwrap returns the context's error.
func (e *Interrupted) Unwrap() error { return e.cause }

// Run asks for the missing samples and returns the store. When ctx ends, the blocks that are being
// answered are finished and kept, and the error is an *Interrupted. Finished blocks survive any error.
//
// Blocks are fixed ranges of sample numbers. A block that is incomplete in the store is asked again as
// a whole, so that a sweep that was killed and resumed has the same records as one that ran through.
func (s Sweep) Run(ctx context.Context) (*Store, error) {
	resolved, err := Resolve(s.Plan, s.Models, s.Tasks)
	if err != nil {
		return nil, err
	}
	if err := resolved.claim(s.Dir); err != nil {
		return nil, err
	}
	if err := cutHalfLines(s.Dir); err != nil {
		return nil, err
	}
	store, err := OpenStore(s.Dir)
	if err != nil {
		return nil, err
	}
	cells, err := resolved.Cells(s.Tasks)
	if err != nil {
		return nil, err
	}
	workers := max(1, s.Workers)
	eta := newETA(s.Progress, workers)
	todo := make(map[string][]block)
	var models []string
	for _, job := range s.Shard.of(resolved.jobs(cells)) {
		for _, b := range job.blocks(resolved.Plan.Samples, resolved.Plan.Batch) {
			eta.progress.Total += b.samples()
			if b.missing(store) == 0 {
				eta.progress.Found += b.samples()
				continue
			}
			model := b.model()
			if todo[model] == nil {
				models = append(models, model)
			}
			todo[model] = append(todo[model], b)
			eta.todo[model] += b.tokens()
		}
	}
	eta.progress.Done = eta.progress.Found
	if len(models) > 0 {
		if err := s.work(ctx, resolved, &queue{models: models, todo: todo}, eta); err != nil {
			return nil, err
		}
	}
	eta.doing("")
	return OpenStore(s.Dir)
}

// work starts the runners and waits until the queue is empty.
func (s Sweep) work(ctx context.Context, resolved Resolved, queue *queue, eta *eta) (err error) {
	host, _ := os.Hostname()
	out, err := newWriter(s.Dir, s.Shard.Index, host)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.close()) }()
	group, stop := errgroup.WithContext(ctx)
	for range eta.workers {
		w := &runner{sweep: s, resolved: resolved, eta: eta, out: out, host: host}
		group.Go(func() error { return crash.Guard(func() error { return w.run(stop, queue) }) })
	}
	if err := group.Wait(); err != nil && !errors.Is(err, ctx.Err()) {
		return err
	}
	if ctx.Err() != nil && eta.progress.Done < eta.progress.Total {
		return &Interrupted{s.Dir, eta.progress.Done, eta.progress.Total, ctx.Err()}
	}
	return nil
}

// A runner answers blocks with a model of its own.
type runner struct {
	sweep    Sweep
	resolved Resolved
	eta      *eta
	out      *writer
	host     string
	model    string // the open one's name in the plan
	answerer Answerer
}

// run answers blocks until there are none or ctx ends.
func (w *runner) run(ctx context.Context, queue *queue) (err error) {
	defer func() { err = errors.Join(err, w.close()) }()
	for {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		b, ok := queue.next(w.model)
		if !ok {
			return nil
		}
		if err := w.open(ctx, b.model()); err != nil {
			return err
		}
		w.eta.doing(b.cells[0].String())
		start := time.Now()
		records, err := w.answer(context.WithoutCancel(ctx), b)
		if err != nil {
			return fmt.Errorf("%s, samples %d to %d: %w", b.cells[0], b.from, b.to-1, err)
		}
		if err := w.out.append(records); err != nil {
			return err
		}
		w.eta.finished(b, time.Since(start), records)
	}
}

// open closes the runner's model, if it is another one, and opens the named one.
func (w *runner) open(ctx context.Context, name string) error {
	if w.model == name {
		return nil
	}
	if err := w.close(); err != nil {
		return err
	}
	w.eta.doing("open " + name)
	answerer, err := w.sweep.Models.Open(ctx, name)
	if err != nil {
		return fmt.Errorf("open model %s: %w", name, err)
	}
	w.model, w.answerer = name, answerer
	if is, want := answerer.Digest(), w.resolved.digests()[name]; is != want {
		return fmt.Errorf("open model %s: its digest is %s, not the %s of the plan: it has changed since", name, is, want)
	}
	return nil
}

func (w *runner) close() error {
	closer, ok := w.answerer.(interface{ Close() error })
	name := w.model
	w.model, w.answerer = "", nil
	if !ok {
		return nil
	}
	if err := closer.Close(); err != nil {
		return fmt.Errorf("close model %s: %w", name, err)
	}
	return nil
}
