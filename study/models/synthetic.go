package models

import (
	"fmt"
	"strings"
	"sync"

	"longseq/data/corpus"
	"longseq/data/synthetic"
	"longseq/lcmodels/tokenizer"
	"longseq/study"
)

// WordKinds returns the tasks whose tokens are words: [Recall], and the synthetic tasks at their defaults; with settings behind
// its name a plan has others: "mqar pairs=16". A model that does not know a task's words is not asked. Lengths are counted in words.
func WordKinds(tokenizers func(model string) (*tokenizer.Tokenizer, error)) ([]study.TaskKind, error) {
	loaded := knownWords{load: tokenizers, models: map[string]*tokenizer.Tokenizer{}}
	kinds := []study.TaskKind{Recall}
	for _, k := range synthetic.Kinds() {
		kind, err := syntheticKind(k, nil, &loaded)
		if err != nil {
			return nil, err
		}
		kinds = append(kinds, kind)
	}
	return kinds, nil
}

func syntheticKind(k synthetic.Kind, s synthetic.Settings, known *knownWords) (study.TaskKind, error) {
	task, err := synthetic.New(k, s)
	if err != nil {
		return study.TaskKind{}, err
	}
	return study.TaskKind{
		Name:     task.String(),
		Version:  synthetic.Version,
		Scorer:   study.ExactMatch,
		HasDepth: k.HasDepth,
		Make: func(cell study.Cell, _ corpus.Corpus) (study.Task, error) {
			return synthetic.Samples{Task: task, Length: cell.Length, Depth: cell.Depth, Seed: cell.Seed}, task.CheckLength(cell.Length)
		},
		Chance: task.Chance,
		With: func(settings string) (study.TaskKind, error) {
			k, s, err := synthetic.Parse(k.Name + " " + settings)
			if err != nil {
				return study.TaskKind{}, err
			}
			return syntheticKind(k, s, known)
		},
		Fits: func(model string) error { return known.check(model, task.Words()) },
	}, nil
}

// knownWords says which words models know.
type knownWords struct {
	load   func(model string) (*tokenizer.Tokenizer, error)
	mu     sync.Mutex
	models map[string]*tokenizer.Tokenizer
}

// check returns an error if the model's tokenizer does not give back one of the words: that of a model which was trained on
// one task knows its words alone.
func (w *knownWords) check(model string, list []string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	tok, ok := w.models[model]
	if !ok {
		var err error
		if tok, err = w.load(model); err != nil {
			return err
		}
		w.models[model] = tok
	}
	for _, word := range list {
		if got := strings.TrimSpace(tok.Decode(tok.Encode(word))); got != word {
			return fmt.Errorf("it does not know the word %q; it can be asked what it was trained on", word)
		}
	}
	return nil
}
