package ruler

import (
	"context"
	"fmt"
	"sync"

	"longseq/data"
	"longseq/data/ruler/texts"
)

// Set hands out the samples of one run by their numbers, each made when it is first asked for. They
// come from one stream: those before a sample are made with it and kept until they are asked for. One
// that was handed out is not kept; asking for it again begins the stream anew. A Set is safe for
// concurrent use.
type Set struct {
	// FillStuck makes the set fill samples from the first on at which RULER would never end, in place
	// of an error. It is set before the first is asked for.
	FillStuck bool

	opts      Options
	tokenizer Tokenizer
	sources   *texts.Sources

	mu     sync.Mutex
	stream *stream
	next   int                 // number of the next sample to be made
	made   map[int]data.Sample // made and not handed out yet
}

// NewSet returns the samples that opts asks for, or an error if it cannot be used.
func NewSet(opts Options, tokenizer Tokenizer, sources *texts.Sources) (*Set, error) {
	if err := opts.Validate(); err != nil {
		return nil, err
	}
	return &Set{opts: opts, tokenizer: tokenizer, sources: sources, made: map[int]data.Sample{}}, nil
}

// Name returns the task's name.
func (s *Set) Name() string { return s.opts.Task.Name }

// Sample returns the sample with that number, from 0.
func (s *Set) Sample(number int) (data.Sample, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if samples, _ := s.opts.chunk(); number < 0 || number >= samples {
		return data.Sample{}, fmt.Errorf("%s: sample %d of %d", s.Name(), number, samples)
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

// advance takes the next sample of the stream, beginning one where there is none.
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
