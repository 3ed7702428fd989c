package recall

import (
	"fmt"

	"longseq/data"
)

// DefaultNeedles is how many needles a haystack holds unless asked otherwise.
const DefaultNeedles = 4

// A Task makes the samples of one cell: a haystack, and one question at the end. Sample 0 of essay-word
// in 64 tokens, the asked needle at depth 50 percent, seed 1:
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
// The last is the answer, all before it the prompt. Chance is 1/16 for a word, 1/4 for whoever knows the
// four values but not which is whose, 1/1000 for a number.
type Task struct {
	haystack *Haystack
	config   Config
}

// Config says which samples a Task makes.
type Config struct {
	Format  data.Format
	Length  int     // tokens of prompt and answer together, exactly
	Depth   float64 // percent of the filler before the asked needle, 0 to 100, or data.AnyDepth
	Needles int     // with different keys; 0 is DefaultNeedles
	Seed    int64
}

// NewTask returns the task that config describes in haystack. A length that is too short for the
// needles is an error that names the least; so is a depth outside 0 to 100.
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
	most := len(keyWords)
	if f.Haystack == data.Needles {
		most-- // the filler needs a key of its own
	}
	if n < 1 || n > most {
		return fmt.Errorf("%d needles in %s: want 1 to %d, each with its own key", n, f, most)
	}
	return nil
}

// MinLength returns the tokens of n needles and one question with its answer.
func MinLength(f data.Format, n int) int { return (n + 1) * needleTokens(f) }

func checkLength(f data.Format, n, length int) error {
	if least := MinLength(f, n); length < least {
		return fmt.Errorf("length %d: %s with %d needles needs at least %d tokens", length, f, n, least)
	}
	return nil
}

// Name returns "recall".
func (t *Task) Name() string { return "recall" }

// Tokens is a sample as token ids.
type Tokens struct {
	Prompt []int32 // haystack and question
	Answer []int32 // one token for a word, three for a number
	Needle int     // position in Prompt of the asked needle's marker
}

// Tokens returns the sample of that number, of Length tokens in all.
func (t *Task) Tokens(number int) Tokens {
	c := t.config
	r := generator("recall", Version, streamName(c.Format), c.Length, c.Depth, c.Needles, c.Seed, number)
	width := valueTokens(c.Format)
	row := make([]int32, c.Length)
	hay := c.Length - needleTokens(c.Format)
	pairs, at := t.haystack.hide(r, c.Format, c.Needles, c.Depth, row[:hay])
	pairs[0].put(row[hay:], queryID)
	return Tokens{Prompt: row[:c.Length-width], Answer: row[c.Length-width:], Needle: at}
}

// Sample returns the sample of that number as text, the same for every call. A negative number is an
// error.
func (t *Task) Sample(number int) (data.Sample, error) {
	if number < 0 {
		return data.Sample{}, fmt.Errorf("sample %d: want 0 or more", number)
	}
	return t.haystack.vocabulary.sample(number, t.Tokens(number)), nil
}

// sample writes tokens as text.
func (v *Vocabulary) sample(number int, tokens Tokens) data.Sample {
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
