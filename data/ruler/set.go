package ruler

import (
	"context"
	"fmt"
	"sync"

	"longseq/data"
	"longseq/data/ruler/texts"
)

// Set is the samples of one run by their numbers. Samples come from one stream, so a sample is made together
// with all before it, which are kept until they are asked for. A sample that was returned is not kept; asking
// for it again restarts the stream. A Set is safe for concurrent use.
type Set struct {
	// FillStuck fills samples, from the first at which RULER would never end, instead of returning an error.
	// It must be set before the first sample is asked for.
	FillStuck bool

	opts      Options
	tokenizer Tokenizer
	sources   *texts.Sources

	mu     sync.Mutex
	stream *stream
	next   int                 // number of the next sample to be made
	made   map[int]data.Sample // made and not returned yet
}

// NewSet returns the samples that opts asks for. Options that are not valid are an error.
func NewSet(opts Options, tokenizer Tokenizer, sources *texts.Sources) (*Set, error) {
	if err := opts.Validate(); err != nil {
		return nil, err
	}
	return &Set{opts: opts, tokenizer: tokenizer, sources: sources, made: map[int]data.Sample{}}, nil
}

// Sample returns the sample with that number, from 0, or an error if the run has none of that number.
func (s *Set) Sample(number int) (data.Sample, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if samples, _ := s.opts.chunk(); number < 0 || number >= samples {
		return data.Sample{}, fmt.Errorf("%s: sample %d of %d", s.opts.Task.Name, number, samples)
	}
	if sample, ok := s.made[number]; ok {
		delete(s.made, number)
		return sample, nil
	}
	if number < s.next {
		s.stream, s.next = nil, 0
	}
	for {
		sample, err := s.make()
		if err != nil {
			return data.Sample{}, err
		}
		if sample.Number == number {
			return sample, nil
		}
		s.made[sample.Number] = sample
	}
}

// make makes the next sample.
func (s *Set) make() (data.Sample, error) {
	sample, err := s.advance(s.opts)
	if s.FillStuck && IsStuck(err) {
		filled := s.opts
		filled.Fill = true
		s.stream = nil
		sample, err = s.advance(filled)
	}
	if err != nil {
		s.stream, s.next = nil, 0
		clear(s.made)
		return data.Sample{}, err
	}
	s.next++
	return sample.Data(), nil
}

// advance returns the next sample of the stream, and begins a stream if there is none.
func (s *Set) advance(opts Options) (Sample, error) {
	if s.stream == nil {
		st, err := newStream(context.Background(), opts, s.tokenizer, s.sources)
		if err != nil {
			return Sample{}, err
		}
		st.number = s.next
		s.stream = st
	}
	return s.stream.next(context.Background())
}
