package data

// Reading is one haystack that is read once, with one question that is asked at several distances from
// the needle. A model with a state reads the haystack, forks its state at each stop, answers the question
// in the fork and drops it: D distances cost L + D·q tokens, for a haystack of L and a question of q,
// instead of the sum of D whole prompts.
type Reading struct {
	// Number is the reading's place in its cell, from 0.
	Number int
	// Haystack begins with the needles. Filler follows, as long as the largest distance.
	Haystack string
	// Stops are byte offsets in Haystack, one a distance, ascending. The prompt at stop i is
	// Haystack[:Stops[i]] + Question, and its tokens are those of the two parts joined.
	Stops        []int
	Question     string
	Answers      []string
	MaxNewTokens int // tokens of the answer
}

// Prompts returns the reading as samples, one a stop: what a model that cannot fork its state is asked.
// The answers from forks must equal the answers to these.
func (r Reading) Prompts() []Sample {
	samples := make([]Sample, len(r.Stops))
	for i, stop := range r.Stops {
		samples[i] = Sample{Number: r.Number, Prompt: r.Haystack[:stop] + r.Question,
			Answers: r.Answers, MaxNewTokens: r.MaxNewTokens}
	}
	return samples
}
