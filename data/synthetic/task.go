package synthetic

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"longseq/data"
	"longseq/internal/nearmiss"
)

// A Task makes the rows and samples of a kind at given settings.
type Task struct {
	kind     Kind
	settings Settings
	text     string // of both
	maker    maker
	words    []string
}

// New returns the task of a kind. Settings that cannot be met, such as more pairs than keys, are an error.
func New(k Kind, s Settings) (*Task, error) {
	if err := k.Check(s); err != nil {
		return nil, err
	}
	m, err := k.maker(k.withDefaults(s))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", k.Text(s), err)
	}
	return &Task{kind: k, settings: s, text: k.Text(s), maker: m, words: m.words()}, nil
}

// String is the kind with its settings, as Parse reads it.
func (t *Task) String() string { return t.text }

// Words is the vocabulary, in the order of ids.
func (t *Task) Words() []string { return t.words }

// Chance is the score, at a length, of the best answer that does not look at what is asked, 0 to 1.
func (t *Task) Chance(length int) float64 { return t.kind.Chance(t.settings, length) }

// limited is a maker whose samples cannot be of every length.
type limited interface {
	// longest is the largest length of a sample and of a row.
	longest() int
}

// CheckLength returns an error, with the limit, where a sample or row of length tokens would be too short or too long.
func (t *Task) CheckLength(length int) error {
	if shortest := t.maker.shortest(); length < shortest {
		return fmt.Errorf("length %d: %s needs at least %d tokens", length, t.text, shortest)
	}
	if m, ok := t.maker.(limited); ok && length > m.longest() {
		return fmt.Errorf("length %d: %s can have at most %d tokens", length, t.text, m.longest())
	}
	return nil
}

// Rows are the training rows of a seed. Their lengths are those of Mix.
type Rows struct {
	Task *Task
	Seed int64
	Mix  Mix

	split string // of the random numbers
}

// Validation returns the rows to validate with, of the lengths of the last step, from a stream of their own.
func (b Rows) Validation() Rows {
	if b.Mix == Grow {
		b.Mix = Mixed
	}
	b.split = "validation"
	return b
}

// Mix says how long the sequences of training rows are. Rows that are longer than their sequence have no loss behind it.
type Mix string

// The mixes. The zero value is that of full.
const (
	Full  Mix = ""      // every sequence is as long as its row
	Mixed Mix = "mixed" // any length from the shortest to the row's
	Grow  Mix = "grow"  // any length up to a limit that grows over the first 70% of the steps
)

// mixes are all, by their names.
var mixes = []string{"full", string(Mixed), string(Grow)}

// String is the name of the mix.
func (m Mix) String() string { return cmp.Or(string(m), mixes[0]) }

// ParseMix returns the mix of a name: full, mixed or grow.
func ParseMix(name string) (Mix, error) {
	switch {
	case !slices.Contains(mixes, name):
		return Full, nearmiss.Unknown("mix of lengths", name, mixes)
	case name == mixes[0]:
		return Full, nil
	}
	return Mix(name), nil
}

// Validate returns an error unless the mix is one of those.
func (m Mix) Validate() error {
	_, err := ParseMix(m.String())
	return err
}

// growUntil is the fraction of all steps after which sequences of Grow have any length.
const growUntil = 0.7

// Batch returns the rows of one step, counted from 0, of steps. tokens is [rows, length]; targets, of the same shape, has
// the token that is to be predicted where the loss is taken, and -1 elsewhere. Batch panics if length does not pass
// [Task.CheckLength].
func (b Rows) Batch(step, steps, rows, length int) (tokens, targets []int32) {
	if err := b.Task.CheckLength(length); err != nil {
		panic(err)
	}
	tokens, targets = make([]int32, rows*length), make([]int32, rows*length)
	for i := range targets {
		targets[i] = -1
	}
	shortest := b.Task.maker.shortest()
	for row := range rows {
		d := drawer{data.Stream("synthetic rows", b.split, Version, b.Task.text, string(b.Mix), b.Seed, step, row), data.AnyDepth}
		n := length
		switch b.Mix {
		case Mixed:
			n = shortest + d.IntN(length-shortest+1)
		case Grow:
			grown := min(1, float64(step)/(growUntil*float64(steps)))
			n = shortest + d.IntN(int(grown*float64(length-shortest))+1)
		}
		from := row * length
		b.Task.maker.fill(d, tokens[from:from+n], targets[from:from+n])
	}
	return tokens, targets
}

// Samples are the samples of one cell.
type Samples struct {
	Task   *Task
	Length int     // tokens of prompt and answer together, at most
	Depth  float64 // percent before what is asked for, or data.AnyDepth
	Seed   int64
}

// Sample returns the sample with that number, from 0, as text: words separated by single spaces.
func (s Samples) Sample(number int) (data.Sample, error) {
	if number < 0 {
		return data.Sample{}, fmt.Errorf("sample %d: want 0 or more", number)
	}
	if err := s.Task.CheckLength(s.Length); err != nil {
		return data.Sample{}, err
	}
	q := s.question(number)
	sample := data.Sample{
		Number:       number,
		Prompt:       s.Task.decode(q.prompt),
		Answers:      []string{s.Task.decode(q.answer)},
		MaxNewTokens: len(q.answer),
	}
	if q.at >= 0 {
		before := s.Task.decode(q.prompt[:q.at])
		if before != "" {
			before += " "
		}
		sample.Needles = []int{len(before)}
	}
	return sample, nil
}

func (s Samples) question(number int) question {
	d := drawer{data.Stream("synthetic", Version, s.Task.text, s.Length, s.Depth, s.Seed, number), s.Depth}
	return s.Task.maker.ask(d, s.Length)
}

func (t *Task) decode(ids []int32) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = t.words[id]
	}
	return strings.Join(words, " ")
}
