package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"longseq/cmd/verbs/session"
	"longseq/internal/input"
	"longseq/lcmodels"
	"longseq/lcmodels/extend"
	"longseq/lcmodels/tokenizer"
	"longseq/study/models"
)

// loadModel loads the model that the argument MODEL names. quirk, extension and dots are the flags' values; the first two may
// be empty.
func loadModel(name, quirk, extension, dots string) (*lcmodels.Model, error) {
	if _, err := extend.Parse(extension); err != nil {
		return nil, session.Usagef("--extend: %w", err)
	}
	dtype, err := lcmodels.ParseDots(dots)
	if err != nil {
		return nil, session.Usagef("--dots %w", err)
	}
	var q lcmodels.Quirk
	if quirk != "" {
		if q, err = lcmodels.ParseQuirk(quirk); err != nil {
			return nil, session.Usagef("%w", err)
		}
	}
	location, err := models.Locate(name)
	if err != nil {
		return nil, err
	}
	location.Quirk, location.Dots, location.Extend = q, dtype, extension
	m, err := location.LoadModel()
	if errors.Is(err, lcmodels.ErrNotItsQuirk) || errors.Is(err, lcmodels.ErrNotExtended) {
		return nil, session.Usagef("%w", err)
	}
	if err != nil {
		return nil, err
	}
	if location.Path != name {
		m.Name = name
	}
	return m, nil
}

// loadTokenizer loads a model's tokenizer from path or, if that is empty, from where [models.Locate] finds it. It
// returns nil if path is empty and there is none.
func loadTokenizer(path, model string, m *lcmodels.Model) (*tokenizer.Tokenizer, error) {
	location, err := models.Locate(model)
	if err != nil {
		return nil, err
	}
	if path != "" {
		location.Tokenizer = path
	}
	tok, err := location.LoadTokenizer(m)
	if errors.Is(err, tokenizer.ErrNone) && path == "" {
		return nil, nil
	}
	return tok, err
}

// readTokens reads a JSON list of lists of token ids, which must have equal lengths.
func readTokens(path string) ([][]int32, error) {
	rows, err := readJSON[[][]int32](path, "a list of lists of token ids")
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 || len(rows[0]) == 0 {
		return nil, fmt.Errorf("%s: no tokens: want a list of lists of token ids", path)
	}
	for i, row := range rows {
		if len(row) != len(rows[0]) {
			return nil, fmt.Errorf("%s: row %d has %d tokens and row 0 has %d: want rows of equal length", path, i, len(row), len(rows[0]))
		}
	}
	return rows, nil
}

// maxJSON is the limit of a file of tokens or texts: 20 million tokens.
const maxJSON = 128 << 20

// readJSON decodes a JSON file of at most maxJSON bytes. A null anywhere in it, which package json would ignore, is an error; want says what
// the file should hold.
func readJSON[T any](path, want string) (T, error) {
	var value T
	raw, err := input.Read(path, maxJSON)
	if err != nil {
		return value, err
	}
	if err := json.Unmarshal(raw, &value); err != nil {
		return value, fmt.Errorf("%s: %w: want %s", path, err, want)
	}
	tokens := json.NewDecoder(bytes.NewReader(raw))
	for {
		token, err := tokens.Token()
		switch {
		case errors.Is(err, io.EOF):
			return value, nil
		case err != nil:
			return value, fmt.Errorf("%s: %w", path, err)
		case token == nil:
			return value, fmt.Errorf("%s: holds null: want %s", path, want)
		}
	}
}
