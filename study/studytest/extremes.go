// Package studytest has models for the tests of whatever uses a study.
package studytest

import (
	"context"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strings"

	"longseq/data"
	"longseq/study"
)

// Extremes opens the two models between which all others lie: "guesser" says as many words of the prompt as there
// are answers, and every other name is an oracle, which knows the answers.
type Extremes struct{}

// Describe gives any name a digest.
func (Extremes) Describe(name string) (study.Description, error) {
	return study.Description{Digest: name + ", words"}, nil
}

// Open opens the model of that name.
func (Extremes) Open(_ context.Context, name string) (study.Answerer, error) {
	return extreme(name), nil
}

type extreme string

func (e extreme) Digest() string { return string(e) + ", words" }

func (e extreme) Answer(_ context.Context, samples []data.Sample) ([]study.Prediction, error) {
	predictions := make([]study.Prediction, len(samples))
	for i, s := range samples {
		predictions[i] = study.Prediction{Text: strings.Join(s.Answers, ", "), LogProb: math.NaN()}
		if e == "guesser" {
			predictions[i].Text = strings.Join(guess(s), " ")
		}
	}
	return predictions, nil
}

// guess draws words of the prompt, from its hash.
func guess(s data.Sample) []string {
	h := fnv.New64a()
	h.Write([]byte(s.Prompt))
	random := rand.New(rand.NewPCG(h.Sum64(), 0))
	words := strings.Fields(s.Prompt)
	said := make([]string, len(s.Answers))
	for i := range said {
		said[i] = strings.Trim(words[random.IntN(len(words))], ".,?")
	}
	return said
}
