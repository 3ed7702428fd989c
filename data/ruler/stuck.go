package ruler

import (
	"context"
	"errors"
	"fmt"

	"longseq/data/ruler/texts"
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

// IsStuck reports whether an error says that RULER would never end.
func IsStuck(err error) bool {
	var stuck *StuckError
	return errors.As(err, &stuck) || errors.Is(err, errNoSuchQuestion)
}

// maxDoublings bounds the search for a length that works.
const maxDoublings = 6

// WorkingLength returns a length at which the samples can be made that RULER cannot make at opts.Length:
// opts.Length doubled until it works, or 0 if six doublings are not enough.
func WorkingLength(ctx context.Context, opts Options, tokenizer Tokenizer, sources *texts.Sources) int {
	for range maxDoublings {
		opts.Length = min(2*opts.Length, maxLength)
		if Each(ctx, opts, tokenizer, sources, func(Sample) error { return nil }) == nil {
			return opts.Length
		}
	}
	return 0
}
