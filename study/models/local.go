package models

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/gomlx/gomlx/pkg/core/dtypes"

	"longseq/data"
	"longseq/kernelsrc/backend"
	"longseq/lcmodels/generate"
	"longseq/lcmodels/tokenizer"
	"longseq/study"
)

// local is a model from files that answers in this process. It implements [study.Retainer].
type local struct {
	digest  string
	tok     *tokenizer.Tokenizer
	reads   *generate.Reader
	backend *backend.Backend
	stop    []int32 // tokens that end an answer
}

func (m *local) Digest() string { return m.digest }

// ComputedBy returns what the backend is, and the type of products.
func (m *local) ComputedBy() study.ComputedBy {
	dots := "f32"
	if m.reads.Model().Dots == dtypes.BFloat16 {
		dots = "bf16"
	}
	return study.ComputedBy{Backend: m.backend.Found.Name, Device: m.backend.Found.Device, Dots: dots, Native: m.backend.Native() == nil}
}

// Close frees the device's memory.
func (m *local) Close() error {
	m.backend.Finalize()
	return nil
}

func (m *local) Answer(ctx context.Context, samples []data.Sample) ([]study.Prediction, error) {
	questions := make([]generate.Question, len(samples))
	for i, s := range samples {
		questions[i] = m.question(m.tok.Prompt(s.Prompt), s.Prompt, s.Answers, s.MaxNewTokens)
	}
	answers, err := m.reads.Answer(ctx, questions, m.stop...)
	if err != nil {
		return nil, err
	}
	predictions := make([]study.Prediction, len(answers))
	for i, a := range answers {
		predictions[i] = m.prediction(a, len(answers))
		predictions[i].PromptTokens = len(questions[i].Prompt)
		if a.Read < len(questions[i].Prompt) {
			predictions[i].TokensRead = a.Read + len(a.Tokens)
		}
	}
	return predictions, nil
}

// Retain reads all haystacks as one batch and asks the questions at each stop.
func (m *local) Retain(ctx context.Context, readings []data.Reading) ([][]study.Prediction, error) {
	out := make([][]study.Prediction, len(readings))
	if len(readings) == 0 {
		return out, nil
	}
	questions := make([]generate.Question, len(readings))
	pieces := make([][][]int32, len(readings[0].Stops)) // of each haystack, between stops
	longest := 0
	for i, r := range readings {
		questions[i] = m.question(m.tok.Encode(r.Question), r.Haystack+r.Question, r.Answers, r.MaxNewTokens)
		length := len(questions[i].Prompt) + max(r.MaxNewTokens, len(questions[i].Reference))
		for stop, at := range r.Stops {
			piece := m.tok.Prompt(r.Haystack[:r.Stops[0]])
			if stop > 0 {
				piece = m.tok.Encode(r.Haystack[r.Stops[stop-1]:at])
			}
			pieces[stop] = append(pieces[stop], piece)
			length += len(piece)
		}
		longest = max(longest, length)
	}
	state := m.reads.StartFor(len(readings), longest)
	read := make([]int, len(readings)) // tokens of each haystack
	for stop, piece := range pieces {
		begin := time.Now()
		_, after, err := m.reads.Prefill(ctx, piece, make([]int32, len(piece)), state)
		if err != nil {
			return nil, err
		}
		between := time.Since(begin)
		var answers []generate.Answer
		if stop < len(pieces)-1 {
			answers, state, err = m.reads.Ask(ctx, questions, after, m.stop...)
		} else {
			answers, err = m.reads.Continue(ctx, questions, after, m.stop...)
		}
		if err != nil {
			return nil, err
		}
		for i, a := range answers {
			a.Prefill += between
			read[i] += len(piece[i])
			p := m.prediction(a, len(answers))
			p.PromptTokens = read[i] + len(questions[i].Prompt)
			p.TokensRead = len(piece[i]) + len(questions[i].Prompt) + len(a.Tokens)
			out[i] = append(out[i], p)
		}
	}
	return out, nil
}

// question asks for the answer to prompt, which are the last tokens of text.
func (m *local) question(prompt []int32, text string, answers []string, budget int) generate.Question {
	return generate.Question{Prompt: prompt, Reference: m.reference(text, answers), MaxNewTokens: budget}
}

// reference returns the tokens of the right answer after text, or nil where the tokenizer merges the end of text
// with the beginning of the answer.
func (m *local) reference(text string, answers []string) []int32 {
	cut := max(0, len(text)-64) // text further back does not change how the end is tokenized
	for cut > 0 && text[cut] != ' ' {
		cut--
	}
	before := m.tok.Encode(text[cut:])
	whole := m.tok.Encode(text[cut:] + " " + strings.Join(answers, ", "))
	if len(whole) <= len(before) || !slices.Equal(whole[:len(before)], before) {
		return nil
	}
	return whole[len(before):]
}

func (m *local) prediction(a generate.Answer, batch int) study.Prediction {
	tokens := a.Tokens
	if n := len(tokens); n > 0 && slices.Contains(m.stop, tokens[n-1]) {
		tokens = tokens[:n-1]
	}
	p := study.Prediction{Text: m.tok.Decode(tokens), LogProb: a.LogProb, Rank: a.Rank, NotFinite: a.NotFinite,
		Prefill: a.Prefill / time.Duration(batch), Decode: a.Decode / time.Duration(batch)}
	if a.Rank == 0 {
		p.LogProb = math.NaN()
	}
	return p
}
