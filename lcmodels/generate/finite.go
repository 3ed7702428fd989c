package generate

import (
	"fmt"
	"math"
	"slices"
)

// NotFinite is the error of logits that are NaN or infinite, as those of a model whose training diverged or whose
// weights are damaged. They predict nothing: the likeliest of them is an arbitrary token, of rank 1.
type NotFinite struct {
	Model string
	// Row of the batch, from 0.
	Row int
	// Position of the token in the row, from 0, that the logits follow; below 0: unknown.
	Position int
}

func (e *NotFinite) Error() string {
	where := fmt.Sprintf("of row %d", e.Row)
	if e.Position >= 0 {
		where = fmt.Sprintf("after token %d %s", e.Position, where)
	}
	return fmt.Sprintf("read with %s: the logits %s are NaN or infinite: its training diverged, or its weights are damaged", e.Model, where)
}

// checkFinite refuses logits [tokens][vocab] that are not finite, those of a row from a position on.
func (r *Reader) checkFinite(row, from, vocab int, logits []float32) error {
	for i, x := range logits {
		if x-x != 0 { // NaN, as it is of infinities
			return &NotFinite{r.model.Name, row, from + i/vocab}
		}
	}
	return nil
}

// anyNotFinite reports whether one of the answers is not finite.
func anyNotFinite(answers []Answer) bool {
	return slices.ContainsFunc(answers, func(a Answer) bool { return a.NotFinite })
}

// withoutAnswers takes from answers that are not finite what looks like an answer.
func withoutAnswers(answers []Answer) {
	for i := range answers {
		if a := &answers[i]; a.NotFinite {
			a.Tokens, a.LogProb, a.Rank = nil, math.NaN(), 0
		}
	}
}
