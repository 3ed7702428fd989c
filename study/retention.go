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
	// give for the prompt at that stop. PromptTokens is the whole prompt's; TokensRead what this
	// stop cost: the haystack since the last stop, the question and the answer.
	Retain(ctx context.Context, readings []Reading) ([][]Prediction, error)
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
// Retainer, else prompt by prompt. It returns predictions by reading and stop.
func Retain(ctx context.Context, model Answerer, readings []Reading) ([][]Prediction, error) {
	if retainer, ok := model.(Retainer); ok {
		predictions, err := retainer.Retain(ctx, readings)
		if err != nil {
			return nil, err
		}
		if len(predictions) != len(readings) {
			return nil, fmt.Errorf("the model gave predictions for %d of %d readings", len(predictions), len(readings))
		}
		for i, p := range predictions {
			if len(p) != len(readings[i].Stops) {
				return nil, fmt.Errorf("the model gave %d predictions for the %d stops of reading %d",
					len(p), len(readings[i].Stops), readings[i].Number)
			}
		}
		return predictions, nil
	}
	predictions := make([][]Prediction, len(readings))
	for stop := range readings[0].Stops { // the prompts at one stop have the same length
		samples := make([]data.Sample, len(readings))
		for i, reading := range readings {
			samples[i] = reading.Prompts()[stop]
		}
		answers, err := ask(ctx, model, samples)
		if err != nil {
			return nil, err
		}
		for i, p := range answers {
			predictions[i] = append(predictions[i], p)
		}
	}
	return predictions, nil
}

// ask is model.Answer with the number of predictions checked.
func ask(ctx context.Context, model Answerer, samples []data.Sample) ([]Prediction, error) {
	predictions, err := model.Answer(ctx, samples)
	if err == nil && len(predictions) != len(samples) {
		err = fmt.Errorf("the model gave %d predictions for %d samples", len(predictions), len(samples))
	}
	return predictions, err
}

// TokensSaved returns how many tokens went through the models for the records of retention curves,
// and how many would have without forked state: every prompt from its beginning.
func TokensSaved(records []Record) (read, unshared int) {
	for _, r := range records {
		if r.Distance == 0 || r.TokensRead == 0 {
			continue
		}
		read += r.TokensRead
		unshared += r.PromptTokens
	}
	return read, unshared
}
