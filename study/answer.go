package study

import (
	"context"
	"fmt"
	"math"
	"time"

	"longseq/data"
	"longseq/internal/identity"
)

// answer asks the runner's model for the block's samples and scores the predictions.
func (w *runner) answer(ctx context.Context, b block) ([]Record, error) {
	kind, err := w.sweep.Tasks.Find(b.cells[0].Task)
	if err != nil {
		return nil, err
	}
	if b.cells[0].Distance > 0 {
		return w.retain(ctx, b, kind)
	}
	cell := b.cells[0]
	task, err := kind.Make(cell, w.resolved.haystack)
	if err != nil {
		return nil, err
	}
	samples := make([]data.Sample, 0, b.to-b.from)
	for number := b.from; number < b.to; number++ {
		sample, err := task.Sample(number)
		if err != nil {
			return nil, fmt.Errorf("make sample %d: %w", number, err)
		}
		samples = append(samples, sample)
	}
	predictions, err := ask(ctx, w.answerer, samples)
	if err != nil {
		return nil, err
	}
	records := make([]Record, len(samples))
	for i, sample := range samples {
		records[i] = w.record(cell, b.from+i, sample, predictions[i], kind)
	}
	return records, nil
}

// retain asks the questions of the block's readings at all distances: from forked state where the
// model can fork it, else prompt by prompt.
func (w *runner) retain(ctx context.Context, b block, kind TaskKind) ([]Record, error) {
	task, err := kind.Readings(b.cells[0], w.resolved.haystack, w.resolved.Plan.Distances)
	if err != nil {
		return nil, err
	}
	readings := make([]data.Reading, 0, b.to-b.from)
	for number := b.from; number < b.to; number++ {
		reading, err := task.Reading(number)
		if err != nil {
			return nil, fmt.Errorf("make reading %d: %w", number, err)
		}
		if len(reading.Stops) != len(b.cells) {
			return nil, fmt.Errorf("reading %d has %d stops for %d distances", number, len(reading.Stops), len(b.cells))
		}
		readings = append(readings, reading)
	}
	predictions, err := Retain(ctx, w.answerer, readings)
	if err != nil {
		return nil, err
	}
	var records []Record
	for stop, cell := range b.cells {
		for i, reading := range readings {
			sample := reading.Prompts()[stop]
			records = append(records, w.record(cell, b.from+i, sample, predictions[i][stop], kind))
		}
	}
	return records, nil
}

func (w *runner) record(cell Cell, number int, sample data.Sample, p Prediction, kind TaskKind) Record {
	r := Record{
		Cell: cell.ID, Sample: number, Model: cell.Model, Variant: w.ablated.Variant, TrainSeed: w.ablated.TrainSeed, Task: cell.Task, Length: cell.Length,
		Depth: cell.Depth, Format: cell.Format, Distance: cell.Distance, Extend: w.extend, Seed: cell.Seed,
		Prompt: identity.Of(sample.Prompt), Answer: sample.Answers, Prediction: p.Text,
		Score: kind.Scorer.Score(p.Text, sample.Answers), SampleVariant: sample.Variant, LogProb: p.LogProb, Rank: p.Rank,
		PromptTokens: p.PromptTokens, TokensRead: p.TokensRead, Prefill: p.Prefill, Decode: p.Decode,
		ComputedBy: w.computedBy,
		Host:       w.host, Time: time.Now().UTC().Truncate(time.Millisecond),
	}
	switch {
	case p.NotFinite:
		r.Score, r.Failure, r.LogProb, r.Rank = 0, NotFinite, math.NaN(), 0
	case kind.Failure != nil:
		r.Failure = kind.Failure(sample, p.Text)
	}
	return r
}
