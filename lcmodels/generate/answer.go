package generate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"longseq/lcmodels"
)

// Question is a prompt to be answered.
type Question struct {
	// Prompt in tokens. The answer follows it.
	Prompt []int32
	// Reference is the right answer, whose log-probability and rank are measured. It may be nil.
	Reference []int32
	// MaxNewTokens is the length limit of the answer, in tokens.
	MaxNewTokens int
}

// Answer is a model's answer to a question.
type Answer struct {
	// Tokens, decoded greedily, up to and including the first stop token.
	Tokens []int32
	// LogProb is the log-probability of the reference given the prompt, in nats, by teacher forcing; 0 without a
	// reference.
	LogProb float64
	// Rank is the largest rank of a token of the reference, 1 if each was the likeliest; 0 without a reference.
	Rank int
	// NotFinite says that logits were NaN or infinite. There are no Tokens then, LogProb is NaN and Rank 0.
	NotFinite bool
	// Read is the number of tokens that the model has read for this answer: fewer than the prompt has where a
	// prefix that several prompts share was read once.
	Read int
	// Prefill and Decode are the times for all questions together.
	Prefill, Decode time.Duration
}

// Continue answers questions that follow what a state has read, one sequence for each question. It consumes the
// state: Ask returns it. An answer ends with a token of stop.
func (r *Reader) Continue(ctx context.Context, questions []Question, s *lcmodels.State, stop ...int32) ([]Answer, error) {
	if len(questions) == 0 {
		return nil, nil
	}
	answers, s, err := r.follow(ctx, questions, s, stop)
	if err != nil {
		return nil, err
	}
	return answers, r.finish(s, anyNotFinite(answers))
}

// follow is Continue, and returns the state after the answers.
func (r *Reader) follow(ctx context.Context, questions []Question, s *lcmodels.State, stop []int32) ([]Answer, *lcmodels.State, error) {
	begin := time.Now()
	n, s, err := r.read(ctx, questions, s)
	if err != nil {
		return nil, nil, err
	}
	answers := make([]Answer, len(questions))
	prefill := time.Since(begin)
	begin = time.Now()
	if s, err = r.force(ctx, questions, answers, n, s); err != nil {
		return nil, nil, err
	}
	if s, err = r.decode(ctx, questions, answers, n, s, stop); err != nil {
		return nil, nil, err
	}
	withoutAnswers(answers)
	for b := range answers {
		answers[b].Prefill, answers[b].Decode = prefill, time.Since(begin)
	}
	return answers, s, nil
}

// fewTokens is the length up to which prompts are read token by token: a chunk costs the same empty or full.
const fewTokens = 4

// read reads the prompts that follow the state.
func (r *Reader) read(ctx context.Context, questions []Question, s *lcmodels.State) (Next, *lcmodels.State, error) {
	prompts := make([][]int32, len(questions))
	few := !lcmodels.PromptAtOnce(r.model.Architecture)
	for b, q := range questions {
		prompts[b] = q.Prompt
		few = few && 0 < len(q.Prompt) && len(q.Prompt) <= fewTokens && len(q.Prompt) == len(prompts[0])
	}
	if few {
		return r.Append(ctx, prompts, references(questions, 0), s)
	}
	return r.Prefill(ctx, prompts, references(questions, 0), s)
}

// references returns token i of each reference, 0 for references without it.
func references(questions []Question, i int) []int32 {
	tokens := make([]int32, len(questions))
	for b, q := range questions {
		if i < len(q.Reference) {
			tokens[b] = q.Reference[i]
		}
	}
	return tokens
}

// force measures the references by teacher forcing. It returns the state after the prompts.
func (r *Reader) force(ctx context.Context, questions []Question, answers []Answer, n Next, s *lcmodels.State) (*lcmodels.State, error) {
	note := func(i int, n Next) {
		for b, q := range questions {
			if i == 0 || i < len(q.Reference) {
				answers[b].NotFinite = answers[b].NotFinite || n.NotFinite[b]
			}
			if i < len(q.Reference) {
				answers[b].LogProb += float64(n.LogProb[b])
				answers[b].Rank = max(answers[b].Rank, int(n.Rank[b]))
			}
		}
	}
	note(0, n)
	longest := 0
	for _, q := range questions {
		longest = max(longest, len(q.Reference))
	}
	if longest < 2 {
		return s, nil
	}
	m, err := r.mark(s, longest-1)
	if err != nil {
		return nil, err
	}
	spoilt := false
	for i := 1; i < longest; i++ {
		last := references(questions, i-1)
		if n, s, err = r.Append(ctx, columns(last), references(questions, i), s); err != nil {
			return nil, err
		}
		note(i, n)
		spoilt = spoilt || slices.Contains(n.NotFinite, true)
	}
	return r.rewind(m, s, spoilt)
}

// decode continues greedily. It consumes the state and returns the one after.
func (r *Reader) decode(ctx context.Context, questions []Question, answers []Answer, n Next, s *lcmodels.State, stop []int32) (*lcmodels.State, error) {
	for {
		open := false
		for b, q := range questions {
			if !done(q, answers[b], stop) {
				answers[b].take(n, b)
				open = open || !done(q, answers[b], stop)
			}
		}
		if !open {
			return s, nil
		}
		var err error
		if n, s, err = r.Append(ctx, columns(n.Token), make([]int32, len(questions)), s); err != nil {
			return nil, fmt.Errorf("decode: %w", err)
		}
	}
}

// take adds the next token of a row to the answer.
func (a *Answer) take(n Next, row int) {
	a.Tokens, a.NotFinite = append(a.Tokens, n.Token[row]), n.NotFinite[row]
}

// done reports whether an answer has ended or has reached its length limit.
func done(q Question, a Answer, stop []int32) bool {
	return a.NotFinite || len(a.Tokens) >= q.MaxNewTokens || ended(a.Tokens, stop)
}

func ended(tokens, stop []int32) bool {
	return len(tokens) > 0 && slices.Contains(stop, tokens[len(tokens)-1])
}

// columns returns a row of one token for each token.
func columns(tokens []int32) [][]int32 {
	rows := make([][]int32, len(tokens))
	for b, t := range tokens {
		rows[b] = []int32{t}
	}
	return rows
}
