package ruler

import (
	"context"
	"errors"
	"fmt"

	"longseq/data/ruler/pyrandom"
)

// Each filled sample has its own random streams, so that another size gives the same sample with a longer or
// shorter haystack. Its size is the largest that fits.

// seedSample restarts all random streams for one filled sample.
func (s *session) seedSample(number int) {
	seed := s.opts.seed()
	s.random = pyrandom.New(seed | int64(number+1)<<32)
	s.numpy = pyrandom.NewNumPy(uint32(seed) + uint32(number))
	s.shuffleSeed = seed | int64(number+1)<<32
	clear(s.shuffles)
}

// errTooShort is the error of a length that is too short for any sample.
var errTooShort = errors.New("does not fit")

// largestFit returns the draft of the largest size that fits, and the size. try returns nil for a size that is
// too long; length must grow with size. The search begins at guess and does not go below smallest.
func largestFit(ctx context.Context, smallest, guess int, try func(size int) *draft) (*draft, int, error) {
	size := max(smallest, guess)
	best := try(size)
	step := 1
	if best == nil {
		// Go down in growing steps to a size that fits.
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

// between finds the largest size that fits between one that fits, with its draft best, and one that is too long.
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

// fill returns a prompt as long as fits.
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

// fill returns a prompt as long as fits.
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

// fill returns a prompt as long as fits. The worked example takes at most half of the length.
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

// makeShortExample makes the worked example of the smallest size.
func (g *tracking) makeShortExample() error {
	g.seed(g.opts.seed())
	d, err := g.worked.draw(0, g.worked.sizer.smallest())
	if err != nil {
		return fmt.Errorf("worked example: %w", err)
	}
	g.show(d)
	return nil
}
