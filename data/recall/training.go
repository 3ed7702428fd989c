package recall

import (
	"fmt"
	"math/rand/v2"

	"longseq/data"
)

// A Curriculum says how haystacks grow, in fractions of all steps: up to HoldUntil there are only the shortest ones, then
// longer ones until GrowUntil, and from there on any length. Without it some models never do better than guess among the
// four values.
type Curriculum struct {
	HoldUntil float64 `json:"hold_until"`
	GrowUntil float64 `json:"grow_until"`
}

// DefaultCurriculum is that of the tiny models.
var DefaultCurriculum = Curriculum{HoldUntil: 0.35, GrowUntil: 0.70}

// Validate returns an error unless the fractions are from 0 to 1 and in order.
func (c Curriculum) Validate() error {
	if !(0 <= c.HoldUntil && c.HoldUntil <= c.GrowUntil && c.GrowUntil <= 1) {
		return fmt.Errorf("curriculum: hold_until is %g and grow_until %g; want 0 to 1, in this order", c.HoldUntil, c.GrowUntil)
	}
	return nil
}

// longest is the length of the longest haystack, after a fraction of the steps, where the shortest and longest of all
// have these.
func (c Curriculum) longest(progress float64, shortest, longest int) int {
	if progress >= c.GrowUntil {
		return longest
	}
	grown := 0.0
	if c.GrowUntil > c.HoldUntil {
		grown = max(0, progress-c.HoldUntil) / (c.GrowUntil - c.HoldUntil)
	}
	return shortest + int(float64(longest-shortest)*grown)
}

// Training makes the rows that a model learns from. A row is a haystack of random length, followed by
// questions with their answers until the row is full: each needle once in a random order, then again. The
// loss is taken on the answers. Row 0 of the format essay-word-word at step 1,100 of 1,200, with seed 1:
//
//	| position | tokens                        | loss on          |
//	| -------- | ----------------------------- | ---------------- |
//	| 0–4      | d on the the to               |                  |
//	| 5–7      | needle kyiv owl               |                  |
//	| 8–14     | the same and so in a of       |                  |
//	| 15–17    | needle hanoi ram              |                  |
//	| 18–23    | the colours the of colour in  |                  |
//	| 24–26    | needle lima hen               |                  |
//	| 27–29    | the a of                      |                  |
//	| 30–32    | needle accra eel              |                  |
//	| 33–35    | query hanoi ram               | ram              |
//	| 36–38    | query lima hen                | hen              |
//	| 39–41    | query kyiv owl                | owl              |
//	| 42–44    | query accra eel               | eel              |
//	| 45–62    | query accra eel query lima .. | eel hen owl ram eel hen |
//	| 63       | the                           |                  |
type Training struct {
	haystack   *Haystack
	formats    []data.Format
	needles    int
	seed       int64
	curriculum Curriculum
	stream     string // of random numbers
}

// NewTraining returns the rows of a seed. The format of each row is drawn from formats; needles is the number
// of needles, 0 for DefaultNeedles.
func NewTraining(haystack *Haystack, formats []data.Format, needles int, seed int64) (*Training, error) {
	if len(formats) == 0 {
		return nil, fmt.Errorf("no formats to train on; want at least one, such as %s", Formats[0])
	}
	if needles == 0 {
		needles = DefaultNeedles
	}
	for _, f := range formats {
		if err := checkNeedles(f, needles); err != nil {
			return nil, err
		}
	}
	return &Training{haystack, formats, needles, seed, DefaultCurriculum, "recall training"}, nil
}

// Following returns the training with another curriculum, which must be valid.
func (t *Training) Following(c Curriculum) *Training {
	other := *t
	other.curriculum = c
	return &other
}

// Validation returns the rows to validate with: of any length at every step, from a stream of their own, so that no row
// of a training or sample of a task of any seed is among them.
func (t *Training) Validation() *Training {
	other := t.Following(Curriculum{})
	other.stream = "recall validation"
	return other
}

// CheckLength returns an error if rows of length tokens are too short for the needles and one question.
func (t *Training) CheckLength(length int) error {
	for _, f := range t.formats {
		if err := checkLength(f, t.needles, length); err != nil {
			return fmt.Errorf("training rows: %w", err)
		}
	}
	return nil
}

// Batch returns the rows of one step, counted from 0, of steps. tokens is [rows, length]; targets, of the
// same shape, has the token that follows where the loss is taken, and -1 elsewhere. Haystacks grow as the
// curriculum says, and leave room for a question. Batch panics if length does not pass [Training.CheckLength].
func (t *Training) Batch(step, steps, rows, length int) (tokens, targets []int32) {
	if err := t.CheckLength(length); err != nil {
		panic(err)
	}
	tokens = make([]int32, rows*length)
	targets = make([]int32, rows*length)
	progress := float64(step) / float64(steps)
	for row := range rows {
		r := data.Stream(t.stream, Version, t.seed, step, row)
		from, to := row*length, (row+1)*length
		t.fillRow(r, progress, tokens[from:to], targets[from:to])
	}
	return tokens, targets
}

// LongestDistance is the largest number of tokens between a needle of words and a question about it in rows of length tokens: 0 for
// rows without questions.
func LongestDistance(length int) int {
	words := data.Format{Haystack: data.Essay, Key: data.Word, Value: data.Word}
	return max(0, length-2*needleTokens(words))
}

// fillRow draws one row.
func (t *Training) fillRow(r *rand.Rand, progress float64, tokens, targets []int32) {
	f := t.formats[r.IntN(len(t.formats))]
	shortest := t.needles * needleTokens(f)
	longest := t.curriculum.longest(progress, shortest, len(tokens)-needleTokens(f))
	position := shortest + r.IntN(longest-shortest+1)
	pairs, _ := t.haystack.hide(r, f, t.needles, data.AnyDepth, tokens[:position])

	for i := range targets {
		targets[i] = -1
	}
	var round []int
	for ; position+needleTokens(f) <= len(tokens); position += needleTokens(f) {
		if len(round) == 0 {
			round = r.Perm(t.needles)
		}
		asked := pairs[round[0]]
		round = round[1:]
		asked.put(tokens[position:], queryID)
		copy(targets[position+1:], asked.value) // the key predicts the value's first token
	}
	t.haystack.putNoise(tokens[position:])
}
