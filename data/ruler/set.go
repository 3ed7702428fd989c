package ruler

import (
	"context"
	"fmt"
	"sync"

	"longseq/data"
)

// Set hands out the samples of one run by their numbers. They come from one stream, so that all are
// made when the first is asked for. A Set is safe for concurrent use.
type Set struct {
	opts    Options
	samples func() ([]data.Sample, error)
}

// NewSet returns the samples that opts asks for, or an error if it cannot be used.
func NewSet(opts Options, tokenizer Tokenizer, sources *Sources) (*Set, error) {
	if err := opts.Validate(); err != nil {
		return nil, err
	}
	return &Set{opts: opts, samples: sync.OnceValues(func() ([]data.Sample, error) {
		var samples []data.Sample
		err := Each(context.Background(), opts, tokenizer, sources, func(s Sample) error {
			samples = append(samples, s.Data())
			return nil
		})
		return samples, err
	})}, nil
}

// Name returns the task's name.
func (s *Set) Name() string { return s.opts.Task.Name }

// Sample returns the sample with that number, from 0.
func (s *Set) Sample(number int) (data.Sample, error) {
	samples, err := s.samples()
	if number >= 0 && number < len(samples) {
		return samples[number], nil
	}
	if err != nil {
		return data.Sample{}, err
	}
	return data.Sample{}, fmt.Errorf("%s: sample %d of %d", s.Name(), number, len(samples))
}

// Score is the task's score of one prediction, 0 to 1; without references it is 0.
func (t Task) Score(prediction string, references []string) float64 {
	value, err := t.Metric.Value(Postprocess(prediction), references)
	if err != nil {
		return 0
	}
	return value
}
