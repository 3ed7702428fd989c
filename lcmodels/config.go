package lcmodels

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"longseq/data/published"
	"longseq/lcmodels/checkpoint"
	"longseq/lcmodels/extend"
)

// ParseConfig reads a config.json of a registered family, by its model_type or, if it has none, as the family
// recognises it, and validates it.
func ParseConfig(raw []byte) (Architecture, error) {
	var kind struct {
		ModelType string `json:"model_type"`
	}
	if err := checkpoint.ParseConfig(raw, &kind); err != nil {
		return nil, err
	}
	f, err := familyOf(kind.ModelType, raw)
	if err != nil {
		return nil, err
	}
	a, err := f.Parse(raw)
	if err != nil {
		return nil, err
	}
	return a, a.Validate()
}

// familyOf finds the family of a config.json.
func familyOf(modelType string, raw []byte) (*Family, error) {
	var known []string
	for _, f := range families() {
		if modelType == f.ModelType && (modelType != "" || f.Recognises(raw)) {
			return f, nil
		}
		if f.ModelType != "" {
			known = append(known, f.ModelType)
		}
	}
	if modelType == "" {
		return nil, errors.New("config.json has neither model_type nor d_model: it is of no architecture known here")
	}
	return nil, fmt.Errorf("config.json: model_type is %q: known are %s and mamba_ssm's own form; an architecture of another package is known to programs that import it", modelType, strings.Join(known, ", "))
}

// hasDModel recognises mamba_ssm's configurations, which have no model_type.
func hasDModel(raw []byte) bool {
	var c struct {
		DModel *int `json:"d_model"`
	}
	return checkpoint.ParseConfig(raw, &c) == nil && c.DModel != nil
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

// ParseAs makes a Family.Parse for a configuration that is a struct with JSON tags: keys that are absent or null keep
// the values of defaults.
func ParseAs[C Architecture](defaults func() C) func(config []byte) (Architecture, error) {
	return func(raw []byte) (Architecture, error) {
		c := defaults()
		err := checkpoint.ParseConfig(raw, &c)
		return c, err
	}
}

func parseLlama(raw []byte) (Architecture, error) {
	c := DefaultLlama()
	if err := checkpoint.ParseConfig(raw, &c); err != nil {
		return nil, err
	}
	rope, err := parseRope(raw)
	if rope.Theta != 0 {
		c.RopeTheta = rope.Theta
	}
	if rope.Part != 0 && rope.Part != 1 {
		return nil, fmt.Errorf("partial_rotary_factor is %g: only whole heads are turned by a Llama known here", rope.Part)
	}
	c.Rope = rope.scaling(c.MaxPositions)
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
	if err := checkpoint.ParseConfig(raw, &c); err != nil {
		return nil, err
	}
	rope, err := parseRope(raw)
	if rope.Theta != 0 {
		c.RopeTheta = rope.Theta
	}
	if rope.Part != 0 {
		c.RotaryFactor = rope.Part
	}
	if kind := rope.kind(); kind != "" && kind != "default" {
		return nil, fmt.Errorf("rope_type is %q: only plain rotary positions are known of a Griffin", kind)
	}
	return c, err
}

// rope is what Hugging Face files hold under rope_parameters, older ones under rope_scaling.
type rope struct {
	extend.Rope
	Theta   float64 `json:"rope_theta"`
	Part    float64 `json:"partial_rotary_factor"`
	OldType string  `json:"type"`
}

func (r rope) kind() string {
	if r.Type != "" {
		return r.Type
	}
	return r.OldType
}

// scaling is how positions are scaled in a model with the given max_position_embeddings: transformers,
// modeling_rope_utils.py, standardize_rope_params. dynamic knows no other trained length.
func (r rope) scaling(positions int) extend.Rope {
	s := r.Rope
	if s.Type = r.kind(); !s.Scales() {
		return extend.Rope{}
	}
	if s.Original == 0 || s.Type == extend.Dynamic {
		s.Original = positions
	}
	if s.Factor == 0 && s.Type == extend.YaRN && s.Original > 0 {
		s.Factor = float64(positions) / float64(s.Original)
	}
	if s.Type == extend.Linear {
		s.Original = 0
	}
	return s
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

// FormatConfig writes a config.json that ParseConfig reads back to the same architecture. An architecture that is
// not registered is an error, since ParseConfig could not read it back.
func FormatConfig(a Architecture) ([]byte, error) {
	r, err := FindRegistration(a.Name())
	if err != nil {
		return nil, fmt.Errorf("format config of %s: its package must register it: %w", a.Name(), err)
	}
	raw, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("format config of %s: %w", a.Name(), err)
	}
	fields := map[string]any{}
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, fmt.Errorf("format config of %s: %w", a.Name(), err)
	}
	if r.Family.ModelType != "" {
		fields["model_type"] = r.Family.ModelType
	}
	if r.Family.Class != "" {
		fields["architectures"] = []string{r.Family.Class}
	}
	out, err := json.MarshalIndent(fields, "", "  ")
	return append(out, '\n'), err
}
