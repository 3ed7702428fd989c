package study

import (
	"context"
	"fmt"

	"longseq/data"
)

// A Reading is one haystack that is read once, with a question to be asked at several distances
// from its needles. As the prefill passes each stop, the state is forked, the question asked, and
// the fork dropped: D distances cost L + D·q tokens in place of the sum of D prompts.
type Reading struct {
	Number int // of the sample, from 0
	// Haystack begins with the needles; then comes filler up to the largest distance.
	Haystack string
	// Stops are byte offsets in Haystack, one a distance, ascending. The prompt at stop i is
	// Haystack[:Stops[i]] + Question, and its tokens are those of the two parts joined.
	Stops        []int
	Question     string
	Answers      []string
	MaxNewTokens int
}

// A ReadingTask hands out the readings of a retention curve. The same number gives the same
// reading, always.
type ReadingTask interface {
	Name() string
	Reading(number int) (Reading, error)
}

// A Retainer is an Answerer that can ask from forked state.
type Retainer interface {
	Answerer
	// Retain returns, for each reading and each of its stops, the prediction that Answer would
	// give for the prompt at that stop; PromptTokens is the prompt's, Prefill and Decode are
	// shares of the reading. All readings have stops at the same tokens.
	Retain(ctx context.Context, readings []Reading) (Retention, error)
}

// Retention is what a Retainer found: predictions by reading and stop, and what they cost.
type Retention struct {
	Predictions [][]Prediction
	// TokensRead counts the tokens that went through the model, prompts and answers; without
	// forks it would have been Σ (PromptTokens + answer) over the predictions.
	TokensRead int
}

// Prompts returns the reading's samples as they stand alone, one a stop: what an Answerer without
// forks is asked, and what forked answers must be equal to.
func (r Reading) Prompts() []data.Sample {
	samples := make([]data.Sample, len(r.Stops))
	for i, stop := range r.Stops {
		samples[i] = data.Sample{Number: r.Number, Prompt: r.Haystack[:stop] + r.Question,
			Answers: r.Answers, MaxNewTokens: r.MaxNewTokens}
	}
	return samples
}

// Retain asks the readings' questions at their stops: from forked state if the model is a
// Retainer, else prompt by prompt.
func Retain(ctx context.Context, model Answerer, readings []Reading) (Retention, error) {
	if retainer, ok := model.(Retainer); ok {
		r, err := retainer.Retain(ctx, readings)
		if err != nil {
			return Retention{}, err
		}
		return r, r.check(readings)
	}
	r := Retention{Predictions: make([][]Prediction, len(readings))}
	for stop := range readings[0].Stops {
		samples := make([]data.Sample, len(readings))
		for i, reading := range readings {
			samples[i] = reading.Prompts()[stop]
		}
		predictions, err := model.Answer(ctx, samples)
		if err != nil {
			return Retention{}, err
		}
		for i, p := range predictions {
			r.Predictions[i] = append(r.Predictions[i], p)
			r.TokensRead += p.PromptTokens
		}
	}
	return r, r.check(readings)
}

func (r Retention) check(readings []Reading) error {
	if len(r.Predictions) != len(readings) {
		return fmt.Errorf("the model gave predictions for %d of %d readings", len(r.Predictions), len(readings))
	}
	for i, p := range r.Predictions {
		if len(p) != len(readings[i].Stops) {
			return fmt.Errorf("the model gave %d predictions for the %d stops of reading %d", len(p), len(readings[i].Stops), readings[i].Number)
		}
	}
	return nil
}
