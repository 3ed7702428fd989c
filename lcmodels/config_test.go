package lcmodels

import (
	"strings"
	"testing"
	"time"
)

func TestConfigurationsThatCannotBeMeantAreRefusedByTheField(t *testing.T) {
	const mamba = `"d_model": 64, "n_layer": 2, "ssm_cfg": {"layer": "Mamba2"`
	const attn = `"d_model": 64, "n_layer": 1, "attn_layer_idx": [0], "attn_cfg": {"causal": true, "num_heads": 4`
	const llama = `"model_type": "llama", "hidden_size": 64, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 4, "vocab_size": 9`
	const griffin = `"model_type": "recurrent_gemma", "hidden_size": 64, "num_hidden_layers": 1, "num_attention_heads": 4, "head_dim": 8, "intermediate_size": 8`
	const rwkv = `"model_type": "rwkv6", "hidden_size": 128, "num_hidden_layers": 1`
	for _, c := range []struct{ config, want string }{
		{`{`, "parse config.json"},
		{`[]`, "parse config.json"},
		{`{}`, "neither model_type nor d_model"},
		{`{"model_type": "mamba2"}`, `model_type is "mamba2"`},
		{`{"d_model": 64, "n_layer": 2, "ssm_cfg": {}}`, "absent means Mamba-1"},
		{`{` + mamba + `}, "rms_norm": false}`, "rms_norm"},
		{`{` + mamba + `, "d_ssm": 16}}`, "d_ssm"},
		{`{` + mamba + `, "activation": "gelu"}}`, "activation"},
		{`{` + mamba + `, "ngroups": 3}}`, "ngroups"},
		{`{` + mamba + `, "headdim": 48}}`, "headdim"},
		{`{` + mamba + `, "rmsnorm": false}}`, "rmsnorm"},
		{`{` + mamba + `, "dt_limit": [-1, 2]}}`, "dt_limit"},
		{`{` + mamba + `, "d_state": 4294967296}}`, "d_state"},
		{`{"d_model": 64, "n_layer": 1000000000, "ssm_cfg": {"layer": "Mamba2"}}`, "number of layers is 1000000000"},
		{`{"d_model": 64, "n_layer": 2, "ssm_cfg": {"layer": "Mamba2"}, "attn_layer_idx": [2]}`, "attn_layer_idx holds 2"},
		{`{"d_model": 64, "n_layer": 1, "attn_layer_idx": [0], "attn_cfg": {"num_heads": 4}}`, "causal"},
		{`{` + attn + `, "num_heads_kv": 3}}`, "num_heads_kv"},
		{`{` + attn + `, "num_heads_kv": -1}}`, "num_heads_kv"},
		{`{` + attn + `, "rotary_emb_dim": 18}}`, "rotary_emb_dim"},
		{`{` + attn + `, "rotary_emb_interleaved": true}}`, "rotary_emb_interleaved"},
		{`{` + attn + `, "mlp_dim": 8}}`, "mlp_dim"},
		{`{` + llama + `, "hidden_act": "gelu"}`, "hidden_act"},
		{`{` + llama + `, "num_key_value_heads": 3}`, "num_key_value_heads"},
		{`{` + llama + `, "head_dim": 7}`, "head dimension is 7"},
		{`{` + llama + `, "rope_scaling": {"type": "longrope", "factor": 2}}`, `unknown rope_type "longrope"`},
		{`{` + llama + `, "rope_scaling": {"rope_type": "linear", "factor": 0}}`, "factor 0"},
		{`{` + llama + `, "rope_scaling": {"rope_type": "yarn", "factor": 2}}`, "original_max_position_embeddings 0"},
		{`{` + llama + `, "max_position_embeddings": 64, "rope_scaling": {"rope_type": "llama3", "factor": 2, "low_freq_factor": 4}}`, "high_freq_factor 4"},
		{`{` + llama + `, "rope_parameters": {"rope_type": "default", "partial_rotary_factor": 0.5}}`, "partial_rotary_factor"},
		{`{` + llama + `, "rms_norm_eps": 0}`, "rms_norm_eps"},
		{`{` + griffin + `, "hidden_activation": "silu"}`, "hidden_activation"},
		{`{` + griffin + `, "block_types": ["recurrent", "mamba"]}`, "block_types"},
		{`{` + griffin + `, "block_types": []}`, "number of block_types"},
		{`{` + griffin + `, "lru_width": 30}`, "lru_width"},
		{`{` + griffin + `, "attention_window_size": 0}`, "attention_window_size"},
		{`{` + griffin + `, "attention_window_size": 1099511627776}`, "attention_window_size"},
		{`{` + rwkv + `, "head_size": 48}`, "head_size"},
		{`{` + rwkv + `, "attention_hidden_size": 64}`, "attention_hidden_size"},
	} {
		begin := time.Now()
		_, err := ParseConfig([]byte(c.config))
		switch {
		case err == nil:
			t.Errorf("%s: accepted", c.config)
		case !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n"):
			t.Errorf("%s: %v, want one line with %q", c.config, err, c.want)
		case time.Since(begin) > time.Second:
			t.Errorf("%s: took %v", c.config, time.Since(begin))
		}
	}
}

func FuzzAConfigurationIsRefusedOrPossible(f *testing.F) {
	f.Add([]byte(`{"d_model": 64, "n_layer": 2, "ssm_cfg": {"layer": "Mamba2", "dt_limit": [0.0, Infinity]}}`))
	f.Add([]byte(`{"model_type": "llama", "hidden_size": 64, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 4, "vocab_size": 9}`))
	f.Add([]byte(`{"model_type": "recurrent_gemma", "hidden_size": 64, "num_hidden_layers": 1, "num_attention_heads": 4, "head_dim": 8, "intermediate_size": 8}`))
	f.Add([]byte(`{"model_type": "rwkv6", "hidden_size": 128, "num_hidden_layers": 1}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		a, err := ParseConfig(raw)
		if err != nil {
			return
		}
		// What is accepted can be laid out.
		if len(a.Weights()) == 0 || len(StateOf(a)) == 0 || a.Vocab() < 1 {
			t.Errorf("%s: no weights, no state or no vocabulary", raw)
		}
		for _, spec := range a.Weights() {
			for _, d := range spec.Dims {
				if d < 1 {
					t.Errorf("%s: %s is shaped %v", raw, spec.Name, spec.Dims)
				}
			}
		}
	})
}
