package resident

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"longseq/internal/worker"
	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
	"longseq/lcmodels/generate"
	"longseq/lcmodels/tokenizer"
	"longseq/study/models"
)

// holder is the inside of the resident process.
type holder struct {
	backends map[string]*backend.Backend // by choice
	models   map[key]*held
}

// held is a loaded model.
type held struct {
	model      *lcmodels.Model
	backend    *backend.Backend
	tok        *tokenizer.Tokenizer
	stopTokens []int32 // end an answer
	files      string  // fingerprint of its files when it was loaded
	readers    []*generate.Reader
	kept       map[string]*keptText
}

// keptText is a text that was read, and the state after it.
type keptText struct {
	text   string
	tokens int
	state  *lcmodels.State
}

func newHolder() *holder {
	return &holder{backends: make(map[string]*backend.Backend), models: make(map[key]*held)}
}

// call is the worker function.
func (h *holder) call(ctx context.Context, argument json.RawMessage, report worker.Report) error {
	var c call
	if err := json.Unmarshal(argument, &c); err != nil {
		return fmt.Errorf("read a call: %w", err)
	}
	begin := time.Now()
	m, found, err := h.open(c.Key)
	if err != nil {
		return err
	}
	end := last{
		Name:         m.model.Name,
		Architecture: m.model.Architecture.Name(),
		Params:       lcmodels.Params(m.model.Architecture),
		Found:        found,
		Load:         time.Since(begin),
	}
	switch {
	case c.Question != nil:
		end.Answer, err = m.answer(ctx, *c.Question, func(piece string) error { return report(reply{Piece: piece}) })
	case c.Keep != nil:
		end.Kept, err = m.keep(ctx, *c.Keep)
	}
	if err != nil {
		return err
	}
	return report(reply{Last: &end})
}

// open returns a model and whether it was held. It loads one that is not held, or whose files have changed.
func (h *holder) open(k key) (m *held, found bool, err error) {
	files, err := fingerprint(k.Path)
	if err != nil {
		return nil, false, fmt.Errorf("model %s: %w", k.Path, err)
	}
	if m := h.models[k]; m != nil {
		if m.files == files {
			return m, true, nil
		}
		delete(h.models, k)
		if err := m.free(); err != nil {
			return nil, false, err
		}
	}
	if m, err = h.load(k); err != nil {
		return nil, false, err
	}
	m.files = files
	h.models[k] = m
	return m, false, nil
}

// fingerprint returns the names, sizes and modification times of a model's files.
func fingerprint(path string) (string, error) {
	var text string
	err := filepath.WalkDir(path, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := os.Stat(path) // follows links, which the hub's cache is made of
		if err == nil {
			text += fmt.Sprintln(path, info.Size(), info.ModTime().UnixNano())
		}
		return err
	})
	return text, err
}

// load reads a model from its files and puts it on the device.
func (h *holder) load(k key) (*held, error) {
	m, tok, err := models.Location{Path: k.Path, Tokenizer: k.Tokenizer, Quirk: k.Quirk}.Load()
	if err != nil {
		return nil, err
	}
	b := h.backends[k.Backend]
	if b == nil {
		if b, err = backend.Open(k.Backend); err != nil {
			return nil, err
		}
		h.backends[k.Backend] = b
	}
	loaded := &held{model: m, backend: b, tok: tok, stopTokens: models.StopTokens(m, tok, nil), kept: make(map[string]*keptText)}
	return loaded, loaded.makeReaders(k.Chunk)
}

// free frees the memory of the weights and of the kept states.
func (m *held) free() error {
	var errs []error
	for _, k := range m.kept {
		errs = append(errs, k.state.Free())
	}
	weights, err := m.model.OnDevice(m.backend)
	for _, w := range weights {
		errs = append(errs, w.FinalizeAll())
	}
	if err = errors.Join(append(errs, err)...); err != nil {
		return fmt.Errorf("free model %s: %w", m.model.Name, err)
	}
	return nil
}
