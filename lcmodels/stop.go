package lcmodels

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"longseq/lcmodels/checkpoint"
)

// tokenList is eos_token_id as Hugging Face writes it: a token, a list of tokens or null.
type tokenList []int32

func (l *tokenList) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '[' {
		return json.Unmarshal(raw, (*[]int32)(l))
	}
	var one *int32
	err := json.Unmarshal(raw, &one)
	if one != nil {
		*l = tokenList{*one}
	}
	return err
}

// eosOf returns the tokens that end an answer by the checkpoint's files: those of generation_config.json, else of
// config.json, as in transformers. There may be none.
func eosOf(c *checkpoint.Checkpoint) ([]int32, error) {
	for _, name := range []string{"generation_config.json", "config.json"} {
		raw, err := c.Sidecar(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		var config struct {
			EOS tokenList `json:"eos_token_id"`
		}
		if err := checkpoint.ParseConfig(raw, &config); err != nil {
			return nil, fmt.Errorf("parse %s: %w", name, errors.Unwrap(err))
		}
		if len(config.EOS) > 0 {
			return config.EOS, nil
		}
	}
	return nil, nil
}

// StopTokens returns the tokens that end an answer: those that the model's own files name, else the tokenizer's
// (below 0 for none), else those that the architecture is registered with, which may be none.
func (m *Model) StopTokens(tokenizerEOS int32) []int32 {
	switch {
	case len(m.EOS) > 0:
		return m.EOS
	case tokenizerEOS >= 0:
		return []int32{tokenizerEOS}
	}
	r, err := FindRegistration(m.Architecture.Name())
	if err != nil {
		return nil
	}
	return slices.Clone(r.StopTokens)
}
