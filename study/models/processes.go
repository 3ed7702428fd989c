package models

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"runtime"

	"longseq/data"
	"longseq/internal/worker"
	"longseq/kernelsrc/backend"
	"longseq/study"
)

// Processes opens checkpoints in worker processes, each on its share of the cores: several small models in parallel
// answer more samples a second than one after another on all cores.
type Processes struct {
	Checkpoints
	shares chan worker.Share
}

// NewProcesses returns the checkpoints with at most so many processes at a time; a sweep should have as many workers.
func NewProcesses(c Checkpoints, processes int) *Processes {
	a := &Processes{Checkpoints: c, shares: make(chan worker.Share, processes)}
	for i := range processes {
		a.shares <- worker.Share{Index: i, Of: processes}
	}
	return a
}

// Concurrency returns how many of the models should be asked at a time: one a core, but one on a GPU, which a single
// model fills.
func (c Checkpoints) Concurrency(models int) int {
	if found, err := backend.Find(c.Backend); err == nil && (found.Name == "xla:cuda" || found.Name == "xla:other") {
		return 1
	}
	return max(1, min(runtime.NumCPU(), models))
}

// Open loads the model in a process of its own, as soon as there are fewer than the limit.
func (a *Processes) Open(ctx context.Context, name string) (study.Answerer, error) {
	var share worker.Share
	select {
	case share = <-a.shares:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	p, err := worker.Start(workerName, share)
	if err != nil {
		a.shares <- share
		return nil, err
	}
	m := &remote{process: p, release: func() { a.shares <- share }}
	err = p.Call(ctx, call{Open: name, Checkpoints: a.Checkpoints}, func(report json.RawMessage) error {
		return json.Unmarshal(report, &m.opened)
	})
	if err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

// remote is a model in a worker process.
type remote struct {
	opened  opened
	process *worker.Process
	release func()
}

// opened is what a worker reports of the model that it opened.
type opened struct {
	Digest     string
	ComputedBy study.ComputedBy
}

func (m *remote) Digest() string { return m.opened.Digest }

// ComputedBy returns what the worker's backend is, and the type of products.
func (m *remote) ComputedBy() study.ComputedBy { return m.opened.ComputedBy }

func (m *remote) Close() error {
	defer m.release()
	return m.process.Close()
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
	err := m.process.Call(ctx, c, func(report json.RawMessage) error { return json.Unmarshal(report, &sent) })
	if err != nil {
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
			if open, err = c.Checkpoints.open(c.Open); err != nil {
				return err
			}
			return report(opened{open.digest, open.ComputedBy()})
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
