package compare

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"longseq/data"
	"longseq/study"
)

// An Answer is one model's score for one question.
type Answer struct {
	Model     string  // with its variant, and without its training seed
	Task      string  // or empty
	Length    int     // tokens
	Sample    int     //
	Depth     float64 // percent; NaN if there is none
	Format    string  // or empty
	TrainSeed int64   // 0 if unknown
	Score     float64 // 0 to 1
	LogProb   float64 // of the right answer, nats; NaN if unknown
}

// key is the answer without its score: what two answers to the same question have in common.
type key struct {
	model, task, format string
	length, sample      int
	seed                int64
	depth               float64
}

func (a Answer) key() key {
	k := key{model: a.Model, task: a.Task, format: a.Format, length: a.Length, sample: a.Sample, seed: a.TrainSeed, depth: a.Depth}
	if math.IsNaN(k.depth) {
		k.depth = data.AnyDepth
	}
	return k
}

// same reports whether two answers have the same scores.
func (a Answer) same(b Answer) bool {
	return a.Score == b.Score && (a.LogProb == b.LogProb || math.IsNaN(a.LogProb) && math.IsNaN(b.LogProb))
}

// String names the question and who answered it.
func (a Answer) String() string {
	s := fmt.Sprintf("%s, length %d, sample %d", a.Model, a.Length, a.Sample)
	if a.Task != "" {
		s += ", task " + a.Task
	}
	if !math.IsNaN(a.Depth) {
		s += fmt.Sprintf(", depth %g", a.Depth)
	}
	if a.Format != "" {
		s += ", format " + a.Format
	}
	if a.TrainSeed != 0 {
		s += fmt.Sprintf(", train_seed %d", a.TrainSeed)
	}
	return s
}

// Of returns the answers of a store's records. Records of retention curves, which have distances in place of lengths, are left out.
func Of(records []study.Record) []Answer {
	var answers []Answer
	for i := range records {
		if r := &records[i]; r.Distance == 0 {
			answers = append(answers, AnswerOf(r))
		}
	}
	return answers
}

// AnswerOf returns the answer of a record. Samples of other seeds than 1 are other questions, and have other numbers.
func AnswerOf(r *study.Record) Answer {
	a := Answer{Model: ModelOf(r.Model, r.Variant, r.TrainSeed), Task: r.Task, Length: r.Length, Sample: r.Sample, Depth: r.Depth,
		Format: r.Format, TrainSeed: r.TrainSeed, Score: r.Score, LogProb: r.LogProb}
	if r.Depth == data.AnyDepth {
		a.Depth = math.NaN()
	}
	if r.Seed != 1 {
		a.Sample += int(r.Seed+1) << 31
	}
	return a
}

// ModelOf returns the name that all trainings of a model share: an ablation calls them base-variant-seed=2. An intervention on a
// model is part of its name and of its variant's, and stays at the end.
func ModelOf(model, variant string, seed int64) string {
	if base, extend := study.SplitExtended(model); extend != "" {
		variant = strings.TrimSpace(strings.TrimSuffix(variant, extend))
		return study.Extended(ModelOf(base, variant, seed), extend)
	}
	if seed != 0 {
		model = strings.TrimSuffix(model, "-seed="+strconv.FormatInt(seed, 10))
	}
	if variant != "" && model != variant && !strings.HasSuffix(model, "-"+variant) {
		model += "-" + variant
	}
	return model
}
