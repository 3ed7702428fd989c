package models

import (
	"context"
	"fmt"
	"math"
	"time"

	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
	"longseq/lcmodels/generate"
	"longseq/lcmodels/tokenizer"
)

// A Passage is one part of a prompt that a model has read.
type Passage struct {
	Tokens     int   // read so far, this part included
	StateBytes int64 // of the state after them
	// Moved is the change of the recurrent state in this part, |after - before| / |after|: 0 for a model without a
	// recurrent state.
	Moved float64
	Took  time.Duration
}

// Watch reads a prompt in parts of equal length, the last may be shorter, and returns how the state changed.
func (c Checkpoints) Watch(ctx context.Context, name, prompt string, parts int) ([]Passage, error) {
	tok, reads, close, err := c.reads(name)
	if err != nil {
		return nil, err
	}
	defer close()
	tokens := tok.Prompt(prompt)
	each := max(1, (len(tokens)+parts-1)/max(1, parts))
	var passages []Passage
	var before []float32
	s := reads.Start(1)
	for from := 0; from < len(tokens); from += each {
		part := tokens[from:min(from+each, len(tokens))]
		begin := time.Now()
		if _, s, err = reads.Prefill(ctx, [][]int32{part}, []int32{0}, s); err != nil {
			return nil, err
		}
		p := Passage{Tokens: from + len(part), Took: time.Since(begin)}
		p.StateBytes = lcmodels.StateBytes(reads.Model().Architecture, p.Tokens)
		now, err := recurrent(s)
		if err != nil {
			return nil, err
		}
		p.Moved = moved(before, now)
		before = now
		passages = append(passages, p)
	}
	return passages, s.Free()
}

// reads opens a model with its tokenizer. The caller calls the returned function in the end.
func (c Checkpoints) reads(name string) (*tokenizer.Tokenizer, *generate.Reader, func(), error) {
	location, err := c.location(name)
	if err != nil {
		return nil, nil, nil, err
	}
	model, tok, err := location.Load()
	if err != nil {
		return nil, nil, nil, err
	}
	b, err := backend.Open(c.Backend)
	if err != nil {
		return nil, nil, nil, err
	}
	reads, err := generate.NewReader(b, model, c.chunk(location.Path))
	if err != nil {
		b.Finalize()
		return nil, nil, nil, fmt.Errorf("model %s: %w", name, err)
	}
	return tok, reads, func() { b.Finalize() }, nil
}

// recurrent returns the values of the part of the state whose size is fixed.
func recurrent(s *lcmodels.State) ([]float32, error) {
	var all []float32
	for _, spec := range s.Specs {
		if spec.Integer || spec.Slots {
			continue
		}
		values, _, err := s.Values(spec.Name)
		if err != nil {
			return nil, err
		}
		all = append(all, values...)
	}
	return all, nil
}

// moved is |now - before| / |now|.
func moved(before, now []float32) float64 {
	var way, size float64
	for i, x := range now {
		size += float64(x) * float64(x)
		if before != nil {
			x -= before[i]
		}
		way += float64(x) * float64(x)
	}
	if size == 0 {
		return 0
	}
	return math.Sqrt(way / size)
}
