package training

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"longseq/internal/worker"
	"longseq/kernelsrc/backend"
	"longseq/lcmodels/train"
)

// measureName is the name of the worker function that measures.
const measureName = "study: measure training"

// measuredSteps is how many steps are measured after the first one, which compiles.
const measuredSteps = 12

// A Measurement says what a training takes on this machine.
type Measurement struct {
	Step  time.Duration `json:"step"`  // median of a step
	First time.Duration `json:"first"` // the first step, with compilation
	// Bytes is the largest memory of the process, 0 where the system does not say.
	Bytes int64 `json:"bytes"`
}

// Measure takes the first steps of a job in a process that has its share of the cores, and writes nothing.
func Measure(ctx context.Context, p Job, o Options) (Measurement, error) {
	if err := canTrain(p.Backend); err != nil {
		return Measurement{}, err
	}
	process, err := worker.Start(measureName, worker.Share{Index: 0, Of: o.Workers(p.Backend)})
	if err != nil {
		return Measurement{}, err
	}
	var m Measurement
	err = process.Call(ctx, p, func(report json.RawMessage) error { return json.Unmarshal(report, &m) })
	return m, errors.Join(err, process.Close())
}

// measure is the worker function.
func measure(ctx context.Context, argument json.RawMessage, report worker.Report) error {
	var p Job
	if err := json.Unmarshal(argument, &p); err != nil {
		return fmt.Errorf("read a training plan: %w", err)
	}
	rows, err := p.rows()
	if err != nil {
		return err
	}
	config, err := p.model(rows)
	if err != nil {
		return err
	}
	b, err := backend.Open(p.Backend)
	if err != nil {
		return err
	}
	defer b.Finalize()
	trainer, err := train.New(b, config, p.Recipe)
	if err != nil {
		return err
	}
	inner, stop := context.WithCancel(ctx)
	defer stop()
	var m Measurement
	var steps []time.Duration
	var last time.Duration
	err = trainer.Run(inner, rows, func(news train.Progress) {
		if last == 0 {
			m.First = news.Elapsed
		} else {
			steps = append(steps, news.Elapsed-last)
		}
		if last = news.Elapsed; len(steps) == measuredSteps {
			stop()
		}
	})
	var diverged *train.Diverged
	if err != nil && ctx.Err() == nil && (errors.Is(err, context.Canceled) || errors.As(err, &diverged)) {
		err = nil // enough steps; or too few, of a training that its run will say diverged
	}
	if err != nil {
		return err
	}
	if slices.Sort(steps); len(steps) > 0 {
		m.Step = steps[len(steps)/2]
	}
	m.Bytes = peakMemory()
	return report(m)
}

// peakMemory is the largest resident memory that this process had, in bytes; 0 where the system does not say.
func peakMemory() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(text), "VmHWM:")
	field, _, _ := strings.Cut(strings.TrimSpace(after), " ")
	kibibytes, err := strconv.ParseInt(field, 10, 64)
	if err != nil {
		return 0
	}
	return kibibytes << 10
}
