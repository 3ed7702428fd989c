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

// Options say how a model is opened. The same model under other options is another.
type Options struct {
	// Backend is what --backend says; empty: the best there is.
	Backend string
	// Chunk is how many tokens are read at a time; 0: [generate.DefaultChunk], and few for short prompts.
	Chunk int
	// Quirk computes as a reference does where it departs from the model; empty: not.
	Quirk lcmodels.Quirk
}

// Model is a model that the notebook's process holds.
type Model struct {
	Name         string
	Architecture string // its name in the registry
	Params       int64
	// Found says that the model was held already; else Load is how long loading took.
	Found bool
	Load  time.Duration

	key    key
	worker worker.Lasting
}

// key is what a held model is known by.
type key struct {
	Path, Tokenizer string
	Options
}

// Open returns the model called name: a folder in hub form, a .pth file of RWKV, or a name on the hub that is in
// its cache. If the notebook's process does not hold it yet, it is loaded.
func Open(ctx context.Context, name string, o Options) (*Model, error) {
	place, err := models.Locate(name)
	if err != nil {
		return nil, err
	}
	for _, path := range []*string{&place.Path, &place.Tokenizer} { // the process may stand elsewhere
		if *path, err = filepath.Abs(*path); err != nil {
			return nil, fmt.Errorf("model %s: %w", name, err)
		}
	}
	if o.Backend == "" {
		o.Backend = os.Getenv("GOMLX_BACKEND") // as it is in this cell: the process may be older
	}
	w, err := process(ctx)
	if err != nil {
		return nil, err
	}
	m := &Model{key: key{place.Path, place.Tokenizer, o}, worker: w}
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

// End ends the notebook's process, if there is one: it gives back the memory of all models.
func End(ctx context.Context) error {
	w, err := process(ctx)
	if err != nil {
		return err
	}
	return w.End(ctx)
}

// Question is a prompt and what is wanted of its answer.
type Question struct {
	// Behind names a text that Keep has read, which stands before the prompt; empty: nothing does.
	Behind string
	Prompt string
	// MaxNewTokens bounds the answer.
	MaxNewTokens int
}

// Answer is what the model says.
type Answer struct {
	Text   string
	Tokens []int32 // greedily decoded, up to and with the one that ended the answer
	// Prefill and Decode are the times that reading the prompt and answering took.
	Prefill, Decode time.Duration
}

// Answer asks the model. on, if not nil, gets the answer's text piece by piece, as soon as it is certain. The
// state behind a kept text is copied, so that it can be asked again.
func (m *Model) Answer(ctx context.Context, q Question, on func(text string)) (Answer, error) {
	reply, err := m.call(ctx, call{Question: &q}, on)
	return reply.Answer, err
}

// Kept is a text whose state is held.
type Kept struct {
	Tokens int
	// Found says that the text had been read already; else Prefill is how long that took.
	Found   bool
	Prefill time.Duration
}

// Keep reads a text and holds the state behind it under a name. If the text of that name has been read
// already, nothing is done; another text takes its place.
func (m *Model) Keep(ctx context.Context, name, text string) (Kept, error) {
	if name == "" {
		return Kept{}, fmt.Errorf("keep a text read by %s: it has no name", m.Name)
	}
	reply, err := m.call(ctx, call{Keep: &keep{name, text}}, nil)
	return reply.Kept, err
}

// call is what travels to the process: open a model, and ask it or keep a text.
type call struct {
	Key      key
	Question *Question `json:",omitempty"`
	Keep     *keep     `json:",omitempty"`
}

type keep struct{ Name, Text string }

// reply is what comes back: pieces of the answer's text, and at last all else.
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

// call calls the process about this model, which it loads if it has lost it.
func (m *Model) call(ctx context.Context, c call, on func(text string)) (last, error) {
	var end last
	c.Key = m.key
	err := m.worker.Call(ctx, c, func(report json.RawMessage) error {
		var r reply
		if err := json.Unmarshal(report, &r); err != nil {
			return fmt.Errorf("read what the models' process says: %w", err)
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
