package study

import (
	"context"
	"time"

	"longseq/data"
)

// An Answerer is an open model: prompts go in, predictions come out. It is used by one goroutine at
// a time, and closed after use if it is an io.Closer.
type Answerer interface {
	// Digest identifies the weights, the tokenizer and whatever else determines the model's answers.
	Digest() string
	// Answer returns one prediction a sample, in order. An answer must not depend on which other
	// samples are in the batch. All samples have the same length.
	Answer(ctx context.Context, samples []data.Sample) ([]Prediction, error)
}

// A Prediction is a model's answer to one sample.
type Prediction struct {
	Text string
	// LogProb of the right answer under teacher forcing, nats; NaN if unknown.
	LogProb float64
	// Rank is the worst rank of a token of the right answer: 1 best, 0 unknown.
	Rank         int
	PromptTokens int
	// TokensRead counts the tokens that the model read for this answer, where state shared with
	// other answers made them fewer than PromptTokens; 0 otherwise.
	TokensRead int
	// Prefill and Decode are the times that reading and answering took, this sample's share of
	// its batch.
	Prefill, Decode time.Duration
}

// A Description is what is known of a model before it is opened.
type Description struct {
	// Digest is what the opened model's Digest returns.
	Digest string
	// Architecture is the registered name, by which figures choose a colour; empty: unknown.
	Architecture string
	// Label is the model's name in figures; empty: its name in the plan.
	Label string
	// Trained is the length it was trained at, tokens; 0: unknown.
	Trained int
	Params  int64 // 0: unknown
	// StateBytes is the size of the state after length tokens; nil: unknown.
	StateBytes func(length int) int64
}

// Models opens models by the names that plans use.
type Models interface {
	// Describe describes a model without opening it. An unknown name is an error made by nearmiss.Unknown.
	Describe(name string) (Description, error)
	// Open loads the model. Each worker of a sweep opens its own.
	Open(ctx context.Context, name string) (Answerer, error)
}
