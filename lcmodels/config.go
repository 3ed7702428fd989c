package lcmodels

import (
	"encoding/json"
	"errors"
	"fmt"

	"longseq/lcmodels/checkpoint"
	"longseq/lcmodels/published"
)

// ParseConfig reads a config.json in the form of mamba_ssm or of Hugging Face, and validates it.
func ParseConfig(raw []byte) (Architecture, error) {
	var kind struct {
		ModelType string `json:"model_type"`
		DModel    *int   `json:"d_model"`
	}
	if err := checkpoint.ParseConfig(raw, &kind); err != nil {
		return nil, err
	}
	var (
		a   Architecture
		err error
	)
	switch {
	case kind.ModelType == "llama":
		a, err = parseLlama(raw)
	case kind.ModelType == "recurrent_gemma":
		a, err = parseGriffin(raw)
	case kind.ModelType == "rwkv6":
		a, err = parseInto(raw, DefaultRWKV6())
	case kind.ModelType == "" && kind.DModel != nil:
		a, err = parseInto(raw, DefaultMambaSSM())
	case kind.ModelType == "":
		return nil, errors.New("config.json has neither model_type nor d_model: it is of no architecture known here")
	default:
		return nil, fmt.Errorf("config.json: model_type is %q: known are llama, recurrent_gemma, rwkv6 and mamba_ssm's own form", kind.ModelType)
	}
	if err != nil {
		return nil, err
	}
	return a, a.Validate()
}

// Published returns the architecture of a published model in its published size, by any of the names that
// published.Find knows.
func Published(name string) (Architecture, error) {
	m, err := published.Find(name)
	if err != nil {
		return nil, err
	}
	return ParseConfig(m.Config())
}

// parseInto overwrites defaults by the keys that are there; null counts as absent.
func parseInto[C any](raw []byte, config C) (C, error) {
	err := checkpoint.ParseConfig(raw, &config)
	return config, err
}

func parseLlama(raw []byte) (Architecture, error) {
	c, err := parseInto(raw, DefaultLlama())
	if err != nil {
		return nil, err
	}
	rope, err := parseRope(raw)
	if rope.Theta != 0 {
		c.RopeTheta = rope.Theta
	}
	if kind := rope.kind(); kind != "" && kind != "default" {
		return nil, fmt.Errorf("rope_type is %q: only plain rotary positions are known", kind)
	}
	if rope.Factor != 0 && rope.Factor != 1 {
		return nil, fmt.Errorf("partial_rotary_factor is %g: only whole heads are turned by a Llama known here", rope.Factor)
	}
	return c, err
}

func parseGriffin(raw []byte) (Architecture, error) {
	c := DefaultGriffin()
	var alias struct {
		BlockTypes []string `json:"_block_types"`
	}
	if err := checkpoint.ParseConfig(raw, &alias); err != nil {
		return nil, err
	}
	if alias.BlockTypes != nil {
		c.BlockTypes = alias.BlockTypes
	}
	c, err := parseInto(raw, c)
	if err != nil {
		return nil, err
	}
	rope, err := parseRope(raw)
	if rope.Theta != 0 {
		c.RopeTheta = rope.Theta
	}
	if rope.Factor != 0 {
		c.RotaryFactor = rope.Factor
	}
	return c, err
}

// rope is what newer Hugging Face files hold under rope_parameters, older ones under rope_scaling.
type rope struct {
	Theta   float64 `json:"rope_theta"`
	Factor  float64 `json:"partial_rotary_factor"`
	Type    string  `json:"rope_type"`
	OldType string  `json:"type"`
}

func (r rope) kind() string {
	if r.Type != "" {
		return r.Type
	}
	return r.OldType
}

func parseRope(raw []byte) (rope, error) {
	var c struct {
		Parameters *rope `json:"rope_parameters"`
		Scaling    *rope `json:"rope_scaling"`
	}
	err := checkpoint.ParseConfig(raw, &c)
	switch {
	case c.Parameters != nil:
		return *c.Parameters, err
	case c.Scaling != nil:
		return *c.Scaling, err
	}
	return rope{}, err
}

// FormatConfig writes a config.json that ParseConfig reads back to the same architecture.
func FormatConfig(a Architecture) ([]byte, error) {
	raw, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("format config of %s: %w", a.Name(), err)
	}
	fields := map[string]any{}
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, fmt.Errorf("format config of %s: %w", a.Name(), err)
	}
	switch a.(type) {
	case Llama:
		fields["model_type"], fields["architectures"] = "llama", []string{"LlamaForCausalLM"}
	case RWKV6:
		fields["model_type"], fields["architectures"] = "rwkv6", []string{"Rwkv6ForCausalLM"}
	case Griffin:
		fields["model_type"], fields["architectures"] = "recurrent_gemma", []string{"RecurrentGemmaForCausalLM"}
	}
	out, err := json.MarshalIndent(fields, "", "  ")
	return append(out, '\n'), err
}
