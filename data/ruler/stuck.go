package ruler

import (
	"context"
	"errors"
	"fmt"
)

// StuckError says that RULER would draw a sample for ever.
type StuckError struct {
	Task     string
	Length   int   // tokens asked for
	Sample   int   // its number
	Tries    int   // at the smallest size
	Size     int   // the smallest size tried
	Shortest int   // tokens of the shortest prompt drawn with its budget, 0 where none was made
	Works    int   // a length at which the same samples can be made, 0 where none was found
	Reason   error // why no prompt was made, nil where all were too long
}

func (e *StuckError) Error() string {
	text := fmt.Sprintf("%s at %d tokens, sample %d: RULER never ends here: %d tries at size %d", e.Task, e.Length, e.Sample, e.Tries, e.Size)
	switch {
	case e.Shortest > 0:
		text += fmt.Sprintf(", the shortest takes %d tokens of %d", e.Shortest, e.Length)
	case e.Reason != nil:
		text += fmt.Sprintf(", each an error (%v)", e.Reason)
	}
	if e.Works > 0 {
		text += fmt.Sprintf("; length %d works", e.Works)
	}
	return text + "; fill makes such samples, not RULER's"
}

func (e *StuckError) Unwrap() error { return e.Reason }

// errNoSuchQuestion is for samples beyond the last question, which RULER asks for ever.
var errNoSuchQuestion = errors.New("the data set has no more questions")

// isStuck reports whether RULER would never end.
func isStuck(err error) bool {
	var stuck *StuckError
	return errors.As(err, &stuck) || errors.Is(err, errNoSuchQuestion)
}

// maxDoublings bounds the search for a length that works.
const maxDoublings = 6

// workingLength returns the first of the length's doubles at which the same samples can be made, 0
// where that is not found.
func workingLength(ctx context.Context, opts Options, tokenizer Tokenizer, sources *Sources) int {
	for range maxDoublings {
		opts.Length = min(2*opts.Length, maxLength)
		if each(ctx, opts, tokenizer, sources, func(Sample) error { return nil }) == nil {
			return opts.Length
		}
	}
	return 0
}
