package ruler

import (
	"context"
	"errors"
	"fmt"

	"longseq/data/ruler/pyrandom"
)

// Filled samples are each drawn from a stream of their own, so that a sample of another size is the
// same sample with more or less around it. The largest size that fits is looked for one by one.

// seedSample begins all streams anew for one filled sample.
func (s *session) seedSample(number int) {
	seed := s.opts.seed()
	s.random = pyrandom.New(seed | int64(number+1)<<32)
	s.numpy = pyrandom.NewNumPy(uint32(seed) + uint32(number))
	s.shuffleSeed = seed | int64(number+1)<<32
	clear(s.shuffles)
}

// errTooShort is for lengths that no sample fits in.
var errTooShort = errors.New("does not fit")

// largestFit returns the largest size at which try fits, looking from guess on and never below
// smallest; try returns nil for what is too long. Sizes are taken to grow in length.
func largestFit(ctx context.Context, smallest, guess int, try func(size int) *draft) (*draft, int, error) {
	size := max(smallest, guess)
	best := try(size)
	step := 1
	if best == nil {
		// Down in growing steps to one that fits.
		tooLong := size
		for best == nil {
			if err := ctx.Err(); err != nil {
				return nil, 0, err
			}
			if tooLong == smallest {
				return nil, 0, errTooShort
			}
			size = max(smallest, tooLong-step)
			if best = try(size); best == nil {
				tooLong = size
			}
			step *= 2
		}
		return between(size, tooLong, best, try)
	}
	for {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		next := try(size + step)
		if next == nil {
			return between(size, size+step, best, try)
		}
		best, size = next, size+step
		step *= 2
		if size > maxLength {
			return best, size, nil
		}
	}
}

// between narrows down from a size that fits and one that does not.
func between(fits, tooLong int, best *draft, try func(int) *draft) (*draft, int, error) {
	for fits+1 < tooLong {
		middle := (fits + tooLong) / 2
		if d := try(middle); d != nil {
			best, fits = d, middle
		} else {
			tooLong = middle
		}
	}
	return best, fits, nil
}

// fill makes a sample as long as fits.
func (f *fitter) fill(ctx context.Context, number int) (*draft, error) {
	shortest := 0
	var failure error
	d, size, err := largestFit(ctx, f.sizer.smallest(), f.size, func(size int) *draft {
		f.session.seedSample(number)
		d, err := f.draw(number, size)
		if err != nil {
			failure = err
			return nil
		}
		if d.length > f.limit {
			if shortest == 0 || d.length < shortest {
				shortest = d.length
			}
			d.text.release()
			return nil
		}
		return d
	})
	switch {
	case err == nil:
		f.size = size
	case errors.Is(err, errTooShort) && shortest > 0:
		err = fmt.Errorf("%w: the shortest takes %d tokens with its answer", err, shortest)
	case errors.Is(err, errTooShort) && failure != nil:
		err = failure
	}
	return d, err
}

func (g *freqWords) fill(ctx context.Context, number int) (*draft, error) {
	if err := g.possible(); err != nil {
		return nil, err
	}
	d, size, err := largestFit(ctx, g.max/g.opts.Task.WordLength/2, g.size, func(size int) *draft {
		g.seedSample(number)
		list := g.vocabulary()
		t := g.write(g.pieces(list), size)
		if t.tokens() > g.max {
			t.release()
			return nil
		}
		return &draft{text: t, length: t.tokens() + g.opts.Task.Budget, outputs: asked(list)}
	})
	g.size = size
	return d, err
}

func (g *tracking) fill(ctx context.Context, number int) (*draft, error) {
	if g.example == "" {
		g.worked.limit = min(g.worked.limit, g.limit/2)
		err := g.makeExample(ctx)
		if IsStuck(err) {
			err = g.makeShortExample()
		}
		if err != nil {
			return nil, err
		}
	}
	return g.asking.fill(ctx, number)
}

// makeShortExample makes the shortest worked example.
func (g *tracking) makeShortExample() error {
	g.seed(g.opts.seed())
	d, err := g.worked.draw(0, g.worked.sizer.smallest())
	if err != nil {
		return fmt.Errorf("worked example: %w", err)
	}
	g.show(d)
	return nil
}
