package lcmodels

// WithAttention is Mamba-2 + attention (Dao & Gu 2024, section 9.2.3): a stack of Mamba-2 mixers in which a few layers
// have an attention mixer instead. In the published model these are 6 of 64 layers, and no layer has an MLP:
//
//	x = x + mixer(rms(x))    mixer: AttnConfig's in the given layers, numbered from 0, SSMConfig's in the others
//
// Both mixers are those of the pure models, of mamba_ssm, modules/mamba2.py and modules/mha.py. Attention has a
// convolution of width 4 over q, k and v together, and rotary positions on half of each head. Given every layer, the
// model is Transformer++.
func (c MambaSSM) WithAttention(attn AttnConfig, layers ...int) MambaSSM {
	c.Attn, c.AttnLayers = attn, layers
	return c
}
