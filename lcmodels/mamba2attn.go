package lcmodels

// Mamba-2 + attention (Dao & Gu 2024, section 9.2.3): a stack of Mamba-2 mixers (mamba2.go) in which a
// few layers have the attention mixer of transformerpp.go instead; no layer has an MLP. Both mixers
// and the stack (mambassm.go) are shared; what makes the hybrid is attn_layer_idx.

// Mamba2Attn2B7 is state-spaces/mamba2attn-2.7b: 58 Mamba-2 and 6 attention layers.
func Mamba2Attn2B7() MambaSSM {
	c := Mamba2_2B7()
	c.AttnLayers = []int{9, 18, 27, 36, 45, 56}
	c.Attn = AttnConfig{Causal: true, Heads: 30, HeadDim: 128, DConv: 4, RotaryDim: 64, RotaryBase: 10000}
	return c
}

// Mamba2_2B7 is state-spaces/mamba2-2.7b.
func Mamba2_2B7() MambaSSM {
	c := DefaultMambaSSM()
	c.DModel, c.NLayer, c.SSM.Layer = 2560, 64, "Mamba2"
	return c
}
