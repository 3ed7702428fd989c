package ruler

import (
	"context"
	"fmt"

	"longseq/data/ruler/texts"
)

// Preview makes the first n samples of a task from the texts built in, with lengths counted in words: to
// look at what it asks. Where RULER would never end the samples are filled.
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

// PreviewDepths makes a needle task's first sample at each depth, in percent: it is the same but for
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

// Target is the length that was asked for, in tokens; the sample's own Length is at most that.
func (s Sample) Target() int { return s.target }

// Task is the task that the sample belongs to.
func (s Sample) Task() Task { return s.task }
