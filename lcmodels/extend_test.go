package lcmodels_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/pkg/core/dtypes"
	. "github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"

	"longseq/kernelsrc/backend"
	"longseq/lcmodels"
	"longseq/lcmodels/checkpoint"
	"longseq/lcmodels/extend"
	"longseq/lcmodels/plain"
)

// extended are small models of which heads, groups and widths differ.
var extended = map[string]string{
	"mamba2": `{"d_model": 16, "n_layer": 2, "vocab_size": 29, "pad_vocab_size_multiple": 1, "tie_embeddings": false,
		"ssm_cfg": {"layer": "Mamba2", "d_state": 6, "headdim": 8, "ngroups": 2, "d_conv": 3}}`,
	"mamba2attn": `{"d_model": 16, "n_layer": 3, "vocab_size": 29, "pad_vocab_size_multiple": 1, "attn_layer_idx": [1],
		"ssm_cfg": {"layer": "Mamba2", "d_state": 4, "headdim": 8}, "attn_cfg": {"causal": true, "num_heads": 4, "num_heads_kv": 2,
		"head_dim": 10, "d_conv": 3, "rotary_emb_dim": 6, "rotary_emb_base": 100}}`,
	"transformerpp": `{"d_model": 16, "n_layer": 1, "vocab_size": 29, "pad_vocab_size_multiple": 1, "attn_layer_idx": [0], "d_intermediate": 8,
		"attn_cfg": {"causal": true, "num_heads": 2, "head_dim": 8, "rotary_emb_dim": 8, "rotary_emb_base": 100}}`,
	"llama": `{"model_type": "llama", "hidden_size": 16, "intermediate_size": 14, "num_hidden_layers": 2, "num_attention_heads": 4,
		"num_key_value_heads": 2, "head_dim": 12, "vocab_size": 29, "rope_theta": 50, "max_position_embeddings": 8}`,
	"rwkv6": `{"model_type": "rwkv6", "hidden_size": 16, "num_hidden_layers": 2, "head_size": 8, "intermediate_size": 18,
		"time_mix_extra_dim": 5, "time_decay_extra_dim": 7, "vocab_size": 29}`,
	"griffin": `{"model_type": "recurrent_gemma", "hidden_size": 16, "lru_width": 18, "num_hidden_layers": 3, "num_attention_heads": 2,
		"num_key_value_heads": 1, "head_dim": 8, "intermediate_size": 20, "attention_window_size": 6, "vocab_size": 29}`,
}

// withExtension is a small model with random weights that is extended.
func withExtension(t *testing.T, name, spec string) (*lcmodels.Model, [][]float64) {
	t.Helper()
	a, err := lcmodels.ParseConfig([]byte(extended[name]))
	check(t, err)
	e, err := extend.Parse(spec)
	check(t, err)
	a, err = lcmodels.WithExtension(a, e)
	check(t, err)
	m := &lcmodels.Model{Name: name, Architecture: a}
	random := rand.New(rand.NewPCG(3, 4))
	var all [][]float64
	for _, s := range a.Weights() {
		values, rounded := make([]float64, s.Size()), make([]float32, s.Size())
		for i := range values {
			rounded[i] = float32(s.Initial(i, random.NormFloat64()) + 0.2*random.NormFloat64())
			values[i] = float64(rounded[i])
		}
		all = append(all, values)
		m.Weights = append(m.Weights, tensors.FromFlatDataAndDimensions(rounded, s.Dims...))
	}
	return m, all
}

// inOnePass returns the logits [T*V] of a row that is read whole, as training does.
func inOnePass(t *testing.T, b *backend.Backend, m *lcmodels.Model, row []int32) []float32 {
	t.Helper()
	e, err := NewExec(b, func(in []*Node) *Node {
		w, err := lcmodels.NewWeights(m.Architecture.Weights(), in[1:], dtypes.Float32)
		if err != nil {
			panic(err)
		}
		return lcmodels.Forward(m.Architecture, w, lcmodels.Chunk{Tokens: in[0]})
	})
	check(t, err)
	defer e.Finalize()
	out, err := e.Exec1(append([]any{[][]int32{row}}, onDevice(t, b, m)...)...)
	check(t, err)
	flat, err := tensors.CopyFlatData[float32](out)
	check(t, err)
	return flat
}

func randomRow(seed uint64, length int) []int32 {
	random, row := rand.New(rand.NewPCG(seed, 1)), make([]int32, length)
	for i := range row {
		row[i] = random.Int32N(29)
	}
	return row
}

// Whole, in chunks, token by token and beside a row of another length, a model under an intervention gives the logits of the
// plain equations.
func TestInterventionsEqualThePlainEquationsHoweverARowIsCut(t *testing.T) {
	const rounding = 1e-4 // float32, over three layers
	b := open(t)
	for _, c := range []struct{ model, spec string }{
		{"mamba2", "dt-scale=0.5:1.7+a-log-scale=1.4"},
		{"mamba2", "a-scale=0.3+state-norm=0.8"},
		{"mamba2attn", "dt-scale=0.7:1.3+rope=yarn:4:8+window=5+sinks=2"},
		{"transformerpp", "rope=ntk:4+window=4"},
		{"transformerpp", "window=3+sinks=6"}, // more sinks than a window holds
		{"llama", "rope=dynamic:3"},
		{"rwkv6", "decay-scale=0.4:1.5"},
		{"rwkv6", "state-norm=0.7"},
		{"griffin", "decay-scale=0.4:2+rope=llama3:4:8+window=3+sinks=3"},
	} {
		t.Run(c.model+" "+c.spec, func(t *testing.T) {
			m, weights := withExtension(t, c.model, c.spec)
			row := randomRow(1, 24)
			logits, err := plain.Logits(m.Architecture, weights, row)
			check(t, err)
			var want []float32
			for _, v := range slices.Concat(logits...) {
				want = append(want, float32(v))
			}
			within(t, "in one pass", inOnePass(t, b, m, row), want, rounding)
			r := newReader(t, b, m)
			other := randomRow(2, 24)
			got, _ := r.readCut(t, [][]int32{row, other}, []int{8, 16})
			within(t, "in chunks", got[:len(want)], want, rounding)
			got, _ = r.readCut(t, [][]int32{row}, everyToken(len(row)))
			within(t, "token by token", got, want, rounding)

			// Beside a row that is read later: none of it in the first chunk, then 3 tokens, then the rest.
			s := lcmodels.NewState(m.Architecture, 2, 40)
			var late []float32
			pieces := [][]int32{other[:8], append(slices.Clone(row[:3]), other[:5]...), row[3:11], row[11:19]}
			for i, valid := range []int32{0, 3, 8, 8} {
				var out [][]float32
				out, s = r.read(t, [][]int32{other[:8], pieces[i]}, []int32{8, valid}, s)
				late = append(late, out[1][:int(valid)*29]...)
			}
			within(t, "beside another row", late, want[:len(late)], rounding)
		})
	}
}

// A factor of 1 changes nothing, to the bit. dynamic is plain up to the length that the model was trained at.
func TestAFactorOf1ChangesNoBit(t *testing.T) {
	b := open(t)
	for _, c := range []struct{ model, spec string }{
		{"mamba2", "dt-scale=1:1+a-scale=1+a-log-scale=1"},
		{"mamba2attn", "dt-scale=1:1+rope=yarn:1:8"},
		{"transformerpp", "rope=ntk:1"},
		{"llama", "rope=yarn:1"},
		{"llama", "rope=llama3:1"},
		{"llama", "rope=dynamic:1:24"},
		{"rwkv6", "decay-scale=1:1"},
		{"griffin", "decay-scale=1+rope=pi:1"},
	} {
		t.Run(c.model+" "+c.spec, func(t *testing.T) {
			row := randomRow(1, 24)
			m, _ := withExtension(t, c.model, c.spec)
			as, _ := withExtension(t, c.model, "none")
			got, _ := newReader(t, b, m).readCut(t, [][]int32{row}, []int{8, 16})
			want, _ := newReader(t, b, as).readCut(t, [][]int32{row}, []int{8, 16})
			if !slices.Equal(got, want) {
				t.Error("other bits")
			}
		})
	}
}

// testdata/rope holds a Llama with random weights and transformers' logits of it under config.json's of every kind.
func TestScaledRotaryPositionsEqualTransformers(t *testing.T) {
	const tolerance = 1e-4 // transformers computes in float32, and angles too
	b := open(t)
	dir := filepath.Join("testdata", "rope")
	golden, err := checkpoint.Open(filepath.Join(dir, "golden.safetensors"))
	check(t, err)
	defer golden.Close()
	g := &goldenTokens{golden}
	row := g.row(t)
	load := func(t *testing.T, config string) *lcmodels.Model {
		t.Helper()
		folder := t.TempDir()
		for from, to := range map[string]string{"model.safetensors": "model.safetensors", "config." + config + ".json": "config.json"} {
			raw, err := os.ReadFile(filepath.Join(dir, from))
			check(t, err)
			check(t, os.WriteFile(filepath.Join(folder, to), raw, 0o600))
		}
		m, err := lcmodels.Load(folder)
		check(t, err)
		return m
	}
	for _, c := range []struct{ config, spec, golden string }{
		{"default", "none", "whole.default"},
		{"linear", "none", "whole.linear"},
		{"yarn", "none", "whole.yarn"},
		{"yarn-options", "none", "whole.yarn-options"},
		{"llama3", "none", "whole.llama3"},
		{"dynamic", "none", "steps.dynamic"},
		{"default", "rope=pi:4", "whole.linear"},
		{"default", "rope=yarn:4", "whole.yarn"},
		{"default", "rope=llama3:4:24", "whole.llama3"},
		{"default", "rope=dynamic:2", "steps.dynamic"},
		// 64 tokens at once, of a model that was trained at 32, with a factor of 2: 2·64/32 - 2 + 1.
		{"default", "rope=ntk:3", "whole.dynamic"},
	} {
		t.Run(c.config+" "+c.spec, func(t *testing.T) {
			m := load(t, c.config)
			e, err := extend.Parse(c.spec)
			check(t, err)
			m.Architecture, err = lcmodels.WithExtension(m.Architecture, e)
			check(t, err)
			want, err := golden.Float32(c.golden)
			check(t, err)
			got, _ := newReader(t, b, m).readCut(t, [][]int32{row}, []int{32})
			within(t, c.golden, got, want, tolerance)
		})
	}
	written, err := lcmodels.FormatConfig(load(t, "yarn-options").Architecture)
	check(t, err)
	again, err := lcmodels.ParseConfig(written)
	check(t, err)
	if got, want := fmt.Sprint(again), fmt.Sprint(load(t, "yarn-options").Architecture); !strings.Contains(string(written), "truncate") || len(got) != len(want) {
		t.Errorf("written and read back: %s, want %s", got, want)
	}
}

type goldenTokens struct{ *checkpoint.Checkpoint }

func (g *goldenTokens) row(t *testing.T) []int32 {
	t.Helper()
	tensor, err := g.Tensor("tokens")
	check(t, err)
	var row []int32
	for _, v := range tensor.Float32() {
		row = append(row, int32(v))
	}
	return row
}

func TestInterventionsThatAModelDoesNotHaveAreRefused(t *testing.T) {
	for _, c := range []struct{ model, spec, want string }{
		{"mamba2", "rope=pi:2", "mamba2 does not have the intervention rope: it has dt-scale, a-scale, a-log-scale, state-norm"},
		{"llama", "dt-scale=2", "llama does not have the intervention dt-scale: it has rope, window, sinks"},
		{"rwkv6", "window=4", "rwkv6 does not have the intervention window: it has decay-scale, state-norm"},
		{"griffin", "state-norm=2", "griffin does not have the intervention state-norm: it has decay-scale, rope, window, sinks"},
		{"mamba2", "dt-scale=1:2:3", "dt-scale has 3 factors: want 1, or one for each of the 2 layers that have it"},
		{"mamba2attn", "dt-scale=1:2:3", "dt-scale has 3 factors: want 1, or one for each of the 2 layers that have it"},
		{"griffin", "decay-scale=1:2:3", "decay-scale has 3 factors: want 1, or one for each of the 2 layers that have it"},
		{"llama", "sinks=2", "sinks goes with a window: write window=N+sinks=K"},
		{"transformerpp", "rope=yarn:2", "rope=yarn needs the length that transformerpp was trained at, which its files do not say: write rope=yarn:2:LENGTH"},
		{"griffin", "rope=dynamic:2:8", "rope=dynamic: griffin attends within a window, which ends positions from growing"},
	} {
		a, err := lcmodels.ParseConfig([]byte(extended[c.model]))
		check(t, err)
		e, err := extend.Parse(c.spec)
		check(t, err)
		if _, err := lcmodels.WithExtension(a, e); err == nil || err.Error() != c.want {
			t.Errorf("%s, %s: %v, want %s", c.model, c.spec, err, c.want)
		}
	}
	a, err := lcmodels.ParseConfig([]byte(strings.Replace(extended["llama"], `"rope_theta"`, `"rope_scaling": {"rope_type": "linear", "factor": 2}, "rope_theta"`, 1)))
	check(t, err)
	if _, err := lcmodels.WithExtension(a, extend.Extension{Rope: extend.Rope{Type: extend.NTK, Factor: 2}}); err == nil || !strings.Contains(err.Error(), "scales rotary positions already") {
		t.Errorf("two scalings: %v", err)
	}
	if _, err := lcmodels.WithExtension(a, extend.Extension{StateNorm: 1}); !errors.Is(err, lcmodels.ErrNotExtended) {
		t.Errorf("%v, want %v", err, lcmodels.ErrNotExtended)
	}
}
