package study

import (
	"context"
	"strings"
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

// A Computer is an Answerer that knows what it computes with. That goes into its records.
type Computer interface {
	Answerer
	ComputedBy() ComputedBy
}

// ComputedBy says what computed an answer. The same weights give log-probabilities that differ in their last digits
// where one of these differs.
type ComputedBy struct {
	Backend string `json:"backend"`          // "xla:cpu", "xla:cuda" or "go"
	Device  string `json:"device,omitempty"` // kind of device, as the backend describes it
	Dots    string `json:"dots,omitempty"`   // type of products with weights: "f32" or "bf16"
	Native  bool   `json:"native"`           // whether native kernels were used
}

// String returns "xla:cpu (cpu, f32, native kernels)", or "unknown" for the zero value.
func (c ComputedBy) String() string {
	if c == (ComputedBy{}) {
		return "unknown"
	}
	var about []string
	for _, part := range []string{c.Device, c.Dots} {
		if part != "" {
			about = append(about, part)
		}
	}
	if c.Native {
		about = append(about, "native kernels")
	}
	if len(about) == 0 {
		return c.Backend
	}
	return c.Backend + " (" + strings.Join(about, ", ") + ")"
}

// A Prediction is a model's answer to one sample.
type Prediction struct {
	Text string
	// LogProb of the right answer under teacher forcing, nats; NaN if unknown.
	LogProb float64
	// Rank is the worst rank of a token of the right answer: 1 best, 0 unknown.
	Rank         int
	PromptTokens int
	// NotFinite says that the model's logits were NaN or infinite, so that there is no answer: Text is empty.
	NotFinite bool
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
	// Extend is what is done to the model so that it reads further, empty: nothing. Then Ablated has the model as it is
	// as its base.
	Extend string
	// FLOPs counts the floating point operations of reading length tokens; nil: unknown.
	FLOPs func(length int) int64
	// Ablated says which run of an ablation the model is; the zero value: of none.
	Ablated Ablated
}

// Ablated says which run of an ablation a model is: a variant of a base, and a training seed.
type Ablated struct {
	Base      string            `yaml:"base,omitempty" json:",omitempty"`    // architecture or name of a folder
	Variant   string            `yaml:"variant,omitempty" json:",omitempty"` // empty: the base as it is
	TrainSeed int64             `yaml:"train_seed,omitempty" json:",omitempty"`
	Settings  map[string]string `yaml:"settings,omitempty" json:",omitempty"` // what the variant changes: values as JSON, by key
}

// Models opens models by the names that plans use.
type Models interface {
	// Describe describes a model without opening it. An unknown name is an error made by nearmiss.Unknown.
	Describe(name string) (Description, error)
	// Open loads the model. Each worker of a sweep opens its own.
	Open(ctx context.Context, name string) (Answerer, error)
}
