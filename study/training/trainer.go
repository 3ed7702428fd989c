package training

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"longseq/internal/durable"
	"longseq/internal/worker"
	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
	"longseq/lcmodels/checkpoint"
	"longseq/lcmodels/tokenizer"
	"longseq/lcmodels/train"
)

// workerName is the name of the worker function that trains.
const workerName = "study: train"

// work is the worker function: it trains one model from the beginning or from its snapshot.
func work(ctx context.Context, argument json.RawMessage, report worker.Report) error {
	var p Job
	if err := json.Unmarshal(argument, &p); err != nil {
		return fmt.Errorf("read a training plan: %w", err)
	}
	release, err := p.lock()
	if err != nil {
		return err
	}
	defer release()
	if before, err := p.state(); err != nil || before.finished { // by another process, since the jobs were made
		return err
	}
	b, err := backend.Open(p.Backend)
	if err != nil {
		return err
	}
	defer b.Finalize()
	run, err := p.begin(b)
	if err != nil {
		return err
	}
	return run.finish(ctx, report)
}

// run is a model in training with its record.
type run struct {
	job     Job
	trainer *train.Trainer
	rows    rows
	kept
	lastKept time.Time // when the last snapshot was written, or zero
}

func (p Job) begin(b *backend.Backend) (*run, error) {
	rows, err := p.rows()
	if err != nil {
		return nil, err
	}
	config, err := p.model(rows)
	if err != nil {
		return nil, err
	}
	before, err := p.state()
	if err != nil {
		return nil, err
	}
	run := &run{job: p, rows: rows, kept: before.kept}
	if before.snapshot {
		run.trainer, err = train.Resume(b, config, p.Recipe, p.unfinished())
		run.lastKept = time.Now()
	} else {
		run.trainer, err = train.New(b, config, p.Recipe)
	}
	if err != nil {
		return nil, err
	}
	r := &run.Record
	r.Spec, r.Origin = p.Spec, p.Origin
	if tiny, err := train.FindTiny(config.Name()); err == nil && len(p.Config) == 0 {
		r.Note = tiny.Note
	}
	r.Params, r.Device = lcmodels.Params(config), b.Found.Name+", "+b.Found.Device
	r.Step = run.trainer.Step
	return run, nil
}

// Intervals of progress reports and of snapshots. The first snapshot comes early, so that little is lost at any time.
const (
	tellEvery          = 400 * time.Millisecond
	firstSnapshotAfter = 5 * time.Second
	firstSnapshotSteps = 50
	snapshotEvery      = 20 * time.Second
)

// finish trains to the recipe's last step and writes the model. When ctx ends it writes a snapshot.
func (t *run) finish(ctx context.Context, report worker.Report) error {
	inner, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var (
		steps  []float64 // milliseconds
		last   time.Duration
		begun  = time.Now()
		told   = begun
		failed error
		before = t.Record.Seconds
	)
	first := t.trainer.Step
	err := t.trainer.Run(inner, t.rows, func(p train.Progress) {
		if last == 0 {
			t.Record.FirstSeconds = p.Elapsed.Seconds()
		} else {
			steps = append(steps, (p.Elapsed-last).Seconds()*1000)
		}
		last = p.Elapsed
		t.Record.Seconds = before + p.Elapsed.Seconds()
		t.count(p)
		if time.Since(told) > tellEvery || p.Step == p.Steps {
			told = time.Now()
			failed = errors.Join(failed, report(p))
		}
		switch {
		case ctx.Err() != nil || failed != nil:
			stop()
		case p.Step < p.Steps && t.due(begun, p.Step-first):
			if failed = t.keep(); failed != nil {
				stop()
			}
		}
	})
	switch {
	case failed != nil:
		err = failed
	case errors.Is(err, context.Canceled):
		err = errors.Join(err, t.keep())
	}
	if err == nil {
		t.measure(steps)
		err = t.validate()
	}
	if err == nil {
		err = t.save()
	}
	var diverged *train.Diverged
	if !errors.As(err, &diverged) {
		return err
	}
	// The same recipe would diverge again: what there is of it must not refuse another.
	if t.job.KeepDiverged {
		t.Record.Diverged = fmt.Sprintf("%s is NaN or infinite at step %d of %d", diverged.What, diverged.Step, diverged.Steps)
		if err = durable.MkdirAll(t.job.diverged(), 0o755); err == nil {
			err = t.Record.write(t.job.diverged())
		}
		if err == nil {
			err = report(train.Progress{Step: t.job.Recipe.Steps, Steps: t.job.Recipe.Steps})
		}
	}
	return errors.Join(err, durable.RemoveAll(t.job.unfinished()), durable.RemoveAll(t.job.draft()))
}

// validationBatches is how many batches of rows a model is validated on.
const validationBatches = 32

// validate adds the result on the validation split to the record, if that was asked for.
func (t *run) validate() error {
	if !t.job.Validate {
		return nil
	}
	loss, accuracy, err := t.trainer.Evaluate(t.rows.validation, validationBatches)
	if err != nil {
		return err
	}
	t.Record.Validation = &Validation{Loss: loss, Accuracy: accuracy}
	return nil
}

// count adds a finished step to the record.
func (t *run) count(p train.Progress) {
	t.Record.Step = p.Step
	t.Sum.Loss += p.Loss / CurveSteps
	t.Sum.Accuracy += p.Accuracy / CurveSteps
	if rest := p.Step % CurveSteps; rest == 0 || p.Step == p.Steps {
		if rest > 0 { // the last point is of fewer steps
			t.Sum.Loss, t.Sum.Accuracy = t.Sum.Loss*CurveSteps/float64(rest), t.Sum.Accuracy*CurveSteps/float64(rest)
		}
		t.Sum.Step = p.Step
		t.Record.Curve = append(t.Record.Curve, t.Sum)
		t.Sum = CurvePoint{}
	}
}

// due reports whether a snapshot is to be written, after so many steps of a run that began then.
func (t *run) due(begun time.Time, steps int) bool {
	if t.lastKept.IsZero() {
		return steps >= firstSnapshotSteps || time.Since(begun) >= firstSnapshotAfter
	}
	return time.Since(t.lastKept) >= snapshotEvery
}

// measure writes into the record how long steps took, in milliseconds.
func (t *run) measure(steps []float64) {
	if len(steps) == 0 {
		return
	}
	slices.Sort(steps)
	t.Record.StepMedian = steps[len(steps)/2]
	fast := steps[:max(1, len(steps)/10)]
	t.Record.StepFast = 0
	for _, ms := range fast {
		t.Record.StepFast += ms / float64(len(fast))
	}
}

// keep writes a snapshot of an unfinished model.
func (t *run) keep() error {
	note, err := json.Marshal(t.kept)
	if err != nil {
		return fmt.Errorf("write training snapshot: %w", err)
	}
	t.lastKept = time.Now()
	return t.trainer.Snapshot(t.job.unfinished(), note)
}

// save writes the finished model in the Hugging Face layout with its training record. All of it appears at once.
func (t *run) save() error {
	weights, err := t.trainer.Weights()
	if err != nil {
		return err
	}
	draft := t.job.draft()
	if err := durable.RemoveAll(draft); err != nil { // of a run that was killed
		return fmt.Errorf("train %s: %w", t.job.Name, err)
	}
	m := lcmodels.Model{Name: t.job.Name, Architecture: t.trainer.Architecture, Weights: weights}
	if err := m.Save(draft, nil); err != nil {
		return err
	}
	if err := tokenizer.SaveWords(filepath.Join(draft, "tokenizer.json"), t.rows.words); err != nil {
		return err
	}
	c, err := checkpoint.Open(draft)
	if err != nil {
		return err
	}
	defer c.Close()
	t.Record.Weights = c.Digest()
	if t.Record.Files, err = digests(draft); err != nil {
		return fmt.Errorf("train %s: %w", t.job.Name, err)
	}
	if err := t.Record.write(draft); err != nil {
		return err
	}
	return t.job.publish()
}
