package training

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/google/renameio/v2"

	"longseq/data"
	"longseq/data/corpus"
	"longseq/data/recall"
	"longseq/internal/worker"
	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
	"longseq/lcmodels/checkpoint"
	"longseq/lcmodels/tokenizer"
	"longseq/lcmodels/train"
)

// workerName is the name of the worker function that trains.
const workerName = "study: train"

// recordFile is the training record's name in a model's folder.
const recordFile = "training.json"

// A Spec determines a tiny model's weights to the bit, on one kind of processor.
type Spec struct {
	Architecture string       `json:"architecture"`
	Recipe       train.Recipe `json:"recipe"`
	Formats      []string     `json:"formats"` // haystack-value
	Task         string       `json:"task"`    // version of the rows
	Corpus       string       `json:"corpus"`  // SHA-256
}

// same reports whether both train the same model.
func (p Spec) same(o Spec) bool {
	return p.Architecture == o.Architecture && p.Recipe == o.Recipe && slices.Equal(p.Formats, o.Formats) &&
		p.Task == o.Task && p.Corpus == o.Corpus
}

// A job is one model to train, with where its files lie.
type job struct {
	Spec
	Path    string // of the corpus; empty: Opticks
	Dir     string // of the model
	Backend string // as --backend

	cost float64 // of a step, relative
}

// A Record says how a tiny model was trained. It lies beside the weights.
type Record struct {
	Spec
	Note   string `json:"note,omitempty"` // label in figures, where the architecture's name would mislead
	Params int64  `json:"params"`
	Step   int    `json:"step"` // reached; less than the recipe's while unfinished
	// Weights is the digest of the trained weights.
	Weights string `json:"weights,omitempty"`
	// Seconds of all steps; of the first step, which compiles; milliseconds of a step: median, and mean of the fastest
	// tenth.
	Seconds      float64 `json:"seconds"`
	FirstSeconds float64 `json:"first_step_seconds"`
	StepMedian   float64 `json:"step_ms_median"`
	StepFast     float64 `json:"step_ms_fastest_tenth"`
	// Curve has a point every [CurveSteps] steps.
	Curve  []CurvePoint `json:"curve"`
	Device string       `json:"device"`
}

// CurveSteps is how many steps a point of the training curve averages.
const CurveSteps = 20

// A CurvePoint is the mean over the steps since the one before.
type CurvePoint struct {
	Step     int     `json:"step"`
	Loss     float64 `json:"loss"`     // nats an answer token
	Accuracy float64 `json:"accuracy"` // of answer tokens, 0 to 1
}

// stepsTo returns the step of the first point of the curve with at least the given accuracy, or 0.
func (r Record) stepsTo(accuracy float64) int {
	for _, p := range r.Curve {
		if p.Accuracy >= accuracy {
			return p.Step
		}
	}
	return 0
}

// finished returns the record of an earlier run of the job, finished or not, or an empty record. A folder
// with a model of another specification is an error.
func (p job) finished() (Record, error) {
	r, err := ReadRecord(p.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return Record{}, nil
	}
	if err != nil {
		return Record{}, err
	}
	if !p.same(r.Spec) {
		return Record{}, fmt.Errorf("train %s: %s holds a model of another recipe, seed or corpus; use another folder", p.Architecture, p.Dir)
	}
	return r, nil
}

// work is the worker function: it trains one model from the beginning or from its snapshot.
func work(ctx context.Context, argument json.RawMessage, report worker.Report) error {
	var p job
	if err := json.Unmarshal(argument, &p); err != nil {
		return fmt.Errorf("read a training plan: %w", err)
	}
	b, err := backend.Open(p.Backend)
	if err != nil {
		return err
	}
	defer b.Finalize()
	text, err := corpus.Open(p.Path)
	if err != nil {
		return err
	}
	run, err := p.begin(b, text)
	if err != nil {
		return err
	}
	return run.finish(ctx, report)
}

// run is a model in training with its record.
type run struct {
	plan    job
	trainer *train.Trainer
	rows    *recall.Training
	words   *recall.Vocabulary
	record  Record
}

func (p job) begin(b *backend.Backend, text corpus.Corpus) (*run, error) {
	haystack, err := recall.Read(text)
	if err != nil {
		return nil, err
	}
	formats := make([]data.Format, len(p.Formats))
	for i, f := range p.Formats {
		if formats[i], err = data.ParseFormat(f); err != nil {
			return nil, err
		}
	}
	rows, err := recall.NewTraining(haystack, formats, recall.DefaultNeedles, int64(p.Recipe.Seed))
	if err != nil {
		return nil, err
	}
	if err := rows.CheckLength(p.Recipe.Length); err != nil {
		return nil, err
	}
	tiny, err := train.FindTiny(p.Architecture)
	if err != nil {
		return nil, err
	}
	config, err := tiny.Config(haystack.Vocabulary().Size())
	if err != nil {
		return nil, err
	}
	run := &run{plan: p, rows: rows, words: haystack.Vocabulary()}
	if train.HasSnapshot(p.Dir) {
		if run.trainer, err = train.Resume(b, config, p.Recipe, p.Dir); err != nil {
			return nil, err
		}
		if run.record, err = p.finished(); err != nil {
			return nil, err
		}
	} else if run.trainer, err = train.New(b, config, p.Recipe); err != nil {
		return nil, err
	}
	r := &run.record
	r.Spec = p.Spec
	r.Note, r.Params, r.Device = tiny.Note, lcmodels.Params(config), b.Found.Name+", "+b.Found.Device
	r.Step = run.trainer.Step
	r.Curve = slices.DeleteFunc(r.Curve, func(p CurvePoint) bool { return p.Step > r.Step })
	return run, nil
}

// Intervals of progress reports and of snapshots.
const (
	tellEvery     = 400 * time.Millisecond
	snapshotEvery = 20 * time.Second
)

// finish trains to the recipe's last step and writes the model. When ctx ends it writes a snapshot.
func (t *run) finish(ctx context.Context, report worker.Report) error {
	inner, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var (
		mean       CurvePoint
		steps      []float64 // milliseconds
		last       time.Duration
		told, kept = time.Now(), time.Now()
		failed     error
		before     = t.record.Seconds
	)
	err := t.trainer.Run(inner, t.rows, func(p train.Progress) {
		if last == 0 {
			t.record.FirstSeconds = p.Elapsed.Seconds()
		} else {
			steps = append(steps, (p.Elapsed-last).Seconds()*1000)
		}
		last = p.Elapsed
		mean.Loss += p.Loss / CurveSteps
		mean.Accuracy += p.Accuracy / CurveSteps
		t.record.Step = p.Step
		t.record.Seconds = before + p.Elapsed.Seconds()
		if time.Since(told) > tellEvery || p.Step == p.Steps {
			told = time.Now()
			failed = errors.Join(failed, report(p))
		}
		if p.Step%CurveSteps != 0 && p.Step != p.Steps {
			return // a snapshot falls between two points of the curve
		}
		mean.Step = p.Step
		t.record.Curve = append(t.record.Curve, mean)
		mean = CurvePoint{}
		if ctx.Err() != nil || failed != nil {
			stop()
		} else if time.Since(kept) > snapshotEvery && p.Step < p.Steps {
			kept = time.Now()
			failed = errors.Join(failed, t.keep())
		}
	})
	if failed != nil {
		return failed
	}
	if t.record.Step < t.plan.Recipe.Steps {
		if err == nil || errors.Is(err, context.Canceled) {
			err = context.Canceled
		}
		return errors.Join(err, t.keep())
	}
	if err != nil {
		return err
	}
	if len(steps) > 0 {
		slices.Sort(steps)
		t.record.StepMedian = steps[len(steps)/2]
		fast := steps[:max(1, len(steps)/10)]
		t.record.StepFast = 0
		for _, ms := range fast {
			t.record.StepFast += ms / float64(len(fast))
		}
	}
	return t.save()
}

// keep writes a snapshot of an unfinished model.
func (t *run) keep() error {
	if err := t.writeRecord(); err != nil { // first: a record may be ahead of its snapshot, never behind it
		return err
	}
	return t.trainer.Snapshot(t.plan.Dir)
}

// save writes the finished model in the Hugging Face layout, and last its training record.
func (t *run) save() error {
	weights, err := t.trainer.Weights()
	if err != nil {
		return err
	}
	m := lcmodels.Model{Name: t.plan.Architecture, Architecture: t.trainer.Architecture, Weights: weights}
	if err := m.Save(t.plan.Dir, nil); err != nil {
		return err
	}
	if err := tokenizer.SaveWords(filepath.Join(t.plan.Dir, "tokenizer.json"), t.words.Words()); err != nil {
		return err
	}
	c, err := checkpoint.Open(t.plan.Dir)
	if err != nil {
		return err
	}
	defer c.Close()
	t.record.Weights = c.Digest()
	if err := t.writeRecord(); err != nil {
		return err
	}
	if train.HasSnapshot(t.plan.Dir) {
		return train.RemoveSnapshot(t.plan.Dir)
	}
	return nil
}

func (t *run) writeRecord() error {
	text, err := json.MarshalIndent(t.record, "", " ")
	if err != nil {
		return fmt.Errorf("write training record: %w", err)
	}
	if err := os.MkdirAll(t.plan.Dir, 0o755); err != nil {
		return fmt.Errorf("write training record: %w", err)
	}
	if err := renameio.WriteFile(filepath.Join(t.plan.Dir, recordFile), append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("write training record: %w", err)
	}
	return nil
}
