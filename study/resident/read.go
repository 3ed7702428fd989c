package resident

import (
	"context"
	"fmt"
	"slices"
	"time"

	"longseq/lcmodels"
	"longseq/lcmodels/generate"
)

// shortChunk is the chunk for short prompts, in tokens. A chunk costs as much to read when it is not full.
const shortChunk = 32

// makeReaders makes a reader for each chunk size, the smallest first. They share the weights, and one continues
// from a state of another.
func (m *held) makeReaders(chunk int) error {
	chunks := []int{chunk}
	if chunk == 0 {
		chunks = []int{1, shortChunk, generate.DefaultChunk}
	}
	for _, chunk := range chunks {
		r, err := generate.NewReader(m.backend, m.model, chunk)
		if err != nil {
			return err
		}
		m.readers = append(m.readers, r)
	}
	return nil
}

// readerOf returns the reader with the smallest chunk that holds so many tokens, or that with the largest.
func (m *held) readerOf(tokens int) *generate.Reader {
	for _, r := range m.readers {
		if tokens <= r.Chunk() {
			return r
		}
	}
	return m.readers[len(m.readers)-1]
}

// keep reads a text and keeps the state after it.
func (m *held) keep(ctx context.Context, k keep) (Kept, error) {
	old := m.kept[k.Name]
	if old != nil && old.text == k.Text {
		return Kept{Tokens: old.tokens, Found: true}, nil
	}
	if k.Text == "" {
		return Kept{}, fmt.Errorf("keep %q: the text is empty", k.Name)
	}
	begin := time.Now()
	tokens := m.tok.Prompt(k.Text)
	reader := m.readerOf(len(tokens))
	_, state, err := reader.Prefill(ctx, [][]int32{tokens}, []int32{0}, reader.Start(1))
	if err != nil {
		return Kept{}, err
	}
	if old != nil {
		if err := old.state.Free(); err != nil {
			return Kept{}, err
		}
	}
	m.kept[k.Name] = &keptText{text: k.Text, tokens: len(tokens), state: state}
	return Kept{Tokens: len(tokens), Prefill: time.Since(begin)}, nil
}

// answer reads a prompt and decodes greedily. It passes each piece of text to on as soon as it is final.
func (m *held) answer(ctx context.Context, q Question, on func(piece string) error) (Answer, error) {
	if q.MaxNewTokens < 1 {
		return Answer{}, fmt.Errorf("ask %s: MaxNewTokens is %d: want at least 1", m.model.Name, q.MaxNewTokens)
	}
	begin := time.Now()
	prompt, state, err := m.start(q)
	if err != nil {
		return Answer{}, err
	}
	reader := m.readerOf(len(prompt))
	if state == nil {
		state = reader.Start(1)
	}
	next, state, err := reader.Prefill(ctx, [][]int32{prompt}, []int32{0}, state)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Prefill: time.Since(begin)}
	begin = time.Now()
	text := m.tok.Decoder()
	say := func(piece string) error {
		a.Text += piece
		if piece == "" {
			return nil
		}
		return on(piece)
	}
	for {
		if next.NotFinite[0] {
			return Answer{}, &generate.NotFinite{Model: m.model.Name, Position: state.Used - 1}
		}
		token := next.Token[0]
		a.Tokens = append(a.Tokens, token)
		ended := slices.Contains(m.stopTokens, token)
		if !ended {
			if err := say(text.Next(token)); err != nil {
				return Answer{}, err
			}
		}
		if ended || len(a.Tokens) == q.MaxNewTokens {
			break
		}
		if next, state, err = m.readers[0].Append(ctx, [][]int32{{token}}, []int32{0}, state); err != nil {
			return Answer{}, err
		}
	}
	a.Decode = time.Since(begin)
	if err := say(text.Flush()); err != nil {
		return Answer{}, err
	}
	return a, state.Free()
}

// start returns the tokens of a prompt and a copy of the state that they continue, nil for none.
func (m *held) start(q Question) ([]int32, *lcmodels.State, error) {
	if q.Prompt == "" {
		return nil, nil, fmt.Errorf("ask %s: the prompt is empty", m.model.Name)
	}
	if q.Behind == "" {
		return m.tok.Prompt(q.Prompt), nil, nil
	}
	kept := m.kept[q.Behind]
	if kept == nil {
		return nil, nil, fmt.Errorf("ask %s: no text %q is kept: read it with Keep; kept texts are lost when the resident process ends", m.model.Name, q.Behind)
	}
	state, err := m.readers[0].Fork(kept.state)
	return m.tok.Encode(q.Prompt), state, err
}
