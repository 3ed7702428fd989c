package models

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"

	"longseq/data"
	"longseq/internal/worker"
	"longseq/kernelsrc/backend"
	"longseq/study"
)

// Processes opens checkpoints in worker processes, each on its share of the cores: several small models in parallel
// answer more samples a second than one after another on all cores. The process of a closed model opens the next one, if
// that has the same shape: then nothing is compiled again.
type Processes struct {
	Checkpoints
	places chan place
}

// A place is where a process may run, with the process of the model that was open there last, or nil.
type place struct {
	share   worker.Share
	process *worker.Process
}

// NewProcesses returns the checkpoints with at most so many processes at a time, on GPUs one on each; a sweep should have as
// many workers. Close ends them.
func NewProcesses(c Checkpoints, processes int) *Processes {
	a := &Processes{Checkpoints: c, places: make(chan place, processes)}
	gpus := c.gpus()
	for i := range processes {
		share := worker.Share{Index: i, Of: processes}
		if len(gpus) > 0 {
			share.Set = backend.EnvGPUs + "=" + gpus[i%len(gpus)]
		}
		a.places <- place{share: share}
	}
	return a
}

// gpus are the devices on which models are computed; none: they are computed on processors, or on another device.
func (c Checkpoints) gpus() []string {
	if found, err := backend.Find(c.Backend); err != nil || found.Name != "xla:cuda" {
		return nil
	}
	return backend.GPUs()
}

// CheckWorkers returns an error for more workers than there are GPUs: each has a model of its own, which fills one.
func (c Checkpoints) CheckWorkers(workers int) error {
	if gpus := c.gpus(); len(gpus) > 0 && workers > len(gpus) {
		return fmt.Errorf("%d models at a time, and there are %d GPUs (%s): want one model on each", workers, len(gpus), strings.Join(gpus, ", "))
	}
	return nil
}

// Close ends the processes. All models must be closed.
func (a *Processes) Close() error {
	var failed error
	for range cap(a.places) {
		p := <-a.places
		failed = errors.Join(failed, p.end())
		a.places <- p
	}
	return failed
}

// end ends the process, if there is one.
func (p *place) end() error {
	if p.process == nil {
		return nil
	}
	ended := p.process
	p.process = nil
	return ended.Close()
}

// Concurrency returns how many of the models should be asked at a time: one a core, but one on each GPU, which a single
// model fills, though there be fewer models.
func (c Checkpoints) Concurrency(models int) int {
	if gpus := c.gpus(); len(gpus) > 0 {
		return len(gpus)
	}
	if found, err := backend.Find(c.Backend); err == nil && (found.Name == "xla:cuda" || found.Name == "xla:other") {
		return 1
	}
	return max(1, min(runtime.NumCPU(), models))
}

// Open loads the model in a process of its own, as soon as there are fewer than the limit.
func (a *Processes) Open(ctx context.Context, name string) (study.Answerer, error) {
	m := &remote{all: a}
	select {
	case m.place = <-a.places:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	err := m.open(ctx, name)
	if err == nil && m.opened.OtherShape {
		if err = m.place.end(); err == nil {
			err = m.open(ctx, name)
		}
	}
	if err != nil {
		m.broken = true
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

// open opens a model in the place's process, which is started if there is none.
func (m *remote) open(ctx context.Context, name string) (err error) {
	if m.place.process == nil {
		if m.place.process, err = worker.Start(workerName, m.place.share); err != nil {
			return err
		}
	}
	return m.place.process.Call(ctx, call{Open: name, Checkpoints: m.all.Checkpoints}, func(report json.RawMessage) error {
		m.opened = opened{}
		return json.Unmarshal(report, &m.opened)
	})
}

// remote is a model in a worker process.
type remote struct {
	all    *Processes
	place  place
	opened opened
	broken bool // a call has failed, so that the process serves no other model
}

// opened is what a worker reports of the model that it opened, or that it did not open since its open one has another
// shape.
type opened struct {
	OtherShape bool `json:",omitempty"`
	Digest     string
	ComputedBy study.ComputedBy
}

func (m *remote) Digest() string { return m.opened.Digest }

// ComputedBy returns what the worker's backend is, and the type of products.
func (m *remote) ComputedBy() study.ComputedBy { return m.opened.ComputedBy }

// Close gives the process back for another model.
func (m *remote) Close() error {
	var err error
	if m.broken {
		err = m.place.end()
	}
	m.all.places <- m.place
	return err
}

func (m *remote) Answer(ctx context.Context, samples []data.Sample) ([]study.Prediction, error) {
	out, err := m.call(ctx, call{Samples: samples})
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

func (m *remote) Retain(ctx context.Context, readings []data.Reading) ([][]study.Prediction, error) {
	return m.call(ctx, call{Readings: readings})
}

func (m *remote) call(ctx context.Context, c call) ([][]study.Prediction, error) {
	var sent [][]sentPrediction
	err := m.place.process.Call(ctx, c, func(report json.RawMessage) error { return json.Unmarshal(report, &sent) })
	if err != nil {
		m.broken = true
		return nil, err
	}
	out := make([][]study.Prediction, len(sent))
	for i, row := range sent {
		for _, p := range row {
			out[i] = append(out[i], p.received())
		}
	}
	return out, nil
}

// workerName is the name of the worker function that answers.
const workerName = "study: answer"

// A call opens a model, or asks the open one.
type call struct {
	Open        string         `json:",omitempty"`
	Checkpoints Checkpoints    `json:",omitzero"`
	Samples     []data.Sample  `json:",omitempty"`
	Readings    []data.Reading `json:",omitempty"`
}

// sentPrediction is a Prediction in JSON, which has no NaN.
type sentPrediction struct {
	study.Prediction
	LogProb *float64
}

func send(all [][]study.Prediction) [][]sentPrediction {
	out := make([][]sentPrediction, len(all))
	for i, row := range all {
		for _, p := range row {
			s := sentPrediction{Prediction: p}
			s.Prediction.LogProb = 0
			if !math.IsNaN(p.LogProb) && !math.IsInf(p.LogProb, 0) {
				s.LogProb = &p.LogProb
			}
			out[i] = append(out[i], s)
		}
	}
	return out
}

func (s sentPrediction) received() study.Prediction {
	p := s.Prediction
	p.LogProb = math.NaN()
	if s.LogProb != nil {
		p.LogProb = *s.LogProb
	}
	return p
}

// work returns the worker function, which keeps the model between calls.
func work() worker.Func {
	var open *local
	return func(ctx context.Context, argument json.RawMessage, report worker.Report) error {
		var c call
		if err := json.Unmarshal(argument, &c); err != nil {
			return fmt.Errorf("read a call: %w", err)
		}
		var out [][]study.Prediction
		var err error
		switch {
		case c.Open != "":
			after, err := c.Checkpoints.open(c.Open, open)
			if errors.Is(err, errOtherShape) {
				return report(opened{OtherShape: true})
			}
			if err != nil {
				return err
			}
			open = after
			return report(opened{Digest: open.digest, ComputedBy: open.ComputedBy()})
		case c.Readings != nil:
			out, err = open.Retain(ctx, c.Readings)
		default:
			out = make([][]study.Prediction, 1)
			out[0], err = open.Answer(ctx, c.Samples)
		}
		if err != nil {
			return err
		}
		return report(send(out))
	}
}
