package resident

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"longseq/internal/worker"
	"longseq/lcmodels"
	"longseq/study/models"
)

// Options say how a model is opened. The same files opened with other options are another model.
type Options struct {
	// Backend is a choice as for the flag --backend; empty: that of GOMLX_BACKEND, otherwise the best one found.
	Backend string
	// Chunk is how many tokens a prefill step reads; 0: [generate.DefaultChunk], and fewer for short prompts.
	Chunk int
	// Quirk is a reference implementation's departure from the architecture; empty: none.
	Quirk lcmodels.Quirk
}

// Model is a model that the resident process holds.
type Model struct {
	Name         string
	Architecture string // its name in the registry
	Params       int64
	// Found says that the model was held already. If not, Load is how long it took to load.
	Found bool
	Load  time.Duration

	key     key
	process worker.Daemon
}

// key identifies a held model.
type key struct {
	Path, Tokenizer string
	Options
}

// Open returns the model called name: a folder in hub form, a .pth file of RWKV, or a name on the hub that is in
// its cache. It is loaded if the resident process does not hold it yet.
func Open(ctx context.Context, name string, o Options) (*Model, error) {
	place, err := models.Locate(name)
	if err != nil {
		return nil, err
	}
	for _, path := range []*string{&place.Path, &place.Tokenizer} { // the process may have another working directory
		if *path, err = filepath.Abs(*path); err != nil {
			return nil, fmt.Errorf("model %s: %w", name, err)
		}
	}
	if o.Backend == "" {
		o.Backend = os.Getenv(envBackend) // of this cell: the process may have been started with another
	}
	p, err := process()
	if err != nil {
		return nil, err
	}
	m := &Model{key: key{place.Path, place.Tokenizer, o}, process: p}
	reply, err := m.call(ctx, call{}, nil)
	if err != nil {
		return nil, err
	}
	m.Name, m.Architecture, m.Params, m.Found, m.Load = reply.Name, reply.Architecture, reply.Params, reply.Found, reply.Load
	if place.Path != name {
		m.Name = name
	}
	return m, nil
}

// End ends the resident process, if it runs, and frees the memory of all models.
func End(ctx context.Context) error {
	p, err := process()
	if err != nil {
		return err
	}
	return p.End(ctx)
}

// Question is a prompt, and how long its answer may be.
type Question struct {
	// Behind names a text that Keep has read, which the prompt continues; empty: none.
	Behind string
	Prompt string
	// MaxNewTokens is the most tokens that the answer may have.
	MaxNewTokens int
}

// Answer is a model's answer to a Question.
type Answer struct {
	Text   string
	Tokens []int32 // decoded greedily, with the one that ended the answer
	// Prefill is how long it took to read the prompt, Decode to generate the answer.
	Prefill, Decode time.Duration
}

// Answer asks the model. on, which may be nil, is called with each piece of the answer's text as soon as it is final.
// The state after a kept text is copied, so that further questions can be asked of it.
func (m *Model) Answer(ctx context.Context, q Question, on func(text string)) (Answer, error) {
	reply, err := m.call(ctx, call{Question: &q}, on)
	return reply.Answer, err
}

// Kept describes a kept text.
type Kept struct {
	Tokens int
	// Found says that the text had been read already. If not, Prefill is how long it took to read.
	Found   bool
	Prefill time.Duration
}

// Keep reads a text and keeps the state after it under a name. A text that is kept under the name already is not read
// again; another one is replaced.
func (m *Model) Keep(ctx context.Context, name, text string) (Kept, error) {
	if name == "" {
		return Kept{}, fmt.Errorf("keep a text read by %s: it has no name", m.Name)
	}
	reply, err := m.call(ctx, call{Keep: &keep{name, text}}, nil)
	return reply.Kept, err
}

// call is the argument of a call of the process: open a model, and ask it or keep a text.
type call struct {
	Key      key
	Question *Question `json:",omitempty"`
	Keep     *keep     `json:",omitempty"`
}

type keep struct{ Name, Text string }

// reply is a report of the process: a piece of the answer's text, or the last report with everything else.
type reply struct {
	Piece string `json:",omitempty"`
	Last  *last  `json:",omitempty"`
}

type last struct {
	Name, Architecture string
	Params             int64
	Found              bool
	Load               time.Duration
	Answer             Answer
	Kept               Kept
}

// call calls the process, which loads this model again if it no longer holds it.
func (m *Model) call(ctx context.Context, c call, on func(text string)) (last, error) {
	var end last
	c.Key = m.key
	err := m.process.Call(ctx, c, func(report json.RawMessage) error {
		var r reply
		if err := json.Unmarshal(report, &r); err != nil {
			return fmt.Errorf("read a report of the resident process: %w", err)
		}
		if r.Piece != "" && on != nil {
			on(r.Piece)
		}
		if r.Last != nil {
			end = *r.Last
		}
		return nil
	})
	return end, err
}
