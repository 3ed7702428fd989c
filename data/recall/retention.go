package recall

import (
	"fmt"
	"slices"

	"longseq/data"
)

// Retention asks for one needle at many distances. A reading begins with the needles, the one asked for
// last. Filler follows, as long as the longest distance. At each distance the question is asked in a fork
// of the model's state, so that the haystack is read once. Reading 0 of the format essay-word-word at
// distances 0 and 8, with seed 1:
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

// NewRetention returns the readings of a format. Distances are tokens between the needle and the question,
// 0 or more, ascending; in a haystack of needles they must be multiples of a needle. needles is the number
// of needles, 0 for DefaultNeedles.
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

// Reading returns the reading with that number, from 0, as text. A negative number is an error.
func (t *Retention) Reading(number int) (data.Reading, error) {
	if number < 0 {
		return data.Reading{}, fmt.Errorf("reading %d: want 0 or more", number)
	}
	tokens, words := t.tokens(number), t.haystack.vocabulary
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

// readingTokens is a reading as token ids.
type readingTokens struct {
	Haystack []int32
	At       []int // for each distance, the tokens of Haystack before the question
	Question []int32
	Answer   []int32
	Needle   int // position in Haystack of the marker of the needle that is asked for
}

// tokens returns the reading with that number as token ids. Of the distances only the longest changes it.
func (t *Retention) tokens(number int) readingTokens {
	longest := t.distances[len(t.distances)-1]
	r := data.Stream("recall retention", Version, streamName(t.format), t.needles, longest, t.seed, number)
	width := needleTokens(t.format)
	first := t.needles * width
	reading := readingTokens{Haystack: make([]int32, first+longest), Needle: first - width}
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
