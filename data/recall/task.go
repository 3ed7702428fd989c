package recall

import (
	"fmt"

	"longseq/data"
)

// DefaultNeedles is the number of needles in a haystack where none is given.
const DefaultNeedles = 4

// Task makes the samples of one cell: a haystack and one question at its end. Sample 0 of the format
// essay-word-word with 64 tokens, depth 50 and seed 1:
//
//	| position | tokens                                                               |
//	| -------- | -------------------------------------------------------------------- |
//	| 0–8      | reflected or into the same from any other upon                       |
//	| 9–11     | needle hanoi dog                                                     |
//	| 12–27    | they and rays are more or less which are more or less as if light out |
//	| 28–30    | needle riga dog                                                      |
//	| 31–39    | of a glass into air and by being more                                |
//	| 40–42    | needle minsk elk                                                     |
//	| 43–51    | and more to the of the glass and air                                 |
//	| 52–54    | needle accra hen                                                     |
//	| 55–60    | at to be reflected by that                                           |
//	| 61–62    | query riga                                                           |
//	| 63       | dog                                                                  |
//
// The last token is the answer, the others are the prompt. A random word is right in 1 of 16 cases, one of
// the four values in the prompt in 1 of 4, a random number in 1 of 1000.
type Task struct {
	haystack *Haystack
	config   Config
}

// Config says which samples a [Task] makes.
type Config struct {
	Format  data.Format
	Length  int     // tokens of prompt and answer together
	Depth   float64 // percent of the filler before the needle that is asked for, 0 to 100, or data.AnyDepth
	Needles int     // needles in the haystack, each with its own key; 0 is DefaultNeedles
	Seed    int64
}

// NewTask returns the task that config describes. It returns an error for a format that recall does not
// make, for a depth outside 0 to 100, and for a length too short for the needles, with the shortest that
// is not.
func NewTask(haystack *Haystack, config Config) (*Task, error) {
	if config.Needles == 0 {
		config.Needles = DefaultNeedles
	}
	if err := checkNeedles(config.Format, config.Needles); err != nil {
		return nil, err
	}
	if d := config.Depth; d != data.AnyDepth && !(0 <= d && d <= 100) {
		return nil, fmt.Errorf("depth %v: want percent, 0 to 100", d)
	}
	if err := checkLength(config.Format, config.Needles, config.Length); err != nil {
		return nil, err
	}
	return &Task{haystack, config}, nil
}

// checkNeedles says why a haystack of format f cannot hold n needles.
func checkNeedles(f data.Format, n int) error {
	if err := CheckFormat(f); err != nil {
		return err
	}
	maxNeedles := len(keyWords)
	if f.Haystack == data.Needles {
		maxNeedles-- // the filler needs a key of its own
	}
	if n < 1 || n > maxNeedles {
		return fmt.Errorf("%d needles in %s: want 1 to %d, each with its own key", n, f, maxNeedles)
	}
	return nil
}

// minLength returns the tokens of n needles and one question with its answer.
func minLength(f data.Format, n int) int { return (n + 1) * needleTokens(f) }

// checkLength says why n needles do not fit into length tokens.
func checkLength(f data.Format, n, length int) error {
	if shortest := minLength(f, n); length < shortest {
		return fmt.Errorf("length %d: %s with %d needles needs at least %d tokens", length, f, n, shortest)
	}
	return nil
}

// sampleTokens is a sample as token ids.
type sampleTokens struct {
	Prompt []int32 // haystack and question
	Answer []int32 // one token for a word, three for a number
	Needle int     // position in Prompt of the marker of the needle that is asked for
}

// tokens returns the sample with that number as token ids.
func (t *Task) tokens(number int) sampleTokens {
	c := t.config
	r := data.Stream("recall", Version, streamName(c.Format), c.Length, c.Depth, c.Needles, c.Seed, number)
	width := valueTokens(c.Format)
	row := make([]int32, c.Length)
	hay := c.Length - needleTokens(c.Format)
	pairs, at := t.haystack.hide(r, c.Format, c.Needles, c.Depth, row[:hay])
	pairs[0].put(row[hay:], queryID)
	return sampleTokens{Prompt: row[:c.Length-width], Answer: row[c.Length-width:], Needle: at}
}

// Sample returns the sample with that number, from 0, as text. A negative number is an error.
func (t *Task) Sample(number int) (data.Sample, error) {
	if number < 0 {
		return data.Sample{}, fmt.Errorf("sample %d: want 0 or more", number)
	}
	return t.haystack.vocabulary.sample(number, t.tokens(number)), nil
}

// sample returns tokens as text.
func (v *Vocabulary) sample(number int, tokens sampleTokens) data.Sample {
	before := v.Decode(tokens.Prompt[:tokens.Needle])
	if before != "" {
		before += " "
	}
	return data.Sample{
		Number:       number,
		Prompt:       before + v.Decode(tokens.Prompt[tokens.Needle:]),
		Answers:      []string{v.Decode(tokens.Answer)},
		Needles:      []int{len(before)},
		MaxNewTokens: len(tokens.Answer),
	}
}
