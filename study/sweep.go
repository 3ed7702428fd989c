package study

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
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
	resolved, eta, err := s.ask(ctx)
	if err != nil {
		return nil, err
	}
	store, err := readStore(s.Dir, resolved)
	if err != nil {
		return nil, err
	}
	for _, warning := range store.Warnings() { // those that were not given before
		eta.warn(warning)
	}
	return store, nil
}

// Fill is Run without reading the records of the store, which may be those of a thousand processes. It returns how many
// samples the shard has, all of which are in the store.
func (s Sweep) Fill(ctx context.Context) (samples int, err error) {
	_, eta, err := s.ask(ctx)
	if err != nil {
		return 0, err
	}
	return eta.progress.Total, nil
}

// ask asks for the missing samples.
func (s Sweep) ask(ctx context.Context) (*Resolved, *eta, error) {
	resolved, err := Resolve(s.Plan, s.Models, s.Tasks)
	if err != nil {
		return nil, nil, err
	}
	orphans, err := resolved.examine(s.Dir)
	if err != nil {
		return nil, nil, err
	}
	cells, err := resolved.Cells(s.Tasks)
	if err != nil {
		return nil, nil, err
	}
	present, err := readPresence(s.Dir, &resolved, cells)
	if err != nil {
		return nil, nil, err
	}
	eta := newETA(s.Progress, max(1, s.Workers))
	if orphans > 0 {
		eta.warn(fmt.Sprintf("%s had %d records and no %s: they are of this plan, which is written there again", s.Dir, orphans, ResolvedFile))
		if err := resolved.claim(s.Dir); err != nil {
			return nil, nil, err
		}
	}
	for _, warning := range present.warnings() {
		eta.warn(warning)
	}
	if others := slices.DeleteFunc(present.shards, func(n int) bool { return n == s.Shard.Of }); s.Shard.Of > 0 && len(others) > 0 {
		eta.warn(fmt.Sprintf("%s has records of shards of %s, and this is shard %s: what they have is not asked again", s.Dir, list(others), s.Shard))
	}
	blocks := queue{missing: func(b block) int { return b.missing(present) }}
	for _, j := range s.jobs(resolved, cells) {
		_, asked := j.todo(present)
		eta.progress.Total += len(j.cells) * (j.to - j.from)
		eta.progress.Found += len(j.cells) * (j.to - j.from - asked)
		if asked > 0 {
			blocks.add(j, asked)
			eta.todo[j.model()] += j.cost * float64(asked)
		}
	}
	blocks.sort()
	eta.progress.Done = eta.progress.Found
	if len(blocks.models) > 0 {
		first := runner{sweep: s, resolved: resolved, present: present, eta: eta}
		first.claim = sync.OnceValue(func() error { return resolved.claim(s.Dir) })
		if err := first.work(ctx, &blocks); err != nil {
			return nil, nil, err
		}
	}
	eta.doing("")
	return &resolved, eta, nil
}

// jobs are those of the sweep's shard.
func (s Sweep) jobs(r Resolved, cells []Cell) []job { return s.Shard.of(r.jobs(cells)) }

// list is numbers with commas.
func list(numbers []int) string {
	return strings.Trim(strings.Join(strings.Fields(fmt.Sprint(numbers)), ", "), "[]")
}

// work starts as many runners like w as there are workers, and waits until the queue is empty.
func (w runner) work(ctx context.Context, queue *queue) (err error) {
	w.host, _ = os.Hostname()
	w.out = newWriter(w.sweep.Dir, w.sweep.Shard, w.host)
	defer func() { err = errors.Join(err, w.out.close()) }()
	group, stop := errgroup.WithContext(ctx)
	for range w.eta.workers {
		one := w
		group.Go(func() error { return crash.Guard(func() error { return one.run(stop, queue) }) })
	}
	if err := group.Wait(); err != nil && !errors.Is(err, ctx.Err()) {
		return err
	}
	if p := w.eta.progress; ctx.Err() != nil && p.Done < p.Total {
		return &Interrupted{w.sweep.Dir, p.Done, p.Total, ctx.Err()}
	}
	return nil
}

// A runner answers blocks with a model of its own.
type runner struct {
	sweep      Sweep
	resolved   Resolved
	present    *presence // before the sweep
	eta        *eta
	out        *writer
	host       string
	claim      func() error // makes the folder, once a model has opened: a call that fails before leaves nothing
	model      string       // the open one's name in the plan
	ablated    Ablated      // which run of an ablation it is
	extend     string       // what is done to it so that it reads further
	answerer   Answerer
	computedBy ComputedBy
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
	w.model, w.answerer, w.computedBy = name, answerer, ComputedBy{}
	w.ablated, w.extend = w.resolved.ablated(name)
	if is, want := answerer.Digest(), w.resolved.digests()[name]; is != want {
		return fmt.Errorf("open model %s: its digest is %s, not the %s of the plan: it has changed since", name, is, want)
	}
	if err := w.claim(); err != nil {
		return err
	}
	if computer, ok := answerer.(Computer); ok {
		w.computedBy = computer.ComputedBy()
		w.compare()
	}
	return nil
}

// compare warns where the store has records of the open model that something else computed.
func (w *runner) compare() {
	for _, by := range w.present.computedBy(w.model) {
		if by != w.computedBy {
			w.eta.warn(fmt.Sprintf("records in %s were computed by %s, and the missing ones are now computed by %s: log-probabilities may differ in their last digits",
				w.sweep.Dir, by, w.computedBy))
		}
	}
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
