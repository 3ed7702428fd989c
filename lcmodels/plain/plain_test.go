package plain_test

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
	"longseq/kernelsrc/backend/backendtest"
	"longseq/lcmodels"
	"longseq/lcmodels/checkpoint"
	"longseq/lcmodels/plain"
)

// oddShapes are configurations that no published model has.
var oddShapes = map[string]string{
	"mamba2 with groups, biases and limits": `{"d_model": 24, "n_layer": 2, "vocab_size": 33, "pad_vocab_size_multiple": 8, "tie_embeddings": false,
		"ssm_cfg": {"layer": "Mamba2", "d_state": 6, "headdim": 4, "ngroups": 3, "bias": true, "conv_bias": false, "d_conv": 3, "dt_limit": [0.3, 0.9]}}`,
	"mamba2 with D a channel and the gate last": `{"d_model": 16, "n_layer": 2, "vocab_size": 30, "d_intermediate": 20,
		"ssm_cfg": {"layer": "Mamba2", "d_state": 5, "headdim": 8, "ngroups": 2, "expand": 3, "D_has_hdim": true, "norm_before_gate": true}}`,
	"a hybrid with grouped keys, biases and partial rotation": `{"d_model": 24, "n_layer": 3, "vocab_size": 32, "attn_layer_idx": [1], "d_intermediate": 8,
		"ssm_cfg": {"layer": "Mamba2", "d_state": 4, "headdim": 12}, "attn_cfg": {"causal": true, "num_heads": 6, "num_heads_kv": 2, "head_dim": 10,
		"d_conv": 2, "rotary_emb_dim": 4, "rotary_emb_base": 100, "softmax_scale": 0.5}}`,
	"llama with grouped keys, biases and wide heads": `{"model_type": "llama", "hidden_size": 20, "intermediate_size": 14, "num_hidden_layers": 2, "num_attention_heads": 6,
		"num_key_value_heads": 3, "head_dim": 8, "vocab_size": 31, "attention_bias": true, "mlp_bias": true, "tie_word_embeddings": true,
		"rope_parameters": {"rope_theta": 50, "rope_type": "default"}}`,
	"griffin with two key heads and a short window": `{"model_type": "recurrent_gemma", "hidden_size": 24, "lru_width": 30, "num_hidden_layers": 4, "num_attention_heads": 6,
		"num_key_value_heads": 2, "head_dim": 8, "intermediate_size": 28, "attention_window_size": 5, "conv1d_width": 3, "attention_bias": true, "logits_soft_cap": 7,
		"partial_rotary_factor": 0.25, "block_types": ["attention", "recurrent", "recurrent"], "vocab_size": 29, "tie_word_embeddings": false, "embeddings_scale_by_sqrt_dim": false}`,
	"griffin without the keys that have defaults": `{"model_type": "recurrent_gemma", "hidden_size": 24, "lru_width": null, "num_hidden_layers": 3, "num_attention_heads": 3,
		"num_key_value_heads": null, "intermediate_size": 12, "vocab_size": 29}`,
	"rwkv6 with heads of 4 and another divisor": `{"model_type": "rwkv6", "hidden_size": 20, "num_hidden_layers": 2, "head_size": 4, "head_size_divisor": 3,
		"intermediate_size": 18, "time_mix_extra_dim": 5, "time_decay_extra_dim": 7, "layer_norm_epsilon": 1e-3, "vocab_size": 27}`,
}

func TestOddShapesEqualThePlainEquations(t *testing.T) {
	b := backendtest.Open(t, "")
	defer b.Finalize()
	for name, config := range oddShapes {
		t.Run(name, func(t *testing.T) {
			a, err := lcmodels.ParseConfig([]byte(config))
			if err != nil {
				t.Fatal(err)
			}
			random := rand.New(rand.NewPCG(3, 4))
			var plainWeights [][]float64
			var weights []*tensors.Tensor
			for _, spec := range a.Weights() {
				values := make([]float64, spec.Size())
				for i := range values {
					values[i] = spec.Initial(i, random.NormFloat64()) + 0.3*random.NormFloat64()
				}
				plainWeights = append(plainWeights, values)
				weights = append(weights, tensors.FromFlatDataAndDimensions(values, spec.Dims...))
			}
			tokens := make([]int32, 19)
			for i := range tokens {
				tokens[i] = int32(random.IntN(27))
			}
			got := wholeInFloat64(t, b, a, weights, tokens)
			want, err := plain.Logits(a, plainWeights, tokens)
			if err != nil {
				t.Fatal(err)
			}
			for i := range tokens {
				for j, v := range want[i] {
					const rounding = 1e-9 // float64 in another order, over a few layers
					if d := math.Abs(v - got[i*a.Vocab()+j]); !(d < rounding) {
						t.Fatalf("logit %d behind token %d is %g, want %g", j, i, got[i*a.Vocab()+j], v)
					}
				}
			}
		})
	}
}

// wholeInFloat64 returns the logits [T*V] of a sequence by the architecture's graph.
func wholeInFloat64(t *testing.T, b *backend.Backend, a lcmodels.Architecture, weights []*tensors.Tensor, tokens []int32) []float64 {
	t.Helper()
	e, err := NewExec(b, func(in []*Node) *Node {
		w, err := lcmodels.NewWeights(a.Weights(), in[1:], dtypes.Float64)
		if err != nil {
			panic(err)
		}
		return lcmodels.Forward(a, w, lcmodels.Chunk{Tokens: in[0]})
	})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Finalize()
	args := []any{[][]int32{tokens}}
	for _, w := range weights {
		args = append(args, w)
	}
	out, err := e.Exec1(args...)
	if err != nil {
		t.Fatal(err)
	}
	flat, err := tensors.CopyFlatData[float64](out)
	if err != nil {
		t.Fatal(err)
	}
	return flat
}

// The equations give the logits of the reference implementations.
func TestPlainLogitsEqualTheReferences(t *testing.T) {
	const tolerance = 1e-4 // the reference implementations compute in float32
	for _, name := range []string{"mamba2", "mamba2attn", "transformerpp", "llama", "rwkv6", "recurrentgemma"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join("..", "testdata", "models", name)
			m, err := lcmodels.Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			golden, err := checkpoint.Open(filepath.Join(dir, "golden.safetensors"))
			if err != nil {
				t.Fatal(err)
			}
			defer golden.Close()
			tokens, want := values(t, golden, "tokens"), values(t, golden, "logits")
			row := make([]int32, 24) // the first of the first row
			for i := range row {
				row[i] = int32(tokens[i])
			}
			stored, err := checkpoint.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer stored.Close()
			var weights [][]float64
			for _, spec := range m.Architecture.Weights() {
				weights = append(weights, values(t, stored, spec.Name))
			}
			got, err := plain.Logits(m.Architecture, weights, row)
			if err != nil {
				t.Fatal(err)
			}
			V := m.Architecture.Vocab()
			for i := range row {
				for j, v := range got[i] {
					if d := math.Abs(v - want[i*V+j]); !(d <= tolerance) {
						t.Fatalf("logit %d behind token %d is %g, want %g", j, i, v, want[i*V+j])
					}
				}
			}
		})
	}
}

// values returns a tensor's values in float64.
func values(t *testing.T, c *checkpoint.Checkpoint, name string) []float64 {
	t.Helper()
	tensor, err := c.Tensor(name)
	if err != nil {
		t.Fatal(err)
	}
	var values []float64
	for _, v := range tensor.Float32() {
		values = append(values, float64(v))
	}
	return values
}
