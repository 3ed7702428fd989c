package ruler

import (
	"context"
	"errors"
	"math"
)

// sizer makes prompts of a given size; its methods are RULER's generate_input_output.
type sizer interface {
	// make returns a prompt of that size with its length but for the answer's budget. An error is
	// Python's exception, which RULER swallows between samples.
	make(number, size int) (*draft, error)
	// steps returns the size of the first probe and the step between sizes.
	steps() (first, increment int)
	// smallest is the least size that makes a prompt.
	smallest() int
	// largest is the size at which V2024 stops growing, 0 for none.
	largest() int
}

// maxTries is how often a sample is drawn anew at the smallest size before it is given up.
const maxTries = 1000

// fitter finds the size at which samples of a length fit and makes them.
type fitter struct {
	session *session
	sizer   sizer
	limit   int // tokens of prompt and budget
	budget  int // tokens of the answer
	extra   int // tokens counted beside the prompt's in the search
	size    int
	// stubborn samples are drawn at the full size again when they are too long (a fault of V2024's vt).
	stubborn bool
	// finish completes a sample and sets its length; nil where nothing is to be added.
	finish func(*draft) error
}

// search finds the size as the session's version does.
func (f *fitter) search(ctx context.Context) error {
	var err error
	if f.session.opts.Version == V2024 {
		f.size, err = f.climb(ctx)
	} else {
		f.size, err = f.bisect(ctx)
	}
	return err
}

// probe returns the tokens of one prompt, budget included.
func (f *fitter) probe(ctx context.Context, size int) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	d, err := f.sizer.make(0, size)
	if err != nil {
		return 0, err
	}
	if f.session.opts.Version == V2024 {
		d.text.addString(d.answer)
	}
	total := d.text.tokens() + f.budget + f.extra
	d.text.release()
	return total, nil
}

// bisect is Head's search: an estimate from one probe, then a binary search.
func (f *fitter) bisect(ctx context.Context) (int, error) {
	first, increment := f.sizer.steps()
	total, err := f.probe(ctx, first)
	if err != nil {
		return 0, err
	}
	each := float64(total-f.budget-f.extra) / float64(first)
	estimate := int(float64(f.limit) / each * 3)
	if f.session.opts.Task.Kind == CommonWords {
		estimate = int(floorDivide(float64(f.limit), each)) * 2
	}
	low, high, best := increment, max(estimate, 2*increment), increment
	for low <= high {
		middle := (low + high) / 2
		total, err := f.probe(ctx, middle)
		if err != nil {
			return 0, err
		}
		if total <= f.limit {
			best, low = middle, middle+1
		} else {
			high = middle - 1
		}
	}
	return best, nil
}

// climb is V2024's search: step by step until a probe is too long. Where one meets the limit exactly
// the size ends one step too large.
func (f *fitter) climb(ctx context.Context) (int, error) {
	_, increment := f.sizer.steps()
	largest := f.sizer.largest()
	checkedFirst := f.session.opts.Task.Kind == Needles
	size := increment
	for total := f.budget + f.extra; total < f.limit; {
		var err error
		if total, err = f.probe(ctx, size); err != nil {
			return 0, err
		}
		if total > f.limit {
			return size - increment, nil
		}
		if checkedFirst && largest > 0 && size > largest {
			return largest, nil
		}
		size += increment
		if !checkedFirst && largest > 0 && size > largest {
			return largest, nil
		}
	}
	return size, nil
}

// next draws a sample, smaller by one step each time that it is too long. RULER draws for ever at the
// smallest size; next gives up where that draws nothing new, or after maxTries.
func (f *fitter) next(number int) (*draft, error) {
	_, increment := f.sizer.steps()
	used := f.size
	shortest := 0
	for tries := 0; ; {
		size := used
		if f.stubborn {
			size = f.size
		}
		before := f.session.draws()
		d, err := f.draw(number, size)
		if err == nil && d.length <= f.limit {
			return d, nil
		}
		if errors.Is(err, errNoSuchQuestion) {
			return nil, err
		}
		if err == nil {
			if shortest == 0 || d.length < shortest {
				shortest = d.length
			}
			d.text.release()
		}
		if used > increment {
			used -= increment
			continue
		}
		tries++
		if tries == maxTries || f.session.draws() == before {
			return nil, &StuckError{Tries: tries, Size: size, Shortest: shortest, Reason: err}
		}
	}
}

// draw makes one sample of the given size.
func (f *fitter) draw(number, size int) (*draft, error) {
	d, err := f.sizer.make(number, size)
	if err != nil {
		return nil, err
	}
	if f.finish != nil {
		return d, f.finish(d)
	}
	d.length = d.text.tokens() + f.budget
	return d, nil
}

// floorDivide is Python's a // b for positive floats, which is not always the floor of a / b.
func floorDivide(a, b float64) float64 {
	quotient := (a - math.Mod(a, b)) / b
	if floor := math.Floor(quotient); quotient-floor <= 0.5 {
		return floor
	}
	return math.Ceil(quotient)
}
