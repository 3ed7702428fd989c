package recall

import (
	"fmt"
	"slices"

	"longseq/data"
)

// Retention asks for one needle at many distances, so that one reading serves them all: the needles
// stand first, the asked one last of them, then comes a filler as long as the longest distance. Where a
// distance is passed, a fork of the state is asked the question and dropped. Reading 0 of essay-word at
// distances 0 and 8, seed 1:
//
//	| position | tokens                          | then, in a fork    |
//	| -------- | ------------------------------- | ------------------ |
//	| 0–2      | needle quito elk                |                    |
//	| 3–5      | needle riga eel                 |                    |
//	| 6–8      | needle minsk hen                |                    |
//	| 9–11     | needle hanoi elk                | query hanoi -> elk |
//	| 12–19    | the that it be so is very being | query hanoi -> elk |
type Retention struct {
	haystack  *Haystack
	format    data.Format
	needles   int
	distances []int
	seed      int64
}

// NewRetention returns the retention task of format at distances, in tokens between the asked needle
// and the question. Distances must be 0 or more and ascend; in a needles haystack they must not cut a
// needle. Needles 0 is DefaultNeedles.
func NewRetention(haystack *Haystack, format data.Format, distances []int, needles int, seed int64) (*Retention, error) {
	if needles == 0 {
		needles = DefaultNeedles
	}
	if err := checkNeedles(format, needles); err != nil {
		return nil, err
	}
	if len(distances) == 0 {
		return nil, fmt.Errorf("no distances; want at least one, in tokens")
	}
	for i, d := range distances {
		if d < 0 {
			return nil, fmt.Errorf("distance %d: want 0 or more tokens", d)
		}
		if i > 0 && d <= distances[i-1] {
			return nil, fmt.Errorf("distance %d comes after %d; want them ascending", d, distances[i-1])
		}
		if n := needleTokens(format); format.Haystack == data.Needles && d%n != 0 {
			return nil, fmt.Errorf("distance %d would cut a needle of %s; want a multiple of %d such as %d", d, format, n, d/n*n)
		}
	}
	return &Retention{haystack, format, needles, slices.Clone(distances), seed}, nil
}

// Name returns "recall".
func (t *Retention) Name() string { return "recall" }

// Reading returns the reading of that number as text, the same for every call. A negative number is an
// error.
func (t *Retention) Reading(number int) (data.Reading, error) {
	if number < 0 {
		return data.Reading{}, fmt.Errorf("reading %d: want 0 or more", number)
	}
	tokens, words := t.Tokens(number), t.haystack.vocabulary
	haystack := words.Decode(tokens.Haystack[:tokens.At[0]])
	stops := []int{len(haystack)}
	for i, at := range tokens.At[1:] {
		haystack += " " + words.Decode(tokens.Haystack[tokens.At[i]:at])
		stops = append(stops, len(haystack))
	}
	return data.Reading{
		Number:       number,
		Haystack:     haystack,
		Stops:        stops,
		Question:     " " + words.Decode(tokens.Question),
		Answers:      []string{words.Decode(tokens.Answer)},
		MaxNewTokens: len(tokens.Answer),
	}, nil
}

// ReadingTokens is a reading as token ids.
type ReadingTokens struct {
	Haystack []int32
	At       []int // for each distance: how many tokens of Haystack come before the question
	Question []int32
	Answer   []int32
	Needle   int // position in Haystack of the asked needle's marker
}

// Tokens returns the reading of that number. It depends on the longest distance, not on the others.
func (t *Retention) Tokens(number int) ReadingTokens {
	longest := t.distances[len(t.distances)-1]
	r := generator("recall retention", Version, streamName(t.format), t.needles, longest, t.seed, number)
	width := needleTokens(t.format)
	first := t.needles * width
	reading := ReadingTokens{Haystack: make([]int32, first+longest), Needle: first - width}
	pairs, others := drawPairs(r, t.format, t.needles)
	for i, p := range pairs {
		p.put(reading.Haystack[i*width:], needleID)
	}
	copy(reading.Haystack[first:], t.haystack.drawFiller(r, t.format, longest, others).tokens)
	for _, d := range t.distances {
		reading.At = append(reading.At, first+d)
	}
	asked := pairs[len(pairs)-1]
	reading.Question, reading.Answer = []int32{queryID, asked.key}, asked.value
	return reading
}

// Whole returns the sample at the reading's i-th distance: what an unforked reading sees.
func (r ReadingTokens) Whole(i int) Tokens {
	return Tokens{
		Prompt: slices.Concat(r.Haystack[:r.At[i]], r.Question),
		Answer: r.Answer,
		Needle: r.Needle,
	}
}

// Sample returns the sample of that number at the i-th distance as text, whole.
func (t *Retention) Sample(number, i int) data.Sample {
	return t.haystack.vocabulary.sample(number, t.Tokens(number).Whole(i))
}
