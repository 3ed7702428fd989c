package study

import (
	"context"
	"fmt"

	"longseq/data"
)

// A ReadingTask makes the readings of a retention curve. The same number always gives the same
// reading.
type ReadingTask interface {
	Reading(number int) (data.Reading, error)
}

// A Retainer is an Answerer that can fork its state.
type Retainer interface {
	Answerer
	// Retain returns, for each reading and each of its stops, the prediction that Answer would
	// give for the prompt at that stop. PromptTokens counts the whole prompt, and TokensRead what was
	// read for this stop: the haystack since the last stop, the question and the answer.
	Retain(ctx context.Context, readings []data.Reading) ([][]Prediction, error)
}

// Retain asks the readings' questions at their stops: from forked state if the model is a
// Retainer, else prompt by prompt. It returns predictions by reading and stop.
func Retain(ctx context.Context, model Answerer, readings []data.Reading) ([][]Prediction, error) {
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

// TokensSaved returns how many tokens the models read for a store's retention curves, and how
// many they would have read without forked state, every prompt from its beginning.
func (s *Store) TokensSaved() (read, unshared int) {
	for i := range s.Records {
		r := &s.Records[i]
		if r.Distance == 0 || r.TokensRead == 0 {
			continue
		}
		read += r.TokensRead
		unshared += r.PromptTokens
	}
	return read, unshared
}
