package lcmodels

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"longseq/lcmodels/checkpoint"
)

// tokenList is eos_token_id as Hugging Face writes it: a token, a list of them or null.
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

// eosOf returns the tokens that end an answer as the checkpoint's files say: generation_config.json
// before config.json, as in transformers; none if neither does.
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

// Ends returns the tokens that end an answer: what the model's own files say, else the tokenizer's
// (below 0 for none), else what the published models of the family have.
func (m *Model) Ends(tokenizerEOS int32) []int32 {
	switch {
	case len(m.EOS) > 0:
		return m.EOS
	case tokenizerEOS >= 0:
		return []int32{tokenizerEOS}
	}
	switch m.Architecture.(type) {
	case Llama:
		return []int32{2}
	case Griffin:
		return []int32{1}
	}
	return []int32{0} // <|endoftext|> of GPT-NeoX, the end of text of RWKV World
}
