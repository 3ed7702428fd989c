package ruler

import (
	"context"
	"errors"
	"math"
)

// sizer makes prompts of a given size.
type sizer interface {
	// make returns a prompt of a size (generate_input_output in RULER's scripts). An error is an exception
	// in Python, which RULER ignores when it makes samples.
	make(number, size int) (*draft, error)
	// steps returns the size that the search tries first and the step between sizes.
	steps() (first, increment int)
	// smallest returns the smallest size of a filled sample.
	smallest() int
	// largest returns the size at which the search of V2024 stops, or 0 if it does not.
	largest() int
}

// maxTries is how often a sample is drawn again at the smallest size before it counts as stuck.
const maxTries = 1000

// fitter finds the size of samples and makes them.
type fitter struct {
	session *session
	sizer   sizer
	limit   int // most tokens of prompt and budget together
	budget  int // tokens of the answer
	extra   int // tokens of the worked example, which the search adds to the prompt's
	size    int
	// stubborn draws a sample that is too long again at the same size (an error of V2024's vt).
	stubborn bool
	// finish completes a prompt and sets its length; nil if there is nothing to complete.
	finish func(*draft) error
}

// search finds the size as the version of RULER does.
func (f *fitter) search(ctx context.Context) error {
	var err error
	if f.session.opts.Version == V2024 {
		f.size, err = f.climb(ctx)
	} else {
		f.size, err = f.bisect(ctx)
	}
	return err
}

// probe returns the tokens of a prompt of a size, including the budget.
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

// bisect is the search of Head: a binary search up to an estimate from one probe.
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

// climb is the search of V2024: step by step until a probe is too long. If a probe meets the limit exactly, the
// size ends one step too large, as in RULER.
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

// next draws a prompt, one step smaller each time that it is too long. RULER draws at the smallest size for
// ever; next returns a [StuckError] after maxTries there, or if no random number was drawn.
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

// draw makes one prompt of a size.
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

// floorDivide returns Python's a // b for positive floats, which may differ from the floor of a / b.
func floorDivide(a, b float64) float64 {
	quotient := (a - math.Mod(a, b)) / b
	if floor := math.Floor(quotient); quotient-floor <= 0.5 {
		return floor
	}
	return math.Ceil(quotient)
}
