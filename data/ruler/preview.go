package ruler

import (
	"context"
	"fmt"

	"longseq/data/ruler/texts"
)

// Preview returns the first n samples of a task, made from the built-in texts. Its length is in words. Where
// RULER would never end, the samples are filled.
func Preview(name string, length, n int) ([]Sample, error) {
	task, err := TaskNamed(name)
	if err != nil {
		return nil, err
	}
	opts := Default(task, length)
	opts.Samples = n
	samples, err := preview(opts)
	if IsStuck(err) {
		opts.Fill = true
		return preview(opts)
	}
	return samples, err
}

// PreviewDepths returns the first sample of a needle task at each depth, in percent. The samples differ only in
// where the needles stand that are asked for.
func PreviewDepths(name string, length int, depths ...float64) ([]Sample, error) {
	task, err := TaskNamed(name)
	if err != nil {
		return nil, err
	}
	var samples []Sample
	for _, depth := range depths {
		opts := Default(task, length)
		opts.Samples, opts.Depth = 1, &depth
		one, err := preview(opts)
		if err != nil {
			return nil, fmt.Errorf("depth %v: %w", depth, err)
		}
		samples = append(samples, one...)
	}
	return samples, nil
}

func preview(opts Options) ([]Sample, error) {
	sources, err := texts.Open("", "")
	if err != nil {
		return nil, err
	}
	return Generate(context.Background(), opts, WhiteSpace{}, sources)
}

// Target returns the length that was asked for, in tokens. Length is at most that.
func (s Sample) Target() int { return s.target }

// Task returns the task of the sample.
func (s Sample) Task() Task { return s.task }
