package lcmodels

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/internal/durable"
	"longseq/lcmodels/checkpoint"
)

// Model is an architecture with its weights.
type Model struct {
	// Name is the model's name in plans, records and figures.
	Name         string
	Architecture Architecture
	// Weights, in the order of Architecture.Weights, of a model that was made in memory. They are nil for a model that
	// was loaded, whose weights stay in its files until OnDevice.
	Weights []*tensors.Tensor
	// EOS holds the tokens that end an answer, if the model's files name any: see StopTokens.
	EOS []int32
	// Dots is the type in which products with matrices are computed. Zero means float32, which rounds no weight.
	// BFloat16 rounds both factors and is faster where the processor or the GPU has such products. States, norms,
	// softmax and the residual stream are float32 in both cases.
	Dots dtypes.DType

	path   string // of a loaded model
	placed placed
}

// Load opens a folder in hub form, or a single .pth file of RWKV. It checks that the configuration and all weights are
// there and fit together; it does not read the weights. The model's name is that of the folder or file.
func Load(path string) (*Model, error) {
	c, err := checkpoint.Open(path)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	a, err := architectureOf(c)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", path, err)
	}
	if _, err := findWeights(a, c); err != nil {
		return nil, fmt.Errorf("load %s: %w", path, err)
	}
	eos, err := eosOf(c)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", path, err)
	}
	name := strings.TrimSuffix(filepath.Base(filepath.Clean(path)), ".pth")
	return &Model{Name: name, Architecture: a, EOS: eos, path: path}, nil
}

// Describe returns the architecture of the model at path, with its sizes. It reads no weights.
func Describe(path string) (Architecture, error) {
	c, err := checkpoint.Open(path)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	a, err := architectureOf(c)
	if err != nil {
		return nil, fmt.Errorf("describe %s: %w", path, err)
	}
	return a, nil
}

// architectureOf reads config.json. Sizes that it does not have are taken from the shapes of the tensors.
func architectureOf(c *checkpoint.Checkpoint) (Architecture, error) {
	raw, err := c.Config()
	if errors.Is(err, fs.ErrNotExist) {
		for _, f := range families() {
			if f.FromTensors == nil {
				continue
			}
			if a, err := f.FromTensors(c, nil); a != nil || err != nil {
				return a, err
			}
		}
	}
	if err != nil {
		return nil, err
	}
	a, err := ParseConfig(raw)
	if err != nil {
		return nil, err
	}
	r, err := FindRegistration(a.Name())
	if err != nil || r.Family.FromTensors == nil {
		return a, err
	}
	return r.Family.FromTensors(c, a)
}

// stored returns the name of a weight in the checkpoint.
func stored(a Architecture, c *checkpoint.Checkpoint, name string) string {
	if r, ok := a.(Renamed); ok && !c.Has(name) {
		return r.OtherName(name)
	}
	return name
}

// findWeights returns the weights of the architecture in its order. It refuses a checkpoint in which one is missing or has
// another shape, or which holds a tensor that the architecture does not have.
func findWeights(a Architecture, c *checkpoint.Checkpoint) ([]checkpoint.Tensor, error) {
	var weights []checkpoint.Tensor
	used := map[string]bool{}
	for _, spec := range a.Weights() {
		name := stored(a, c, spec.Name)
		t, err := c.Tensor(name)
		if err != nil {
			return nil, err
		}
		if !slices.Equal(t.Shape, spec.Dims) {
			return nil, fmt.Errorf("tensor %s is shaped %v: the configuration asks for %v", name, t.Shape, spec.Dims)
		}
		if _, ok := weightTypes[t.DType]; !ok {
			return nil, fmt.Errorf("tensor %s is of type %s: weights are f64, f32, f16 or bf16", name, t.DType)
		}
		used[name] = true
		weights = append(weights, t)
	}
	for _, name := range c.Names() {
		if used[name] {
			continue
		}
		if err := ignorable(a, c, name); err != nil {
			return nil, err
		}
	}
	return weights, nil
}

// ignorable returns nil for a tensor that the architecture does not have and that may be ignored, else an error.
func ignorable(a Architecture, c *checkpoint.Checkpoint, name string) error {
	switch {
	case strings.HasSuffix(name, "rotary_emb.inv_freq"), name == "model.normalizer":
		return nil
	case name == "lm_head.weight":
		for _, spec := range a.Weights() {
			if spec.role == roleTiedEmbedding {
				if c.Equal(name, spec.Name) {
					return nil
				}
				return fmt.Errorf("config.json ties lm_head.weight to %s, and the checkpoint holds two different ones", spec.Name)
			}
		}
	}
	return fmt.Errorf("tensor %s is none that %s has", name, a.Name())
}

// Save writes the model as a folder in hub form: model.safetensors and then config.json, so that there is no model with
// one of them alone.
func (m *Model) Save(dir string, metadata map[string]string) error {
	if err := durable.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("save model %s: %w", m.Name, err)
	}
	config, err := FormatConfig(m.Architecture)
	if err != nil {
		return fmt.Errorf("save model %s: %w", m.Name, err)
	}
	var all []checkpoint.Tensor
	for i, spec := range m.Architecture.Weights() {
		values, err := tensors.CopyFlatData[float32](m.Weights[i])
		if err != nil {
			return fmt.Errorf("save model %s, tensor %s: %w", m.Name, spec.Name, err)
		}
		t, err := checkpoint.NewFloat32(spec.Name, spec.Dims, values)
		if err != nil {
			return fmt.Errorf("save model %s: %w", m.Name, err)
		}
		all = append(all, t)
	}
	configFile := filepath.Join(dir, "config.json")
	if err := durable.Remove(configFile); err != nil && !errors.Is(err, fs.ErrNotExist) { // of an earlier model
		return fmt.Errorf("save model %s: %w", m.Name, err)
	}
	if err := checkpoint.WriteSafetensors(filepath.Join(dir, "model.safetensors"), all, metadata); err != nil {
		return fmt.Errorf("save model %s: %w", m.Name, err)
	}
	if err := durable.WriteFile(configFile, config, 0o644); err != nil {
		return fmt.Errorf("save model %s: %w", m.Name, err)
	}
	return nil
}
