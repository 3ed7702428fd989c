package ruler

import (
	"context"
	"errors"
	"fmt"

	"longseq/data/ruler/texts"
)

// StuckError is the error of a sample that RULER would draw for ever, because no prompt fits the length.
type StuckError struct {
	Task     string
	Length   int   // the length asked for, in tokens
	Sample   int   // number of the sample
	Tries    int   // how often it was drawn at the smallest size
	Size     int   // the smallest size
	Shortest int   // length of the shortest prompt drawn, in tokens; 0 if none could be made
	Works    int   // a length at which the same samples can be made, if known; see [WorkingLength]
	Reason   error // why no prompt could be made; nil if all were too long
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

// errNoSuchQuestion is the error of a sample beyond the last question, at which RULER never ends.
var errNoSuchQuestion = errors.New("the data set has no more questions")

// IsStuck reports whether an error says that RULER would never end.
func IsStuck(err error) bool {
	var stuck *StuckError
	return errors.As(err, &stuck) || errors.Is(err, errNoSuchQuestion)
}

// maxDoublings bounds the search for a length that works.
const maxDoublings = 6

// WorkingLength returns a length at which the samples of opts can be made, for a user whose length is too
// short: opts.Length doubled until RULER ends, or 0 if six doublings are not enough.
func WorkingLength(ctx context.Context, opts Options, tokenizer Tokenizer, sources *texts.Sources) int {
	for range maxDoublings {
		opts.Length = min(2*opts.Length, maxLength)
		if Each(ctx, opts, tokenizer, sources, func(Sample) error { return nil }) == nil {
			return opts.Length
		}
	}
	return 0
}
